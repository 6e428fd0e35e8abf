package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import java.util.HashMap;
import java.util.Map;

/** A server that one context uses, with the definitions it gave; what the grant did not pin is never called. */
final class McpServer implements AutoCloseable {
    private final String tool;
    private final McpPeer peer;
    private Map<String, Blob> hashes = Map.of();
    private boolean listed;

    McpServer(String tool, McpPeer peer) {
        this.tool = tool;
        this.peer = peer;
    }

    McpPeer peer() {
        return peer;
    }

    /**
     * Refuses an operation whose definition is not the pinned one. The server is asked at first use and again whenever it says
     * that its list changed.
     */
    synchronized void requireDefinition(String operation, Blob pinned, Deadline deadline, Cancellation cancellation)
            throws DriverFailure {
        if (!listed || peer.saysToolsChanged()) {
            listed = false;
            Map<String, Blob> found = new HashMap<>();
            for (ToolDefinition definition : peer.tools(deadline, cancellation)) {
                if (found.put(definition.name(), definition.hash()) != null) {
                    throw changed(definition.name(), "is offered twice");
                }
            }
            hashes = Map.copyOf(found);
            listed = true;
        }
        if (pinned.isEmpty()) {
            throw changed(operation, "is granted without the hash of its definition");
        }
        Blob hash = hashes.get(operation);
        if (hash == null) {
            throw changed(operation, "is no longer offered by its server");
        }
        if (!hash.equals(pinned)) {
            throw changed(operation, "is described differently by its server now");
        }
    }

    private DriverFailure changed(String operation, String how) {
        return new DriverFailure(
                Denial.TOOL_CHANGED,
                "the operation '" + Foreign.quote(operation) + "' of tool '" + tool + "' " + how
                        + "; 'ambit grant PRINCIPAL AGENT' shows what changed, and grants it where you say so");
    }

    @Override
    public void close() {
        peer.close();
    }
}
