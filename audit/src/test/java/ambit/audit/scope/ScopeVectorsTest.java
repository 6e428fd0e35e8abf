package ambit.audit.scope;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The vectors of {@code spec/scope-vectors.json}: what is said of them here, and that the verifier in Python, which shares no code with
 * this one, agrees.
 */
class ScopeVectorsTest {
    private static final Path SPEC =
            Path.of(System.getProperty("ambit.root", "..")).resolve("spec");

    private final List<String> vectors = new ArrayList<>();

    private static Blob hash(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    private static Chunk chunk(int i) {
        SortedMap<String, Json> metadata = new TreeMap<>();
        if (i % 2 == 1) {
            metadata.put("year", new Json.Int(2000 - 1001L * i));
            metadata.put("z", new Json.Bool(i % 3 == 0));
            metadata.put("author", new Json.Str("Zoë"));
        }
        return new Chunk(
                "docs/" + i + ".md",
                i % 3 == 0 ? List.of() : List.of("Part " + i, "§ \ud83d\ude00"),
                new Chunk.Position("line", i + 1L, 10L * i + 1),
                metadata,
                "text " + "x".repeat(i * 97) + "\n\"quoted\"");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static String hashes(List<Blob> hashes) {
        return String.join(",", hashes.stream().map(it -> quoted(it.toHex())).toList());
    }

    private static String value(Json json) {
        return switch (json) {
            case Json.Str(String text) -> quoted(text);
            case Json.Int(long number) -> Long.toString(number);
            case Json.Bool(boolean yes) -> Boolean.toString(yes);
            default -> throw new IllegalArgumentException();
        };
    }

    private static String item(Chunk chunk, int rank, String mount, List<Blob> path) {
        String metadata = String.join(
                ",",
                chunk.metadata().entrySet().stream()
                        .map(it -> quoted(it.getKey()) + ":" + value(it.getValue()))
                        .toList());
        return "{\"rank\":%d,\"namespace\":%s,\"source\":%s,\"title\":[%s],\"position\":{\"unit\":\"line\",\"from\":%d,\"to\":%d},\"metadata\":{%s},\"text\":%s,\"path\":[%s]}"
                .formatted(
                        rank,
                        quoted(mount),
                        quoted(chunk.source()),
                        String.join(
                                ",",
                                chunk.title().stream()
                                        .map(ScopeVectorsTest::quoted)
                                        .toList()),
                        chunk.position().from(),
                        chunk.position().to(),
                        metadata,
                        quoted(chunk.text()),
                        hashes(path));
    }

    private static Scope scope(int count) {
        return new Scope(
                List.of(
                        new Scope.Namespace("user/notes", hash("p1"), hash("s1")),
                        new Scope.Namespace("tenant/handbook", hash("p2"), new Snapshot().digest())),
                hash("query"),
                hash("policy"),
                count);
    }

    private static HashTree tree(int count) {
        List<HashTree.Found> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(new HashTree.Found(i % 2, chunk(i).hash()));
        }
        return HashTree.of(scope(count), found);
    }

    private static String reply(int count, int from, int to) {
        HashTree tree = tree(count);
        List<String> items = new ArrayList<>();
        for (int i = from; i < to; i++) {
            items.add(item(chunk(i), i + 1, i % 2 == 0 ? "user/notes" : "tenant/handbook", tree.path(i + 1)));
        }
        String namespaces = String.join(
                ",",
                scope(count).namespaces().stream()
                        .map(it -> "{\"mount\":%s,\"partition\":%s,\"snapshot\":%s}"
                                .formatted(
                                        quoted(it.mount()),
                                        quoted(it.partition().toHex()),
                                        quoted(it.snapshot().toHex())))
                        .toList());
        return "{\"chunks\":[%s],\"scope\":{\"namespaces\":[%s],\"query\":%s,\"policy\":%s,\"count\":%d,\"path\":[%s]}}"
                .formatted(
                        String.join(",", items),
                        namespaces,
                        quoted(scope(count).query().toHex()),
                        quoted(scope(count).policy().toHex()),
                        count,
                        hashes(tree.path(0)));
    }

    private static String said(String reply, Blob root) {
        try {
            ScopedReply.parse(Json.parse(Blob.of(reply.getBytes(StandardCharsets.UTF_8))))
                    .verify(root);
            return "accepted";
        } catch (MalformedException e) {
            return "refused";
        }
    }

    private void vector(String name, String expect, Blob root, String reply) {
        assertThat(said(reply, root)).as(name).isEqualTo(expect);
        vectors.add("{\"test\":\"scope\",\"name\":%s,\"expect\":%s,\"rootHex\":%s,\"reply\":%s}"
                .formatted(quoted(name), quoted(expect), quoted(root.toHex()), quoted(reply)));
    }

    private void changed(String name, UnaryOperator<String> change) {
        String whole = reply(5, 0, 5);
        String other = change.apply(whole);
        assertThat(other).isNotEqualTo(whole);
        vector(name, "refused", tree(5).root(), other);
    }

    @Test
    void theVectorsAreWhatIsSaidOfThemAndThePythonVerifierAgreesOnAllOfThem() throws Exception {
        for (int count : new int[] {0, 1, 2, 3, 5, 8}) {
            vector("a reply of " + count, "accepted", tree(count).root(), reply(count, 0, count));
        }
        vector("one chunk of seven by its path", "accepted", tree(7).root(), reply(7, 4, 5));
        vector("no chunk of seven", "accepted", tree(7).root(), reply(7, 0, 0));
        vector("another root", "refused", tree(4).root(), reply(5, 0, 5));
        changed("another text", it -> it.replace("text \\n", "test \\n"));
        changed("another source", it -> it.replace("docs/3.md", "docs/4.md"));
        changed("another heading", it -> it.replace("Part 1", "Part 2"));
        changed("another position", it -> it.replace("\"from\":3", "\"from\":2"));
        changed("other metadata", it -> it.replace("\"z\":true", "\"z\":false"));
        changed(
                "a chunk moved to another namespace",
                it -> it.replaceFirst("\"namespace\":\"user/notes\"", "\"namespace\":\"tenant/handbook\""));
        changed(
                "a chunk of a namespace that was not searched",
                it -> it.replaceFirst("\"namespace\":\"user/notes\"", "\"namespace\":\"user/other\""));
        changed("a chunk at another rank", it -> it.replaceFirst("\"rank\":1", "\"rank\":2"));
        changed("a chunk at the scope's place", it -> it.replaceFirst("\"rank\":1", "\"rank\":0"));
        changed(
                "another snapshot",
                it -> it.replace(hash("s1").toHex(), hash("s2").toHex()));
        changed(
                "another partition",
                it -> it.replace(hash("p1").toHex(), hash("s2").toHex()));
        changed(
                "another policy",
                it -> it.replace(hash("policy").toHex(), hash("s2").toHex()));
        changed(
                "another query",
                it -> it.replace(hash("query").toHex(), hash("s2").toHex()));
        changed("fewer found than there were", it -> it.replace("\"count\":5", "\"count\":4"));
        changed(
                "a namespace more",
                it -> it.replace(
                        "\"namespaces\":[",
                        "\"namespaces\":[{\"mount\":\"x\",\"partition\":\""
                                + hash("p1").toHex() + "\",\"snapshot\":\""
                                + hash("p1").toHex() + "\"},"));
        changed("no scope", it -> it.replace("\"scope\"", "\"scopes\""));
        Path file = SPEC.resolve("scope-vectors.json");
        String json = "[\n" + String.join(",\n", vectors) + "\n]\n";
        if (Boolean.getBoolean("vectors.write")) {
            Files.writeString(file, json);
        }
        assertThat(Files.readString(file)).isEqualTo(json);
        Process python = new ProcessBuilder(
                        "/usr/bin/python3", "-B", SPEC.resolve("verify.py").toString(), file.toString())
                .inheritIO()
                .start();
        assertThat(python.waitFor()).as("exit code").isZero();
    }
}
