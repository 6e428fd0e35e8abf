package ambit.retrieval.index;

import ambit.wire.Blob;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.IndexReader;

/** A namespace as it was at one moment, whatever is committed since. Used by one thread; to be closed. */
final class View implements AutoCloseable {
    private final NamespaceIndex index;
    private final Optional<IndexReader> reader;
    private final Blob snapshot;

    View(NamespaceIndex index, Optional<IndexReader> reader, Blob snapshot) {
        this.index = index;
        this.reader = reader;
        this.snapshot = snapshot;
    }

    /** None where nothing was ever added. */
    Optional<IndexReader> reader() {
        return reader;
    }

    Blob snapshot() {
        return snapshot;
    }

    NamespaceIndex index() {
        return index;
    }

    Optional<Source> source(String name) throws IndexFailure {
        try {
            return reader.isPresent() ? Sources.find(reader.get(), name) : Optional.empty();
        } catch (IOException e) {
            throw NamespaceIndex.failure(index.partition(), e);
        }
    }

    /** Who added a source. */
    Optional<Writing> writing(String name) throws IOException {
        return reader.isPresent() ? Sources.whole(reader.get(), name).flatMap(Kept::writing) : Optional.empty();
    }

    /** The sources whose names come after {@code after}, in the order of their names' UTF-16 code units. */
    List<Kept> sources(String after, int limit) throws IndexFailure {
        try {
            return reader.isPresent()
                    ? Sources.kept(reader.get()).stream()
                            .filter(source -> source.source().name().compareTo(after) > 0)
                            .sorted(Comparator.comparing(kept -> kept.source().name()))
                            .limit(limit)
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw NamespaceIndex.failure(index.partition(), e);
        }
    }

    @Override
    public void close() {
        try {
            if (reader.isPresent()) {
                reader.get().decRef();
            }
        } catch (IOException e) {
            System.getLogger("ambit.retrieval").log(System.Logger.Level.WARNING, "while closing a view", e);
        } finally {
            index.close();
        }
    }
}
