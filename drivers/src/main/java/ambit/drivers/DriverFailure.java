package ambit.drivers;

import ambit.wire.Denial;

/**
 * An effect that did not happen, or whose answer must not be used. Its message is one sentence that says what failed, where, and
 * how to mend it; it never holds a credential, because whoever throws it has scrubbed what came from outside.
 */
public final class DriverFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Denial code;

    public DriverFailure(Denial code, String sentence) {
        super(sentence);
        this.code = code;
    }

    public DriverFailure(Denial code, String sentence, Throwable cause) {
        super(sentence, cause);
        this.code = code;
    }

    public Denial code() {
        return code;
    }

    /** The message: lower case, one line, without a full stop. */
    public String sentence() {
        String message = getMessage();
        return message == null ? code.sentence() : message;
    }
}
