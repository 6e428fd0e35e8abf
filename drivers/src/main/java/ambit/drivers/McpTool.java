package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.time.Duration;
import java.util.List;

/** A tool that is an MCP server: one of its own for each context, called only by operations whose definitions are pinned. */
final class McpTool implements Effect, Offer {
    /** Opens a session with a fresh server. */
    @FunctionalInterface
    interface Connector {
        McpPeer connect(Deadline deadline, Cancellation cancellation) throws DriverFailure;
    }

    private final String name;
    private final Connector connector;
    private final Duration timeOut;
    private final long maxBytes;
    private final Scrubber scrubber;

    McpTool(String name, Connector connector, Duration timeOut, long maxBytes, Scrubber scrubber) {
        this.name = name;
        this.connector = connector;
        this.timeOut = timeOut;
        this.maxBytes = maxBytes;
        this.scrubber = scrubber;
    }

    /** What a server that is started for this question offers. */
    @Override
    public List<ToolDefinition> discover(Cancellation cancellation) throws DriverFailure {
        Deadline deadline = Deadline.in(timeOut);
        try (McpPeer peer = connector.connect(deadline, cancellation)) {
            return peer.tools(deadline, cancellation);
        }
    }

    @Override
    public Answer perform(Call call, Sink sink, Cancellation cancellation) throws DriverFailure {
        requireObject(call.params());
        Deadline deadline = Deadline.in(timeOut);
        McpServer server =
                call.context().server(name, () -> new McpServer(name, connector.connect(deadline, cancellation)));
        try {
            server.requireDefinition(call.operation(), call.definition(), deadline, cancellation);
            Blob result = server.peer().call(call.operation(), call.params(), deadline, cancellation);
            if (result.size() > Math.min(maxBytes, call.maxBytes())) {
                throw new DriverFailure(
                        Denial.TOO_LARGE,
                        "the answer of '" + call.operation() + "' has " + result.size() + " bytes, and "
                                + Math.min(maxBytes, call.maxBytes()) + " are allowed; ask for less");
            }
            return new Answer(200, Blob.of(scrubber.clean(result.toArray())));
        } finally {
            if (!server.peer().isUsable()) {
                call.context().discard(name, server);
            }
        }
    }

    private static void requireObject(Blob params) throws DriverFailure {
        try {
            if (Json.parse(params) instanceof Json.Obj) {
                return;
            }
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.MALFORMED, "the arguments are not strict JSON: " + e.getMessage(), e);
        }
        throw new DriverFailure(Denial.MALFORMED, "the arguments of a tool are a JSON object");
    }
}
