package ambit.boundary;

import java.io.Serial;

/** A boundary that could not be made exactly as asked; nothing was started. */
public final class BoundaryRefused extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String hint;

    public BoundaryRefused(String sentence, String hint) {
        super(sentence);
        this.hint = hint;
    }

    public BoundaryRefused(String sentence, String hint, Throwable cause) {
        super(sentence, cause);
        this.hint = hint;
    }

    /** What is missing, as one sentence in lower case without a full stop. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** What to do about it, one command where there is one. */
    public String hint() {
        return hint;
    }
}
