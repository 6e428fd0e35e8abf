package ambit.retrieval.index;

import ambit.wire.Denial;

/** What was asked of an index did not happen. The message is one sentence, lower case and without a full stop. */
public final class IndexFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Denial code;
    private final String sentence;

    public IndexFailure(Denial code, String sentence) {
        super(sentence);
        this.code = code;
        this.sentence = sentence;
    }

    IndexFailure(Denial code, String sentence, Throwable cause) {
        super(sentence, cause);
        this.code = code;
        this.sentence = sentence;
    }

    public Denial code() {
        return code;
    }

    public String sentence() {
        return sentence;
    }
}
