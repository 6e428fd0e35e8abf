package ambit.drivers;

import ambit.wire.Blob;
import java.util.List;

/**
 * One session with one MCP server, initialised. The protocol's library stays behind this interface.
 *
 * <p>Safe for use by several threads; calls may overlap.
 */
interface McpPeer extends AutoCloseable {
    /** All tools that the server offers now. */
    List<ToolDefinition> tools(Deadline deadline, Cancellation cancellation) throws DriverFailure;

    /**
     * Calls a tool.
     *
     * @param arguments a JSON object; it goes to the server as it is
     * @return the JSON of the call's result, which may say that the tool itself failed
     * @throws DriverFailure {@code TIMED_OUT}, {@code TOO_LARGE}, or what the server's error says
     */
    Blob call(String operation, Blob arguments, Deadline deadline, Cancellation cancellation) throws DriverFailure;

    /** Whether the server said since the last {@link #tools} that its list changed. */
    boolean saysToolsChanged();

    /** False once the server died, flooded, or did not answer in time: then nothing but {@link #close} makes sense. */
    boolean isUsable();

    /** Ends the session and kills a server that was started for it; does not block for long. */
    @Override
    void close();
}
