package ambit.retrieval.index;

import ambit.audit.scope.Chunk;
import ambit.retrieval.embedding.Embedding;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Indexes with what a test needs around them. */
final class Library implements AutoCloseable {
    final Set<String> committed = ConcurrentHashMap.newKeySet();
    final Indexes indexes;
    private int transactions;

    Library(Path root) throws IOException {
        this(root, new WordVectors());
    }

    Library(Path root, Embedding embedding) throws IOException {
        this.indexes = new Indexes(root, embedding, committed::contains, 8 << 20);
    }

    static Blob hash(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    static Blob key(String namespace) {
        return hash("key of " + namespace);
    }

    NamespaceIndex open(String namespace) throws IndexFailure {
        return indexes.open(hash(namespace), key(namespace));
    }

    static Chunk chunk(String source, int line, String text) {
        return chunk(source, line, text, Map.of());
    }

    static Chunk chunk(String source, int line, String text, Map<String, Json> metadata) {
        return new Chunk(source, List.of(), new Chunk.Position("line", line, line), new TreeMap<>(metadata), text);
    }

    /** Each text a chunk of the source. */
    static List<Chunk> chunks(String source, String... texts) {
        List<Chunk> chunks = new ArrayList<>();
        for (String text : texts) {
            chunks.add(chunk(source, chunks.size() + 1, text));
        }
        return chunks;
    }

    static Writing by(String transaction) {
        return new Writing(transaction, "reader", hash("anna"), 1, 1);
    }

    Staging stage(NamespaceIndex index) throws IndexFailure {
        String transaction = "t" + transactions++;
        return index.stage(transaction, hash(transaction), Long.MAX_VALUE, () -> by("t"));
    }

    /** Adds a source in a transaction of its own. */
    List<Staging.Decision> add(NamespaceIndex index, String source, String... texts) throws IndexFailure {
        Staging staging = stage(index);
        staging.add(source, hash(String.join("\n", texts)), chunks(source, texts), false);
        return commit(staging);
    }

    List<Staging.Decision> commit(Staging staging) throws IndexFailure {
        try (Staging.Prepared prepared = staging.prepare()) {
            prepared.apply();
            indexes.await(prepared.partition());
            return prepared.decisions();
        }
    }

    Search.Answer search(String query, NamespaceIndex... namespaces) throws IndexFailure {
        return search(Query.of(query, 10, Query.Mode.HYBRID, Optional.empty()), namespaces);
    }

    Search.Answer search(Query query, NamespaceIndex... namespaces) throws IndexFailure {
        return Search.run(indexes.embedding(), List.of(namespaces), query);
    }

    static List<String> texts(Search.Answer answer) {
        return answer.hits().stream().map(hit -> hit.chunk().text()).toList();
    }

    @Override
    public void close() {
        indexes.close();
    }
}
