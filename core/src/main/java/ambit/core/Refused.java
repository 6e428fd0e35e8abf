package ambit.core;

import ambit.wire.Denial;

/** A decision against the caller, on its way to the log and the answer. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final Denial code;
    private final String sentence;

    Refused(Denial code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
        this.sentence = sentence;
    }

    Refused(Denial code) {
        this(code, code.sentence());
    }

    Denial code() {
        return code;
    }

    String sentence() {
        return sentence;
    }
}
