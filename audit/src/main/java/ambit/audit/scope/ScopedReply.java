package ambit.audit.scope;

import ambit.audit.tlog.Merkle;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The reply of a search as JSON, or any part of its chunks with the scope: what {@link #verify} checks against the one hash that the
 * core signed. Immutable.
 *
 * @param path of the scope in the tree
 */
public record ScopedReply(Scope scope, List<Blob> path, List<Item> chunks) {
    /** The most that one search answers. */
    private static final int MAX_COUNT = 1 << 16;

    private static final int MAX_PATH = 20;

    /**
     * One chunk of it.
     *
     * @param rank its place in the reply, counted from 1
     */
    public record Item(Chunk chunk, String mount, int rank, List<Blob> path) {}

    public ScopedReply {
        path = List.copyOf(path);
        chunks = List.copyOf(chunks);
    }

    /** Whether all that was found is here. */
    public boolean isWhole() {
        return chunks.stream().map(Item::rank).distinct().count() == scope.count();
    }

    /** Refuses, with a sentence, a scope or a chunk that the tree with this root does not hold. */
    public void verify(Blob root) throws MalformedException {
        long size = scope.count() + 1L;
        if (!Merkle.includes(0, size, Merkle.leaf(scope.toBlob().toArray()), path, root)) {
            throw new MalformedException("the scope is not the one that was signed");
        }
        for (Item item : chunks) {
            Blob entry = Scope.entry(namespace(item.mount()), item.chunk().hash());
            if (item.rank() < 1
                    || !Merkle.includes(item.rank(), size, Merkle.leaf(entry.toArray()), item.path(), root)) {
                throw new MalformedException("chunk " + item.rank() + " is not one that was found in this scope");
            }
        }
    }

    private int namespace(String mount) throws MalformedException {
        for (int i = 0; i < scope.namespaces().size(); i++) {
            if (scope.namespaces().get(i).mount().equals(mount)) {
                return i;
            }
        }
        throw new MalformedException("a chunk is of a namespace that is not in the scope");
    }

    /** Reads a reply; whatever it holds besides is left alone. */
    public static ScopedReply parse(Json json) throws MalformedException {
        Map<String, Json> reply = object(json);
        Map<String, Json> scope = object(reply.get("scope"));
        List<Scope.Namespace> namespaces = new ArrayList<>();
        for (Json namespace : array(scope.get("namespaces"))) {
            Map<String, Json> fields = object(namespace);
            namespaces.add(new Scope.Namespace(
                    text(fields.get("mount")), hash(fields.get("partition")), hash(fields.get("snapshot"))));
        }
        int count = (int) number(scope.get("count"), 0, MAX_COUNT);
        List<Item> items = new ArrayList<>();
        for (Json chunk : array(reply.get("chunks"))) {
            items.add(item(object(chunk), count));
        }
        return new ScopedReply(
                new Scope(namespaces, hash(scope.get("query")), hash(scope.get("policy")), count),
                hashes(scope.get("path")),
                items);
    }

    private static Item item(Map<String, Json> fields, int count) throws MalformedException {
        List<String> title = new ArrayList<>();
        for (Json part : array(fields.get("title"))) {
            title.add(text(part));
        }
        Map<String, Json> position = object(fields.get("position"));
        SortedMap<String, Json> metadata = new TreeMap<>(object(fields.get("metadata")));
        try {
            Chunk chunk = new Chunk(
                    text(fields.get("source")),
                    title,
                    new Chunk.Position(
                            text(position.get("unit")),
                            number(position.get("from"), 1, Long.MAX_VALUE),
                            number(position.get("to"), 1, Long.MAX_VALUE)),
                    metadata,
                    text(fields.get("text")));
            int rank = (int) number(fields.get("rank"), 1, count);
            return new Item(chunk, text(fields.get("namespace")), rank, hashes(fields.get("path")));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a chunk breaks a rule: " + e.getMessage());
        }
    }

    private static Map<String, Json> object(@Nullable Json json) throws MalformedException {
        if (json instanceof Json.Obj(Map<String, Json> members)) {
            return members;
        }
        throw new MalformedException("this is no reply of a search: an object is missing");
    }

    private static List<Json> array(@Nullable Json json) throws MalformedException {
        if (json instanceof Json.Arr(List<Json> items)) {
            return items;
        }
        throw new MalformedException("this is no reply of a search: an array is missing");
    }

    private static String text(@Nullable Json json) throws MalformedException {
        if (json instanceof Json.Str(String text)) {
            return text;
        }
        throw new MalformedException("this is no reply of a search: a text is missing");
    }

    private static long number(@Nullable Json json, long from, long to) throws MalformedException {
        if (json instanceof Json.Int(long number) && number >= from && number <= to) {
            return number;
        }
        throw new MalformedException("this is no reply of a search: a number is missing or out of range");
    }

    private static Blob hash(@Nullable Json json) throws MalformedException {
        String hex = text(json);
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new MalformedException("a hash is not 64 lower-case hexadecimal digits");
        }
        return Blob.fromHex(hex);
    }

    private static List<Blob> hashes(@Nullable Json json) throws MalformedException {
        List<Blob> hashes = new ArrayList<>();
        for (Json hash : array(json)) {
            hashes.add(hash(hash));
        }
        if (hashes.size() > MAX_PATH) {
            throw new MalformedException("a path of a search has at most " + MAX_PATH + " hashes");
        }
        return hashes;
    }
}
