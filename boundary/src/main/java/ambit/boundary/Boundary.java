package ambit.boundary;

/** Starts programs in an isolation of the operating system. Implementations are safe for use by several threads. */
public interface Boundary extends AutoCloseable {
    /**
     * Starts {@code spec}.
     *
     * @throws BoundaryRefused if any layer of it can not be had; then nothing runs
     */
    RunningGuest start(BoundarySpec spec) throws BoundaryRefused;

    /** What this machine offers and what it lacks; tried, not guessed. */
    BoundaryReport check();

    /** Kills all that still runs and gives back what it held. */
    @Override
    void close();
}
