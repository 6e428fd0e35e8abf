package ambit.cli.config;

import ambit.boundary.Demand;
import ambit.wire.Blob;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A program that runs in a boundary, and everything that it may touch there.
 *
 * @param run its command; empty for {@link #MEMORY}, which the {@code ambit} command attends itself
 * @param with its environment
 * @param budgets what its calls may spend together
 * @param mayStart how many of which agents it may start as its children
 * @param recalls what of its user's earlier transactions is mapped into each run
 * @param boundary what boundaries will do for it
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
        List<Recall> recalls,
        Demand boundary,
        Optional<Set<Bodies.Kept>> keepBodies) {

    /** The namespace that is the transaction's own and ends with it. */
    public static final String OWN = "own";

    /** The agent by which the {@code ambit memory} commands act; the section {@code memory} of the file describes it. */
    public static final String MEMORY = "memory";

    /** Whether no guest runs it. */
    public boolean attended() {
        return run.isEmpty();
    }

    /** The same without one of its capabilities. */
    Agent without(String capability) {
        List<Use> left = mayUse.stream()
                .filter(use -> !use.capability().equals(capability))
                .toList();
        return new Agent(
                at, name, run, sees, with, budgets, left, remembers, mayStart, limits, recalls, boundary, keepBodies);
    }

    /** The same in a boundary that it may choose itself. */
    public Agent in(Demand chosen) {
        return new Agent(
                at, name, run, sees, with, budgets, mayUse, remembers, mayStart, limits, recalls, chosen, keepBodies);
    }

    /**
     * A namespace of memory in the agent's map.
     *
     * @param namespace {@link #OWN}, or a long-lived one such as {@code user/notes} or {@code tenant/faq}
     * @param rights the sum of 1 read, 2 write, 4 search, 8 append, 16 review
     * @param quota the most that it may hold, in bytes
     * @param terms what is demanded of its keys and values besides, as JSON; empty for nothing
     */
    public record Memory(Position at, String namespace, int rights, long quota, Blob terms) {}

    /**
     * What the last transactions of the same user left under a key of their own memory, to be read as {@code inherited/NAME/1}, the newest,
     * {@code inherited/NAME/2} and so on.
     *
     * @param as the name
     * @param agent of which agent; of the same one where nothing is said
     */
    public record Recall(Position at, String key, int last, String as, Optional<String> agent) {}

    /** How much all runs of a grant may spend of something, and how much one run. */
    public record Budget(Position at, String name, long atMost, OptionalLong perRun) {}

    /** An agent that may be started, and how often. */
    public record Start(Position at, String agent, long atMost) {}
}
