package ambit.cli.outcome;

/** Why a command ends without doing what it was asked: a sentence, a hint, and the exit code. */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String hint;

    private Failure(int exitCode, String sentence, String hint) {
        super(sentence);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    /** The user's command line, configuration or state directory is wrong. */
    public static Failure usage(String sentence, String hint) {
        return new Failure(ExitCode.USAGE, sentence, hint);
    }

    /** Everything that is wrong has been said already. */
    public static Failure shown() {
        return new Failure(ExitCode.USAGE, "", "");
    }

    /** The core refused. */
    public static Failure denied(String sentence, String hint) {
        return new Failure(ExitCode.DENIED, sentence, hint);
    }

    /** The kernel is not there or does not do its work. */
    public static Failure kernel(String sentence, String hint) {
        return new Failure(ExitCode.KERNEL, sentence, hint);
    }

    /** A log or an artifact is not what it says it is. */
    public static Failure unverified(String sentence, String hint) {
        return new Failure(ExitCode.AGENT_FAILED, sentence, hint);
    }

    /** The same, with what it came of, which AMBIT_DEBUG=1 shows. */
    public Failure because(Throwable cause) {
        initCause(cause);
        return this;
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }

    /** What to do about it; may be empty. */
    public String hint() {
        return hint;
    }
}
