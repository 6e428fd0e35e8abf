package ambit.retrieval.document;

import ambit.audit.scope.Chunk;
import ambit.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A part of a document that makes sense by itself and fits into one chunk.
 *
 * @param title the headings above it, outermost first
 * @param metadata what the document says of it
 */
public record Piece(List<String> title, Chunk.Position position, SortedMap<String, Json> metadata, String text) {
    public Piece {
        title = List.copyOf(title);
        metadata = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** As a chunk of {@code source}; where both say something, {@code more} counts. */
    public Chunk chunk(String source, Map<String, Json> more) {
        SortedMap<String, Json> all = new TreeMap<>(metadata);
        all.putAll(more);
        return new Chunk(source, title, position, all, text);
    }
}
