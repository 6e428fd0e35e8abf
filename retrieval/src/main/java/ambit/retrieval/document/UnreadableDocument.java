package ambit.retrieval.document;

/** A document that no text can be had from; the message is one sentence, lower case and without a full stop. */
public final class UnreadableDocument extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableDocument(String sentence) {
        super(sentence);
    }

    UnreadableDocument(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
