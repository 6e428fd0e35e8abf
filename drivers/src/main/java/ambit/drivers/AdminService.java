package ambit.drivers;

import ambit.wire.AdminToDrivers;
import ambit.wire.Denial;
import ambit.wire.DriversToAdmin;
import ambit.wire.Endpoint;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The {@code ambit} command's connection: it asks MCP servers what they offer, so that a grant can pin it. */
final class AdminService implements Endpoint.Session {
    private final Map<String, McpTool> tools;

    AdminService(Map<String, McpTool> tools) {
        this.tools = Map.copyOf(tools);
    }

    @Override
    public void serve(FrameChannel connection) throws IOException {
        while (true) {
            AdminToDrivers request = AdminToDrivers.fromCbor(connection.receive());
            DriversToAdmin reply = switch (request) {
                case AdminToDrivers.Discover(String tool) -> discover(tool);
            };
            connection.send(reply.toCbor());
        }
    }

    private DriversToAdmin discover(String name) {
        try {
            McpTool tool = tools.get(name);
            if (tool == null) {
                throw new DriverFailure(
                        Denial.UNKNOWN_TOOL,
                        "no MCP tool named '" + Foreign.quote(name) + "' runs; there are " + List.copyOf(tools.keySet())
                                + "; start the kernel again after changing ambit.yaml");
            }
            return new DriversToAdmin.Discovered(ToolDefinition.array(tool.discover(new Cancellation())));
        } catch (DriverFailure e) {
            return new DriversToAdmin.Failed(e.code(), e.sentence());
        }
    }
}
