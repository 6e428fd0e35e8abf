package ambit.retrieval.index;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.Snapshot;
import ambit.retrieval.embedding.EmbeddingFailure;
import ambit.retrieval.encryption.SealedDirectory;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;

/**
 * What one transaction would change of one namespace: sources that it adds, replaces or removes. It lies sealed on the disk, and no
 * search sees it, until {@link #prepare} has judged it and {@link Prepared#apply} has taken it over.
 *
 * <p>Safe for use by several threads.
 */
public final class Staging {
    /** Sources that one transaction may change. */
    private static final int MAX_SOURCES = 4096;

    /** Chunks that one transaction may stage in one namespace, so that its end takes seconds. */
    public static final int MAX_CHUNKS = 32_768;

    /** Chunks of one call, which go into the index in one piece. */
    private static final int MAX_AT_ONCE = 8_192;

    /** Chunks that become vectors before it is asked again whether anybody still wants them. */
    private static final int BATCH = 32;

    /** Whether the one who asked still waits. */
    @FunctionalInterface
    public interface Wanted {
        /** Throws where nobody waits any more. */
        void check() throws IndexFailure;
    }

    /** What is staged of a source. {@code seen} is the version that stood there when it was first touched. */
    private static final class Change {
        private final long seen;
        private final List<Blob> hashes = new ArrayList<>();
        private Blob document = Blob.EMPTY;
        private long size;
        private Optional<Writing> writing = Optional.empty();

        Change(long seen) {
            this.seen = seen;
        }

        boolean isRemoval() {
            return hashes.isEmpty();
        }
    }

    /**
     * What will be of a source.
     *
     * @param version that it will have; 0 where it is removed or refused
     * @param refusal why it is left as it is
     */
    public record Decision(String source, long version, Optional<Denial> refusal) {}

    private final NamespaceIndex index;
    private final String transaction;
    private final long quota;
    private final Supplier<Writing> writing;
    private final SealedDirectory directory;
    private final IndexWriter writer;
    private final Map<String, Change> changes = new LinkedHashMap<>();
    private boolean ended;

    Staging(NamespaceIndex index, String transaction, long quota, Supplier<Writing> writing, SealedDirectory directory)
            throws IOException {
        this.index = index;
        this.transaction = transaction;
        this.quota = quota;
        this.writing = writing;
        this.directory = directory;
        this.writer = new IndexWriter(directory, NamespaceIndex.config());
    }

    /** How many sources it changes. */
    public synchronized int size() {
        return changes.size();
    }

    /** How many chunks are staged. */
    public synchronized int chunks() {
        return changes.values().stream().mapToInt(it -> it.hashes.size()).sum();
    }

    /** As {@link #add(String, Blob, List, boolean, Wanted)}, for one who waits in any case. */
    public boolean add(String source, Blob document, List<Chunk> chunks, boolean continues) throws IndexFailure {
        return add(source, document, chunks, continues, () -> {});
    }

    /**
     * Stages a source's chunks in place of all that stood or was staged there, or, if it {@code continues}, after what was staged.
     * Their vectors are made on the caller's thread, and nobody waits for that but the caller: neither other calls nor the end of
     * the transaction, which they come too late for then.
     *
     * @param document SHA-256 of the document that they are from
     * @return whether anything changes by it
     */
    public boolean add(String source, Blob document, List<Chunk> chunks, boolean continues, Wanted wanted)
            throws IndexFailure {
        if (chunks.isEmpty()) {
            throw new IndexFailure(
                    Denial.MALFORMED, "a source that is added has at least one chunk; remove it instead");
        }
        if (chunks.size() > MAX_AT_ONCE) {
            throw new IndexFailure(
                    Denial.TOO_LARGE,
                    "at most " + MAX_AT_ONCE + " chunks are added by one call; add the rest with 'continues'");
        }
        List<Blob> hashes = chunks.stream().map(Chunk::hash).toList();
        if (!isNeeded(source, document, chunks, hashes, continues)) {
            return false;
        }
        List<Document> documents = documents(chunks, wanted);
        return put(source, document, chunks, hashes, documents, continues);
    }

    /** Refuses what has no room before anything is computed for it. */
    private synchronized boolean isNeeded(
            String source, Blob document, List<Chunk> chunks, List<Blob> hashes, boolean continues)
            throws IndexFailure {
        requireOpen();
        if (!continues && !changes.containsKey(source) && isKnown(source, document, hashes)) {
            return false;
        }
        requireRoom(change(source, continues), chunks, continues);
        return true;
    }

    private List<Document> documents(List<Chunk> chunks, Wanted wanted) throws IndexFailure {
        List<Document> documents = new ArrayList<>();
        for (int from = 0; from < chunks.size(); from += BATCH) {
            wanted.check();
            List<Chunk> batch = chunks.subList(from, Math.min(chunks.size(), from + BATCH));
            try {
                List<float[]> vectors =
                        index.embedding().embed(batch.stream().map(Fields::body).toList());
                for (int i = 0; i < batch.size(); i++) {
                    documents.add(Fields.chunk(batch.get(i), vectors.get(i)));
                }
            } catch (EmbeddingFailure e) {
                throw new IndexFailure(Denial.DRIVER_FAILED, String.valueOf(e.getMessage()), e);
            }
        }
        return documents;
    }

    private synchronized boolean put(
            String source,
            Blob document,
            List<Chunk> chunks,
            List<Blob> hashes,
            List<Document> documents,
            boolean continues)
            throws IndexFailure {
        requireOpen();
        Change change = change(source, continues);
        requireRoom(change, chunks, continues);
        try {
            if (!continues) {
                forget(source, change);
            }
            writer.addDocuments(documents);
        } catch (IOException e) {
            throw NamespaceIndex.failure(index.partition(), e);
        }
        change.document = document;
        change.writing = Optional.of(writing.get());
        change.hashes.addAll(hashes);
        change.size += characters(chunks);
        changes.put(source, change);
        return true;
    }

    private static long characters(List<Chunk> chunks) {
        return chunks.stream().mapToLong(chunk -> chunk.text().length()).sum();
    }

    private void requireRoom(Change change, List<Chunk> chunks, boolean continues) throws IndexFailure {
        long besides = continues ? 0 : change.hashes.size();
        if (chunks() - besides + chunks.size() > MAX_CHUNKS) {
            throw new IndexFailure(
                    Denial.TOO_LARGE,
                    "a transaction adds at most " + MAX_CHUNKS
                            + " chunks to a namespace; split the document, or start another transaction for the rest");
        }
        long staged = changes.values().stream().mapToLong(it -> it.size).sum() - (continues ? 0 : change.size);
        if (characters(chunks) > quota - staged) {
            throw new IndexFailure(
                    Denial.QUOTA,
                    "the namespace may hold " + quota + " characters of text, and this transaction would add more;"
                            + " add less or raise the quota in the grant");
        }
    }

    private boolean isKnown(String source, Blob document, List<Blob> hashes) throws IndexFailure {
        try (View now = index.view()) {
            return now.source(source)
                    .filter(it ->
                            it.document().equals(document) && it.chunkDigest().equals(Snapshot.chunks(hashes)))
                    .isPresent();
        }
    }

    private Change change(String source, boolean continues) throws IndexFailure {
        Change known = changes.get(source);
        if (known != null) {
            return known;
        }
        if (continues) {
            throw new IndexFailure(
                    Denial.MALFORMED, "this transaction has added nothing of this source that could be continued");
        }
        if (changes.size() >= MAX_SOURCES) {
            throw new IndexFailure(
                    Denial.QUOTA,
                    "a transaction may change " + MAX_SOURCES + " sources; start another one for the rest");
        }
        try (View now = index.view()) {
            return new Change(now.source(source).map(Source::version).orElse(0L));
        }
    }

    private void forget(String source, Change change) throws IOException {
        writer.deleteDocuments(Fields.source(source));
        change.hashes.clear();
        change.size = 0;
    }

    /** Stages that the source is removed; whether there is one. */
    public synchronized boolean remove(String source) throws IndexFailure {
        requireOpen();
        Change change = change(source, false);
        boolean present = change.seen > 0 || !change.isRemoval();
        try {
            forget(source, change);
        } catch (IOException e) {
            throw NamespaceIndex.failure(index.partition(), e);
        }
        if (change.seen > 0) {
            changes.put(source, change);
        } else {
            changes.remove(source);
        }
        return present;
    }

    /**
     * Decides what would become of each source and makes that durable, still unseen. Nobody else changes the namespace until the
     * result is closed. Where nothing changes, nothing becomes durable: whoever keeps the partition's key would not keep it for that.
     */
    public synchronized Prepared prepare() throws IndexFailure {
        requireOpen();
        ended = true;
        index.writing.lock();
        boolean done = false;
        try (View now = index.view()) {
            if (changes.isEmpty()) {
                writer.rollback();
                done = true;
                return new Prepared(this, List.of());
            }
            List<Decision> decisions = new ArrayList<>();
            Map<String, String> facts = new TreeMap<>();
            facts.put(NamespaceIndex.TRANSACTION, transaction);
            long room = quota - index.size();
            for (Map.Entry<String, Change> entry : changes.entrySet()) {
                room = decide(entry.getKey(), entry.getValue(), now, room, decisions, facts);
            }
            writer.setLiveCommitData(facts.entrySet());
            writer.commit();
            writer.close();
            done = true;
            return new Prepared(this, decisions);
        } catch (IOException e) {
            throw NamespaceIndex.failure(index.partition(), e);
        } finally {
            if (!done) {
                index.writing.unlock();
                drop();
            }
        }
    }

    /** Returns the room that is left. */
    private long decide(
            String source, Change change, View now, long room, List<Decision> decisions, Map<String, String> facts)
            throws IndexFailure, IOException {
        Optional<Source> present = now.source(source);
        long left = room + present.map(Source::size).orElse(0L) - change.size;
        Optional<Denial> refusal = Optional.empty();
        if (present.map(Source::version).orElse(0L) != change.seen) {
            refusal = Optional.of(Denial.CONFLICT);
        } else if (change.size > 0 && left < 0) {
            refusal = Optional.of(Denial.QUOTA);
        }
        if (refusal.isPresent()) {
            writer.deleteDocuments(Fields.source(source));
            decisions.add(new Decision(source, 0, refusal));
            return room;
        }
        if (change.isRemoval()) {
            facts.put(NamespaceIndex.REMOVED + facts.size(), source);
            decisions.add(new Decision(source, 0, refusal));
            return left;
        }
        Source entry = new Source(
                source,
                change.seen + 1,
                change.document,
                Snapshot.chunks(change.hashes),
                change.hashes.size(),
                change.size);
        writer.addDocument(Fields.source(
                source, entry.toBlob(), change.writing.orElseThrow().toBlob()));
        decisions.add(new Decision(source, entry.version(), refusal));
        return left;
    }

    private void requireOpen() throws IndexFailure {
        if (ended) {
            throw new IndexFailure(Denial.CONTEXT_ENDED, "the context has ended");
        }
    }

    /** Forgets all of it; harmless when it was prepared or dropped before. */
    public synchronized void drop() {
        ended = true;
        try {
            writer.rollback();
        } catch (IOException e) {
            System.getLogger("ambit.retrieval").log(System.Logger.Level.WARNING, "while dropping what was staged", e);
        }
        index.discard(directory);
    }

    /** What was staged, judged and durable; the transaction's commit decides whether it comes to be. Used by the thread that made it. */
    public static final class Prepared implements AutoCloseable {
        private final Staging staging;
        private final List<Decision> decisions;
        private boolean closed;

        private Prepared(Staging staging, List<Decision> decisions) {
            this.staging = staging;
            this.decisions = List.copyOf(decisions);
        }

        public Blob partition() {
            return staging.index.partition();
        }

        public List<Decision> decisions() {
            return decisions;
        }

        /** The transaction committed: it is taken over soon, and before anybody looks at the namespace again. */
        public void apply() {
            if (decisions.isEmpty()) {
                close();
            } else if (!closed) {
                staging.index.settleLater(staging.directory, staging.transaction);
                release();
            }
        }

        /** Nobody knows whether the transaction committed: it stays until that can be found out, when somebody looks at the namespace. */
        public void leave() {
            if (decisions.isEmpty()) {
                close();
            } else if (!closed) {
                staging.index.leaveForLater(staging.directory);
                release();
            }
        }

        /** Drops it, unless it was taken over. */
        @Override
        public void close() {
            if (!closed) {
                staging.index.discard(staging.directory);
                release();
            }
        }

        private void release() {
            closed = true;
            staging.index.writing.unlock();
        }
    }
}
