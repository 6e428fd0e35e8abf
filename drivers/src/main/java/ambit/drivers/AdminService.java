package ambit.drivers;

import ambit.wire.AdminToDrivers;
import ambit.wire.Denial;
import ambit.wire.DriversToAdmin;
import ambit.wire.Endpoint;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The {@code ambit} command's connection: it asks tools what they offer, so that a grant can pin it, and for the bodies that
 * are kept.
 */
final class AdminService implements Endpoint.Session {
    private final Map<String, Offer> tools;
    private final Bodies bodies;

    AdminService(Map<String, Offer> tools, Bodies bodies) {
        this.tools = Map.copyOf(tools);
        this.bodies = bodies;
    }

    @Override
    public void serve(FrameChannel connection) throws IOException {
        while (true) {
            AdminToDrivers request = AdminToDrivers.fromCbor(connection.receive());
            connection.send(answer(request).toCbor());
        }
    }

    private DriversToAdmin answer(AdminToDrivers request) {
        try {
            return switch (request) {
                case AdminToDrivers.Discover(String tool) -> discover(tool);
                case AdminToDrivers.FindBody wanted -> bodies.find(wanted);
                case AdminToDrivers.Shred order -> bodies.shred(order);
            };
        } catch (DriverFailure e) {
            return new DriversToAdmin.Failed(e.code(), e.sentence());
        }
    }

    private DriversToAdmin discover(String name) throws DriverFailure {
        Offer tool = tools.get(name);
        if (tool == null && name.equals(ToolConfig.MEMORY)) {
            return new DriversToAdmin.Discovered(ToolDefinition.array(MemoryEffects.tools()));
        }
        if (tool == null && name.equals(ToolConfig.RETRIEVER)) {
            return new DriversToAdmin.Discovered(ToolDefinition.array(RetrieverTool.tools()));
        }
        if (tool == null) {
            throw new DriverFailure(
                    Denial.UNKNOWN_TOOL,
                    "no tool named '" + Foreign.quote(name) + "' runs; there are " + List.copyOf(tools.keySet())
                            + "; start the kernel again after changing ambit.yaml");
        }
        return new DriversToAdmin.Discovered(ToolDefinition.array(tool.discover(new Cancellation())));
    }
}
