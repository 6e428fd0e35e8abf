package ambit.cli.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A program that runs in a boundary, and everything that it may touch there.
 *
 * @param with its environment
 * @param budgets what its calls may spend together
 * @param mayStart how many of which agents it may start as its children
 * @param keepBodies which bodies of its calls are kept, if it says so itself
 */
public record Agent(
        Position at,
        String name,
        List<String> run,
        List<Mount> sees,
        Map<String, String> with,
        List<Budget> budgets,
        List<Use> mayUse,
        List<Memory> remembers,
        List<Start> mayStart,
        Limits limits,
        Optional<Set<Bodies.Kept>> keepBodies) {

    /** The namespace that is the transaction's own and ends with it. */
    public static final String OWN = "own";

    /**
     * A namespace of memory in the agent's map.
     *
     * @param namespace {@link #OWN}, or a long-lived one such as {@code user/notes}
     * @param quota the most that it may hold, in bytes
     */
    public record Memory(Position at, String namespace, boolean write, long quota) {}

    /** How much all runs of a grant may spend of something, and how much one run. */
    public record Budget(Position at, String name, long atMost, OptionalLong perRun) {}

    /** An agent that may be started, and how often. */
    public record Start(Position at, String agent, long atMost) {}
}
