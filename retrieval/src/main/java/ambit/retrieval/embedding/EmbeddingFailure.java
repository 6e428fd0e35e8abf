package ambit.retrieval.embedding;

/** No vectors; the message is one sentence that says why, lower case and without a full stop. */
public final class EmbeddingFailure extends Exception {
    private static final long serialVersionUID = 1L;

    EmbeddingFailure(String sentence) {
        super(sentence);
    }

    EmbeddingFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
