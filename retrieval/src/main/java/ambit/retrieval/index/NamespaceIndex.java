package ambit.retrieval.index;

import ambit.audit.scope.Snapshot;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.encryption.DamagedFile;
import ambit.retrieval.encryption.FileKeys;
import ambit.retrieval.encryption.SealedDirectory;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;

/**
 * The index of one namespace while it is mapped by somebody. What a transaction stages lies in a directory beside it until the
 * transaction has committed; then it is taken over in one commit of Lucene. A process that ends in between finds the directory again.
 *
 * <p>Safe for use by several threads.
 */
public final class NamespaceIndex implements AutoCloseable {
    private static final String STAGED = "staged";
    private static final String MAIN = "main";
    private static final String SNAPSHOT = "snapshot";
    private static final String SIZE = "size";
    private static final String EMBEDDING = "embedding";
    static final String TRANSACTION = "transaction";
    static final String REMOVED = "removed/";

    private final Indexes indexes;
    private final Path path;
    private final FileKeys keys;
    private final Blob keyDigest;
    private final SealedDirectory directory;
    private final AtomicInteger users = new AtomicInteger(1);

    /** Held while what is staged is judged and taken over. */
    final ReentrantLock writing = new ReentrantLock();

    /** Names of staging directories that live transactions use. */
    private final Set<String> live = new HashSet<>();

    /** Transactions that committed, and whose changes are not taken over yet. */
    private final Set<String> committed = new HashSet<>();

    private Optional<Opened> opened = Optional.empty();
    private boolean settled;

    /** What was committed last, and what its commit says of it. */
    private record Opened(DirectoryReader reader, Blob snapshot, long size, String embedding, Writers writers) {
        static Opened of(SealedDirectory directory) throws IOException {
            return of(DirectoryReader.open(directory));
        }

        /** As it is now; the segments that are in it still stay open, with what is known of their blocks. */
        Opened anew() throws IOException {
            DirectoryReader changed = DirectoryReader.openIfChanged(reader);
            if (changed == null) {
                return this;
            }
            Opened now = of(changed);
            reader.close();
            return now;
        }

        private static Opened of(DirectoryReader reader) throws IOException {
            boolean done = false;
            try {
                Map<String, String> facts = reader.getIndexCommit().getUserData();
                String digest = facts.getOrDefault(SNAPSHOT, "");
                Opened opened = new Opened(
                        reader,
                        digest.isEmpty() ? new Snapshot().digest() : Blob.fromHex(digest),
                        Long.parseLong(facts.getOrDefault(SIZE, "0")),
                        facts.getOrDefault(EMBEDDING, ""),
                        new Writers());
                done = true;
                return opened;
            } finally {
                if (!done) {
                    reader.close();
                }
            }
        }
    }

    private NamespaceIndex(Indexes indexes, Path path, FileKeys keys, Blob keyDigest) throws IOException {
        this.indexes = indexes;
        this.path = path;
        this.keys = keys;
        this.keyDigest = keyDigest;
        this.directory = new SealedDirectory(path, MAIN, keys, indexes.cache());
    }

    static NamespaceIndex open(Path root, Blob partition, Blob dataKey, Indexes indexes) throws IndexFailure {
        try {
            Path path = root.resolve(partition.toHex());
            NamespaceIndex index =
                    new NamespaceIndex(indexes, path, new FileKeys(partition, dataKey), dataKey.sha256());
            if (DirectoryReader.indexExists(index.directory)) {
                index.opened = Optional.of(Opened.of(index.directory));
            }
            return index;
        } catch (IOException e) {
            throw failure(partition, e);
        }
    }

    public Blob partition() {
        return keys.partition();
    }

    Embedding embedding() {
        return indexes.embedding();
    }

    /** Whether there is still somebody who uses it, and now one more. */
    boolean join() {
        int count = users.get();
        while (count > 0 && !users.compareAndSet(count, count + 1)) {
            count = users.get();
        }
        return count > 0;
    }

    NamespaceIndex requireKey(Blob dataKey) throws IndexFailure {
        if (!dataKey.sha256().equals(keyDigest)) {
            close();
            throw new IndexFailure(
                    Denial.DRIVER_FAILED,
                    "this namespace is open with another key than the one that the core now sends; end the"
                            + " transactions that map it");
        }
        return this;
    }

    /** What it holds at this moment, to be closed. */
    synchronized View view() throws IndexFailure {
        try {
            settle();
        } catch (IOException e) {
            throw failure(partition(), e);
        }
        if (opened.isPresent()) {
            requireEmbedding(opened.get().embedding());
            opened.get().reader().incRef();
        }
        users.incrementAndGet();
        return new View(
                partition(),
                opened.map(it -> it.reader()),
                opened.map(Opened::snapshot).orElseGet(() -> new Snapshot().digest()),
                opened.map(Opened::writers).orElseGet(Writers::new),
                this::close);
    }

    private void requireEmbedding(String name) throws IndexFailure {
        // Before, an endpoint's embedding had a name without dimensions.
        boolean same = name.equals(embedding().name())
                || (name + "/" + embedding().dimensions()).equals(embedding().name());
        if (!name.isEmpty() && !same) {
            throw new IndexFailure(
                    Denial.DRIVER_FAILED,
                    "this namespace was indexed with the embedding '" + name + "' and the retriever now has '"
                            + embedding().name()
                            + "'; set it back in ambit.yaml, or ingest into another namespace");
        }
    }

    /** Characters of all texts. */
    synchronized long size() {
        return opened.map(Opened::size).orElse(0L);
    }

    /**
     * Where a transaction puts what it stages.
     *
     * @param quota characters of text that the namespace may hold
     * @param writer who writes, and what it has seen at that moment
     */
    public Staging stage(String transaction, Blob context, long quota, Supplier<Writing> writer) throws IndexFailure {
        synchronized (this) {
            live.add(context.toHex());
        }
        try {
            return new Staging(this, transaction, quota, writer, staged(context.toHex()));
        } catch (IOException e) {
            throw failure(partition(), e);
        }
    }

    private SealedDirectory staged(String name) throws IOException {
        return new SealedDirectory(path.resolve(STAGED).resolve(name), STAGED + "/" + name, keys, indexes.cache());
    }

    /** Deletes what was staged there. */
    synchronized void discard(SealedDirectory staged) {
        staged.close();
        live.remove(staged.path().getFileName().toString());
        delete(staged.path());
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // it is sealed, and deleted when the namespace is opened next
            System.getLogger("ambit.retrieval").log(System.Logger.Level.WARNING, "while deleting what was staged", e);
        }
    }

    /** What committed and was not taken over yet is now; what never committed is deleted. */
    private void settle() throws IOException, IndexFailure {
        if (settled) {
            return;
        }
        List<String> left = new ArrayList<>();
        if (Files.isDirectory(path.resolve(STAGED))) {
            try (Stream<Path> all = Files.list(path.resolve(STAGED))) {
                all.map(it -> it.getFileName().toString())
                        .filter(name -> !live.contains(name))
                        .forEach(left::add);
            }
        }
        for (String name : left) {
            SealedDirectory staged = staged(name);
            if (hasCommitted(staged)) {
                takeOver(staged);
            }
            discard(staged);
        }
        committed.clear();
        settled = true;
    }

    private boolean hasCommitted(SealedDirectory staged) throws IOException, IndexFailure {
        if (!DirectoryReader.indexExists(staged)) {
            return false;
        }
        try (DirectoryReader whole = DirectoryReader.open(staged)) {
            String transaction = whole.getIndexCommit().getUserData().getOrDefault(TRANSACTION, "");
            return committed.contains(transaction)
                    || (!transaction.isEmpty() && indexes.commits().happened(transaction));
        }
    }

    /** The transaction has committed; its changes are taken over on a thread of their own, or by whoever looks before that has run. */
    synchronized void settleLater(SealedDirectory staged, String transaction) {
        committed.add(transaction);
        leaveForLater(staged);
        users.incrementAndGet();
        indexes.later(this);
    }

    /** Once, for each time that it was left for later. */
    void settleNow() {
        try (View _ = view()) {
            // looking is enough
        } catch (IndexFailure | RuntimeException e) {
            System.getLogger("ambit.retrieval")
                    .log(System.Logger.Level.ERROR, "a committed change of an index is left for later", e);
        } finally {
            close();
        }
    }

    /** Decided, and done when somebody looks next. */
    synchronized void leaveForLater(SealedDirectory staged) {
        staged.close();
        live.remove(staged.path().getFileName().toString());
        settled = false;
    }

    /** Replaces the sources that stand in {@code staged}, removes those that it removes: one commit, durable when this returns. */
    synchronized void takeOver(SealedDirectory staged) throws IOException {
        try (IndexWriter main = new IndexWriter(directory, config())) {
            try (DirectoryReader changes = DirectoryReader.open(staged)) {
                for (Source source : Sources.all(changes)) {
                    main.deleteDocuments(Fields.source(source.name()));
                }
                for (Map.Entry<String, String> fact :
                        changes.getIndexCommit().getUserData().entrySet()) {
                    if (fact.getKey().startsWith(REMOVED)) {
                        main.deleteDocuments(Fields.source(fact.getValue()));
                    }
                }
            }
            main.addIndexes(staged);
            try (DirectoryReader now = DirectoryReader.open(main)) {
                List<Source> sources = Sources.all(now);
                long size = sources.stream().mapToLong(Source::size).sum();
                main.setLiveCommitData(Map.of(
                                SNAPSHOT, Sources.snapshot(sources).toHex(),
                                SIZE, Long.toString(size),
                                EMBEDDING, embedding().name())
                        .entrySet());
            }
            main.commit();
        }
        opened = Optional.of(opened.isPresent() ? opened.get().anew() : Opened.of(directory));
    }

    /** What fails before it is committed leaves nothing: closing a writer does not commit. */
    static IndexWriterConfig config() {
        return new IndexWriterConfig(Fields.analyzer()).setCommitOnClose(false);
    }

    static IndexFailure failure(Blob partition, IOException cause) {
        if (cause instanceof DamagedFile
                || cause.getCause() instanceof DamagedFile
                || cause instanceof IndexFormatTooOldException
                || cause instanceof IndexFormatTooNewException
                || cause instanceof org.apache.lucene.index.CorruptIndexException) {
            return new IndexFailure(
                    Denial.DRIVER_FAILED,
                    "the index of a namespace (" + partition.toHex().substring(0, 16)
                            + "…) does not open with its key: it was changed on disk, or the core's keys are not the"
                            + " ones it was written with; restore the drivers' and the core's directories from one"
                            + " backup",
                    cause);
        }
        return new IndexFailure(
                Denial.DRIVER_FAILED,
                "the index of a namespace cannot be read or written (" + cause.getMessage()
                        + "); is the disk full, or the drivers' directory gone?",
                cause);
    }

    @Override
    public void close() {
        if (users.decrementAndGet() > 0) {
            return;
        }
        indexes.closed(this);
        synchronized (this) {
            opened.ifPresent(present -> {
                try {
                    present.reader().close();
                } catch (IOException e) {
                    System.getLogger("ambit.retrieval").log(System.Logger.Level.WARNING, "while closing an index", e);
                }
            });
            opened = Optional.empty();
            directory.close();
        }
    }
}
