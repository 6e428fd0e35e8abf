package ambit.retrieval.index;

import ambit.wire.Blob;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.IndexReader;

/** A namespace as it was at one moment, whatever is committed since. Used by one thread; to be closed. */
final class View implements AutoCloseable {
    private final Blob partition;
    private final Optional<IndexReader> reader;
    private final Blob snapshot;
    private final Writers writers;
    private final Runnable release;

    /**
     * @param reader of which the view has one reference, which it gives back
     * @param release what is to be done besides when it is closed
     */
    View(Blob partition, Optional<IndexReader> reader, Blob snapshot, Writers writers, Runnable release) {
        this.partition = partition;
        this.reader = reader;
        this.snapshot = snapshot;
        this.writers = writers;
        this.release = release;
    }

    /** None where nothing was ever added. */
    Optional<IndexReader> reader() {
        return reader;
    }

    Blob snapshot() {
        return snapshot;
    }

    Optional<Source> source(String name) throws IndexFailure {
        try {
            return reader.isPresent() ? Sources.find(reader.get(), name) : Optional.empty();
        } catch (IOException e) {
            throw NamespaceIndex.failure(partition, e);
        }
    }

    /** Who added a source. */
    Optional<Writing> writing(String name) throws IOException {
        return reader.isPresent() ? writers.of(reader.get(), name) : Optional.empty();
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
            throw NamespaceIndex.failure(partition, e);
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
            release.run();
        }
    }
}
