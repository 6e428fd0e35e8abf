package ambit.cli.outcome;

/** What the command's exit code says. They are part of its interface. */
public final class ExitCode {

    public static final int OK = 0;

    /** The agent ran and failed, or was killed or timed out; also a log that does not verify. */
    public static final int AGENT_FAILED = 1;

    /** The command line, {@code ambit.yaml} or the state directory is not as it should be. */
    public static final int USAGE = 2;

    /** The core refused the transaction. */
    public static final int DENIED = 3;

    /** The agent's boundary could not be set up as demanded. */
    public static final int BOUNDARY = 4;

    /** The kernel is not there, or failed. */
    public static final int KERNEL = 5;

    /** Ended by Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
