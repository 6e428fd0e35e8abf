package ambit.drivers;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.HashTree;
import ambit.audit.scope.Scope;
import ambit.drivers.memory.RetrievedChunks;
import ambit.retrieval.index.IndexFailure;
import ambit.retrieval.index.Indexes;
import ambit.retrieval.index.Kept;
import ambit.retrieval.index.NamespaceIndex;
import ambit.retrieval.index.Query;
import ambit.retrieval.index.Search;
import ambit.retrieval.index.Staging;
import ambit.retrieval.index.Writing;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Denial;
import ambit.wire.Limits;
import ambit.wire.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The namespaces of one context as a retriever sees them: those of its map, and no name for any other. An index is opened when the
 * context first looks at it, and closed when the context ends; what the context changes is staged until then.
 *
 * <p>Safe for use by several threads.
 */
final class ContextRetriever implements AutoCloseable {
    private static final int WRITE = 2;
    private static final int SEARCH = 4;

    private final Optional<Indexes> indexes;
    private final Blob context;
    private final String transaction;
    private final Map<String, MapEntry> mapped = new LinkedHashMap<>();
    private final Map<String, NamespaceIndex> open = new LinkedHashMap<>();
    private final Map<String, Staging> staged = new LinkedHashMap<>();
    private final RetrievedChunks retrieved;
    private final Supplier<Writing> writing;
    private Optional<DriverFailure> failed = Optional.empty();
    private long underway;
    private boolean ended;

    ContextRetriever(
            Optional<Indexes> indexes,
            Blob context,
            String transaction,
            List<MapEntry> entries,
            RetrievedChunks retrieved,
            Supplier<Writing> writing) {
        this.retrieved = retrieved;
        this.writing = writing;
        this.indexes = indexes;
        this.context = context;
        this.transaction = transaction;
        for (MapEntry entry : entries) {
            if (entry.exactKey().isEmpty() && (entry.rights() & (WRITE | SEARCH)) != 0) {
                mapped.put(name(entry.mount()), entry);
            }
        }
    }

    private static String name(String mount) {
        return mount.isEmpty() ? "own" : mount.substring(0, mount.length() - 1);
    }

    /** What a search found, and the tree that proves it. */
    record Found(Scope scope, HashTree tree, List<Search.Hit> hits) {}

    /**
     * Searches the named namespaces, or all that may be searched.
     *
     * @param params SHA-256 of the exact parameters
     */
    Found search(Query query, List<String> names, Blob params) throws DriverFailure, IndexFailure {
        List<MapEntry> entries = new ArrayList<>();
        List<NamespaceIndex> namespaces = new ArrayList<>();
        List<String> wanted = names.isEmpty() ? searchable() : names;
        if (wanted.isEmpty()) {
            throw new DriverFailure(Denial.NOT_MAPPED, "no namespace is mapped into this context for searching");
        }
        if (wanted.stream().distinct().count() != wanted.size()) {
            throw new DriverFailure(Denial.MALFORMED, "a namespace is named twice");
        }
        for (String name : wanted) {
            entries.add(entry(name, SEARCH));
            namespaces.add(index(name));
        }
        Search.Answer answer = Search.run(indexes().embedding(), namespaces, query);
        List<Scope.Namespace> opened = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            opened.add(new Scope.Namespace(
                    wanted.get(i),
                    entries.get(i).partition(),
                    answer.snapshots().get(i)));
        }
        Scope scope = new Scope(opened, params, policy(entries), answer.hits().size());
        HashTree tree = HashTree.of(
                scope,
                answer.hits().stream()
                        .map(hit -> new HashTree.Found(hit.namespace(), hit.hash()))
                        .toList());
        answer.hits()
                .forEach(hit -> retrieved.retrieved(
                        hit.hash(),
                        hit.chunk().text(),
                        hit.writing().map(Writing::label).orElse(0L)));
        return new Found(scope, tree, answer.hits());
    }

    private List<String> searchable() {
        return mapped.entrySet().stream()
                .filter(it -> (it.getValue().rights() & SEARCH) != 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** SHA-256 of the terms under which these are mapped. */
    private static Blob policy(List<MapEntry> entries) {
        List<Cbor> each = entries.stream()
                .map(it -> Cbor.array(it.mount(), it.rights(), it.quotaBytes(), it.terms()))
                .toList();
        return Blob.of(Cbor.encode(Cbor.array("ambit/terms/v1", each))).sha256();
    }

    /** Stages the chunks of a source; whether anything changes by it. */
    boolean add(
            String namespace,
            String source,
            Blob document,
            List<Chunk> chunks,
            boolean continues,
            Cancellation cancellation)
            throws DriverFailure, IndexFailure {
        Staging staging = staging(namespace, source);
        takeRoom(chunks.size());
        try {
            return staging.add(source, document, chunks, continues, () -> {
                if (cancellation.isCancelled()) {
                    throw new IndexFailure(
                            Denial.CONTEXT_ENDED, "the documents were not added because the caller went away");
                }
            });
        } finally {
            giveBackRoom(chunks.size());
        }
    }

    /**
     * Of all its namespaces, a context stages no more than of one, so that its end keeps nobody waiting for long. What calls are
     * making vectors of counts as well.
     */
    private synchronized void takeRoom(int chunks) throws DriverFailure {
        long all = staged.values().stream().mapToLong(Staging::chunks).sum();
        if (all + underway + chunks > Staging.MAX_CHUNKS) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "a transaction adds at most " + Staging.MAX_CHUNKS
                            + " chunks; split the document, or start another transaction for the rest");
        }
        underway += chunks;
    }

    private synchronized void giveBackRoom(int chunks) {
        underway -= chunks;
    }

    /** Stages that a source is removed; whether there is one. */
    boolean remove(String namespace, String source) throws DriverFailure, IndexFailure {
        return staging(namespace, source).remove(source);
    }

    /** What the namespace holds, as it was committed last. */
    List<Kept> sources(String namespace, String after, int limit) throws DriverFailure, IndexFailure {
        entry(namespace, WRITE);
        return Search.sources(index(namespace), after, limit);
    }

    /**
     * Stages that what a transaction and its children have added is removed, in all namespaces that are mapped for adding documents.
     *
     * @param dryRun whether nothing is staged
     * @return namespaces and documents
     */
    Map<String, List<Kept>> undo(String transaction, boolean dryRun) throws DriverFailure, IndexFailure {
        Map<String, List<Kept>> found = new LinkedHashMap<>();
        for (Map.Entry<String, MapEntry> each : mapped.entrySet()) {
            boolean mine = (each.getValue().rights() & WRITE) != 0
                    && each.getValue().terms().isEmpty();
            List<Kept> theirs = mine
                    ? Search.sources(index(each.getKey()), "", Integer.MAX_VALUE).stream()
                            .filter(it -> it.writing()
                                    .filter(by -> by.isBy(transaction))
                                    .isPresent())
                            .toList()
                    : List.of();
            if (!theirs.isEmpty()) {
                found.put(each.getKey(), theirs);
            }
            for (Kept kept : dryRun ? List.<Kept>of() : theirs) {
                boolean _ = remove(each.getKey(), kept.source().name());
            }
        }
        return found;
    }

    private MapEntry entry(String name, int right) throws DriverFailure {
        MapEntry entry = mapped.get(name);
        if (entry == null) {
            throw new DriverFailure(
                    Denial.NOT_MAPPED,
                    "no namespace '" + Foreign.quote(name) + "' is mapped into this context for the retriever");
        }
        if ((entry.rights() & right) == 0) {
            throw right == WRITE
                    ? new DriverFailure(
                            Denial.READ_ONLY,
                            "the namespace '" + name + "' is not mapped for writing into this context")
                    : new DriverFailure(
                            Denial.NOT_MAPPED,
                            "the namespace '" + name + "' is not mapped for searching into this context");
        }
        return entry;
    }

    private synchronized NamespaceIndex index(String name) throws DriverFailure, IndexFailure {
        refuseEnded();
        NamespaceIndex present = open.get(name);
        if (present == null) {
            MapEntry entry = java.util.Objects.requireNonNull(mapped.get(name));
            present = indexes().open(entry.partition(), entry.dataKey());
            open.put(name, present);
        }
        return present;
    }

    private Indexes indexes() throws DriverFailure {
        return indexes.orElseThrow(() ->
                new DriverFailure(Denial.DRIVER_UNAVAILABLE, "no retriever is configured; add one to ambit.yaml"));
    }

    private synchronized Staging staging(String namespace, String source) throws DriverFailure, IndexFailure {
        if (!entry(namespace, WRITE).terms().isEmpty()) {
            throw new DriverFailure(
                    Denial.READ_ONLY,
                    "the namespace '" + namespace + "' is mapped with terms, which are for memory_write; the retriever"
                            + " adds and removes only where a mapping has none");
        }
        if (namespace.length() + 1 + source.length() > Limits.MEMORY_KEY) {
            throw new DriverFailure(
                    Denial.MALFORMED,
                    "the names of namespace and source have more than " + Limits.MEMORY_KEY + " characters");
        }
        Staging present = staged.get(namespace);
        if (present == null) {
            present = index(namespace)
                    .stage(transaction, context, entry(namespace, WRITE).quotaBytes(), writing);
            staged.put(namespace, present);
        }
        if (staged.values().stream().mapToInt(Staging::size).sum() >= Limits.VERDICTS) {
            throw new DriverFailure(
                    Denial.QUOTA,
                    "a transaction may change " + Limits.VERDICTS + " sources; start another one for the rest");
        }
        return present;
    }

    private void refuseEnded() throws DriverFailure {
        if (ended) {
            throw new DriverFailure(Denial.CONTEXT_ENDED, "the context has ended");
        }
    }

    /**
     * Judges what was staged and makes it durable, unseen until the result is applied. When it fails, so does each later attempt:
     * the transaction can't commit without it.
     */
    synchronized Change prepare() throws DriverFailure {
        if (failed.isPresent()) {
            throw failed.get();
        }
        ended = true;
        Change change = new Change();
        boolean done = false;
        try {
            // everybody locks namespaces in one order
            List<String> names = staged.keySet().stream()
                    .sorted(java.util.Comparator.comparing(name -> partition(name)))
                    .toList();
            for (String name : names) {
                change.add(
                        name, java.util.Objects.requireNonNull(staged.get(name)).prepare());
            }
            staged.clear();
            done = true;
            return change;
        } catch (IndexFailure e) {
            DriverFailure failure = new DriverFailure(e.code(), e.sentence(), e);
            failed = Optional.of(failure);
            throw failure;
        } finally {
            if (!done) {
                change.close();
            }
        }
    }

    private Blob partition(String name) {
        return java.util.Objects.requireNonNull(mapped.get(name)).partition();
    }

    /** What a context changes, durable and not yet seen. Used by the thread that prepared it. */
    static final class Change implements AutoCloseable {
        private final List<Staging.Prepared> prepared = new ArrayList<>();
        private final List<Verdict> verdicts = new ArrayList<>();

        private void add(String namespace, Staging.Prepared part) {
            prepared.add(part);
            for (Staging.Decision decision : part.decisions()) {
                String key = namespace + "/" + decision.source();
                verdicts.add(decision.refusal()
                        .map(why -> Verdict.dropped(key, why))
                        .orElseGet(() -> Verdict.committed(key, decision.version())));
            }
        }

        /** The partitions that something of this is committed to. */
        Set<Blob> partitions() {
            return prepared.stream()
                    .filter(it -> !it.decisions().isEmpty())
                    .map(Staging.Prepared::partition)
                    .collect(Collectors.toSet());
        }

        List<Verdict> verdicts() {
            return List.copyOf(verdicts);
        }

        /** The transaction has committed: all of it is taken over before anybody looks again. */
        void apply() {
            prepared.forEach(Staging.Prepared::apply);
        }

        /** Leaves all of it as it is, since nobody can say now whether the transaction has committed. */
        void leave() {
            prepared.forEach(Staging.Prepared::leave);
        }

        @Override
        public void close() {
            prepared.forEach(Staging.Prepared::close);
        }
    }

    /** Drops what was staged and lets the indexes go. */
    @Override
    public synchronized void close() {
        ended = true;
        staged.values().forEach(Staging::drop);
        staged.clear();
        open.values().forEach(NamespaceIndex::close);
        open.clear();
    }
}
