package ambit.sdk;

/** The kernel refused a syscall: a normal answer, with a code of a closed list and a sentence. Immutable. */
public final class Denied extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    Denied(String code, String sentence) {
        super(sentence);
        this.code = code;
    }

    /** One of the denial codes in docs/reference/denials.md, such as {@code USES_EXHAUSTED}. */
    public String code() {
        return code;
    }
}
