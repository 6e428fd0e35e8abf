package ambit.cli.config;

import java.util.List;
import java.util.Map;

/**
 * A program that runs in a boundary, and everything that it may touch there.
 *
 * @param with its environment
 * @param mayStart how many of which agents it may start as its children
 */
public record Agent(
        Position at,
        String name,
        List<String> run,
        List<Mount> sees,
        Map<String, String> with,
        List<Use> mayUse,
        List<Memory> remembers,
        List<Start> mayStart,
        Limits limits) {

    /** The namespace that is the transaction's own and ends with it. */
    public static final String OWN = "own";

    /**
     * A namespace of memory in the agent's map.
     *
     * @param namespace {@link #OWN}, or a long-lived one such as {@code user/notes}
     * @param quota the most that it may hold, in bytes
     */
    public record Memory(Position at, String namespace, boolean write, long quota) {}

    /** An agent that may be started, and how often. */
    public record Start(Position at, String agent, long atMost) {}
}
