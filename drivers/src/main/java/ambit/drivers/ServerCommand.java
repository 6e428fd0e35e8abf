package ambit.drivers;

import java.util.List;
import java.util.Map;

/**
 * How an MCP server is started and all that it may see.
 *
 * @param tool the tool's name in ambit.yaml
 * @param environment exactly what the server gets besides {@code PATH} and the like; credentials are in it
 * @param hostNetwork whether it shares the drivers' network; otherwise it has none
 * @param maxLine bytes of one message that it may send
 */
record ServerCommand(
        String tool,
        List<String> command,
        Map<String, String> environment,
        List<ToolConfig.FileView> files,
        boolean hostNetwork,
        int maxLine) {

    ServerCommand {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        files = List.copyOf(files);
    }

    /** Without the environment, which holds credentials. */
    @Override
    public String toString() {
        return "ServerCommand(" + tool + ": " + command.getFirst() + ")";
    }
}
