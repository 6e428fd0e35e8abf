package ambit.retrieval.index;

import ambit.wire.Denial;
import ambit.wire.Json;
import java.util.Optional;

/**
 * What is looked for.
 *
 * @param text at most 4,096 characters
 * @param k how many chunks, 1 to 100
 */
public record Query(String text, int k, Mode mode, Optional<Json> filter) {
    public static final int MAX_TEXT = 4096;
    public static final int MAX_K = 100;

    /** How it is looked for: by words (BM25), by meaning (vectors), or by both. */
    public enum Mode {
        HYBRID,
        WORDS,
        MEANING
    }

    /** Refuses what is out of these bounds. */
    public static Query of(String text, long k, Mode mode, Optional<Json> filter) throws IndexFailure {
        if (text.isBlank() || text.length() > MAX_TEXT) {
            throw new IndexFailure(Denial.MALFORMED, "a query has 1 to " + MAX_TEXT + " characters, not only spaces");
        }
        if (k < 1 || k > MAX_K) {
            throw new IndexFailure(Denial.MALFORMED, "a search returns 1 to " + MAX_K + " chunks");
        }
        return new Query(text, (int) k, mode, filter);
    }
}
