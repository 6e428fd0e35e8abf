package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.index.IndexFailure;
import ambit.retrieval.index.Indexes;
import ambit.retrieval.index.NamespaceIndex;
import ambit.retrieval.index.Query;
import ambit.retrieval.index.Search;
import ambit.retrieval.index.Staging;
import ambit.retrieval.index.Writing;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The retriever's indexes as the drivers have them: a sealed one for each namespace, the cache as large as theirs. */
final class Namespaces implements AutoCloseable {
    private static final long CACHE = 96L << 20;

    private final Indexes indexes;
    private final Map<String, NamespaceIndex> open = new LinkedHashMap<>();
    private int transactions;

    Namespaces(Path root, Embedding embedding) throws IOException {
        // each transaction here is taken over at once
        this.indexes = new Indexes(root, embedding, _ -> false, CACHE);
    }

    static Blob hash(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    NamespaceIndex open(String name) throws IndexFailure {
        NamespaceIndex known = open.get(name);
        if (known == null) {
            known = indexes.open(hash(name), hash("key of " + name));
            open.put(name, known);
        }
        return known;
    }

    /** Opens one that nobody else has open, for the caller to close. */
    NamespaceIndex openAnew(String name) throws IndexFailure {
        return indexes.open(hash(name), hash("key of " + name));
    }

    void closeAll() {
        open.values().forEach(NamespaceIndex::close);
        open.clear();
    }

    /** What is kept of who adds a source. */
    static Writing writing(String transaction) {
        return new Writing(transaction, "bench", hash("principal"), 0, 1);
    }

    /** Adds sources in one transaction. */
    void add(String name, Map<String, List<Chunk>> sources) throws IndexFailure {
        String transaction = "t" + transactions++;
        Writing writing = writing(transaction);
        Staging staging = open(name).stage(transaction, hash(transaction), Long.MAX_VALUE, () -> writing);
        for (Map.Entry<String, List<Chunk>> source : sources.entrySet()) {
            staging.add(source.getKey(), hash(source.getKey()), source.getValue(), false);
        }
        try (Staging.Prepared prepared = staging.prepare()) {
            prepared.apply();
        }
    }

    Search.Answer search(Query query, List<String> names) throws IndexFailure {
        List<NamespaceIndex> searched = new ArrayList<>();
        for (String name : names) {
            searched.add(open(name));
        }
        return Search.run(indexes.embedding(), searched, query);
    }

    @Override
    public void close() {
        closeAll();
        indexes.close();
    }
}
