package ambit.boundary;

/** Starts programs in an isolation of the operating system. Implementations are safe for use by several threads. */
public interface Boundary extends AutoCloseable {
    /** What happens between a guest's being ready and its first instruction. */
    @FunctionalInterface
    interface Beginning {
        /** Takes the guest, which waits, and what was seen of its boundary; it begins when this returns, and never if this throws. */
        void begins(RunningGuest guest, Observation seen) throws BoundaryRefused;
    }

    /**
     * Starts {@code spec}. Before its first instruction its boundary is looked at from outside; one that is not as planned is refused.
     *
     * @throws BoundaryRefused if any layer of it can not be had; then nothing runs
     */
    RunningGuest start(BoundarySpec spec, Beginning beginning) throws BoundaryRefused;

    /** The same, and it begins at once. */
    default RunningGuest start(BoundarySpec spec) throws BoundaryRefused {
        return start(spec, (_, _) -> {});
    }

    /** What this machine offers and what it lacks; tried, not guessed. */
    BoundaryReport check();

    /** Kills all that still runs and gives back what it held. */
    @Override
    void close();
}
