package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "get", description = "Show the value of a key, as JSON.", mixinStandardHelpOptions = true)
final class MemoryGetCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(paramLabel = "KEY", description = "Such as user/notes/colour.")
    private String key = "";

    @Override
    public Integer call() {
        Terminal terminal = memory.main().terminal();
        try (MemoryDesk desk = memory.open("get", key)) {
            Optional<Json> value = desk.read(key);
            desk.commit();
            if (value.isEmpty()) {
                terminal.error("there is nothing at " + Terminal.plain(key), "");
                return ExitCode.AGENT_FAILED;
            }
            terminal.result(JsonText.pretty(value.get()));
            return ExitCode.OK;
        }
    }
}
