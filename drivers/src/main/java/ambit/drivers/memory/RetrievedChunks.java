package ambit.drivers.memory;

import ambit.wire.Blob;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The chunks that searches of one context have returned: what it may quote. The retriever notes each before its answer leaves; texts
 * are kept as digests. Safe for use by several threads.
 */
public final class RetrievedChunks {
    /** Chunks of one context; those beyond cannot be quoted. */
    private static final int MOST = 1 << 16;

    private final Map<Blob, Blob> texts = new HashMap<>();
    private final Influences influences;

    RetrievedChunks(Influences influences) {
        this.influences = influences;
    }

    /**
     * A search of this context returns this chunk.
     *
     * @param hash the chunk's, 32 bytes, as the answer names it
     * @param text exactly as the answer shows it
     * @param label the number of the label that the document was added with, 0 where nobody knows
     */
    public void retrieved(Blob hash, String text, long label) {
        synchronized (this) {
            if (texts.size() < MOST || texts.containsKey(hash)) {
                texts.put(hash, digest(text));
            }
        }
        influences.retrieved(hash, Trust.ofChunk(label));
    }

    /** Whether a search of this context returned this chunk with exactly this text. */
    synchronized boolean holds(Blob hash, String text) {
        return texts.getOrDefault(hash, Blob.EMPTY).equals(digest(text));
    }

    private static Blob digest(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }
}
