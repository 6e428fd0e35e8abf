package ambit.retrieval.embedding;

import java.util.List;

/** Turns texts into vectors whose inner product says how near they are in meaning. Safe for use by several threads. */
public interface Embedding extends AutoCloseable {
    /** What an index records, so that vectors of two models are never compared. */
    String name();

    /** How many numbers a vector has. */
    int dimensions();

    /** A vector of length 1 for each text, in the same order. */
    List<float[]> embed(List<String> texts) throws EmbeddingFailure;

    @Override
    void close();
}
