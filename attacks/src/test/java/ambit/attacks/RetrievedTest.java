package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Documents that the command ingests, agents that search them, canaries in what is not mapped, and proofs that hold offline. */
final class RetrievedTest {
    private static final String CANARY = "zephyrine-quetzal-4417";

    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "probe", "reader")
            .principal("bob", "probe", "reader")
            .agent("reader", """
                    may-use:
                      retriever.search: {where: any}
                      retriever.add: {where: any}
                      retriever.remove: {where: any}
                    remembers:
                      tenant/handbook: search
                      user/mine: [read-write, search]
                    """)
            .section("""
                    memory:
                      may: [alice, bob]
                      may-undo: [alice]
                      remembers:
                        tenant/handbook: [read-write, search]
                        tenant/secret: [read-write, search]
                        user/mine: [read-write, search]
                    """));

    private static Path documents() {
        return KERNEL.get().root().resolve("documents");
    }

    private static void write(String name, String text) throws Exception {
        Path file = documents().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static Outcome ingest(String principal, String path, String namespace, String... more) throws Exception {
        String[] command = {
            "memory", "ingest", "--as", principal, documents().resolve(path).toString(), "--into", namespace
        };
        return KERNEL.get()
                .ambit(Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new));
    }

    @BeforeAll
    static void fill() throws Exception {
        write(
                "handbook/birds.md",
                "# Birds\n\nThe grey heron stands in the reeds at dawn.\n\n# Cars\n\nThe carburettor mixes air and fuel.\n");
        write("handbook/bank.html", "<h1>Bank</h1><p>Wire transfers take two days.</p>");
        write("secret/plan.md", "# Plan\n\nThe heron is called " + CANARY + ".\n");
        write("bob/diary.md", "Bob's heron is called " + CANARY + " too.\n");
        ingest("alice", "handbook", "tenant/handbook").exits(0);
        ingest("alice", "secret", "tenant/secret").exits(0);
        ingest("bob", "bob", "user/mine").exits(0);
    }

    private static JsonNode search(String principal, String params) throws Exception {
        return KERNEL.get()
                .guest(principal, "reader", "say(answer=tool('retriever.search', **" + params + "))")
                .exits(0)
                .said()
                .get("answer");
    }

    private static List<String> texts(JsonNode answer) {
        return answer.get("result")
                .get("chunks")
                .valueStream()
                .map(chunk -> chunk.get("text").asString())
                .toList();
    }

    @Test
    void anAgentFindsWhatTheCommandIngested() throws Exception {
        JsonNode answer =
                search("bob", "{'query': 'which bird stands in reeds', 'k': 1, 'namespaces': ['tenant/handbook']}");
        JsonNode chunk = answer.get("result").get("chunks").get(0);
        assertThat(chunk.get("text").asString()).isEqualTo("The grey heron stands in the reeds at dawn.");
        assertThat(chunk.get("source").asString()).isEqualTo("handbook/birds.md");
        assertThat(chunk.get("title").get(0).asString()).isEqualTo("Birds");
        assertThat(chunk.get("namespace").asString()).isEqualTo("tenant/handbook");
    }

    @Test
    void whatIsThereAlreadyIsLeftAloneAndWhatIsGoneIsRemoved() throws Exception {
        assertThat(ingest("alice", "handbook", "tenant/handbook").exits(0).err())
                .contains("0 documents added", "2 unchanged");
        write("handbook/new.txt", "The kingfisher dives.\n");
        assertThat(ingest("alice", "handbook", "tenant/handbook").exits(0).err())
                .contains("1 document added", "2 unchanged");
        Files.delete(documents().resolve("handbook/new.txt"));
        assertThat(ingest("alice", "handbook", "tenant/handbook", "--delete")
                        .exits(0)
                        .err())
                .contains("1 removed");
        assertThat(texts(search("bob", "{'query': 'kingfisher'}"))).noneMatch(text -> text.contains("kingfisher"));
    }

    @Test
    void whatATransactionAddedNamesItAndIsUndoneByTheCommandThatUndoesItsMemory() throws Exception {
        Outcome poisoner = KERNEL.get().guest("alice", "reader", """
                        tool('retriever.add', namespace='user/mine', source='poison.md', text='The hoopoe lives in the kettle.')
                        """).exits(0);
        JsonNode chunk = search("alice", "{'query': 'hoopoe kettle', 'k': 1, 'namespaces': ['user/mine']}")
                .get("result")
                .get("chunks")
                .get(0);
        String transaction = chunk.get("writer").get("transaction").asString();
        assertThat(poisoner.err() + poisoner.out()).contains(transaction);
        assertThat(chunk.get("writer").get("agent").asString()).isEqualTo("reader");
        assertThat(KERNEL.get()
                        .ambit("memory", "undo", "--as", "alice", "--dry-run", transaction)
                        .exits(0)
                        .out())
                .contains("user/mine/poison.md@1");
        assertThat(texts(search("alice", "{'query': 'hoopoe', 'mode': 'words'}")))
                .hasSize(1);
        KERNEL.get()
                .ambit("memory", "undo", "--as", "alice", "--yes", transaction)
                .exits(0);
        assertThat(texts(search("alice", "{'query': 'hoopoe', 'mode': 'words'}")))
                .isEmpty();
    }

    @Test
    void whatIsNotMappedIsInNoAnswerWhateverIsAsked() throws Exception {
        for (String query : List.of(CANARY, "the heron is called", "Plan", "canary zephyrine")) {
            JsonNode answer = search("alice", "{'query': '" + query + "', 'k': 100}");
            assertThat(answer.toString()).doesNotContain("is called " + CANARY);
        }
        JsonNode said = KERNEL.get().guest("alice", "reader", """
                        said = []
                        for name in ['tenant/secret', 'tenant/handbook/../secret', 'TENANT/secret', 'user/mine/', '*', '']:
                            said.append(tool('retriever.search', query='x', namespaces=[name])['code'])
                        said.append(tool('retriever.add', namespace='tenant/handbook', source='a', text='b')['code'])
                        said.append(tool('retriever.add', namespace='tenant/secret', source='a', text='b')['code'])
                        say(codes=said)
                        """).exits(0).said();
        assertThat(said.get("codes").valueStream().map(JsonNode::asString))
                .containsExactly(
                        "NOT_MAPPED",
                        "NOT_MAPPED",
                        "NOT_MAPPED",
                        "NOT_MAPPED",
                        "NOT_MAPPED",
                        "NOT_MAPPED",
                        "READ_ONLY",
                        "NOT_MAPPED");
        // bob's own namespace of the same name is another one
        assertThat(texts(search("bob", "{'query': '" + CANARY + "', 'namespaces': ['user/mine']}")))
                .hasSize(1);
        assertThat(texts(search("alice", "{'query': '" + CANARY + "', 'namespaces': ['user/mine']}")))
                .noneMatch(text -> text.contains(CANARY));
    }

    @Test
    void whatAnAgentAddsStaysOnlyIfItsTransactionEndsWell() throws Exception {
        KERNEL.get()
                .guest(
                        "alice",
                        "reader",
                        "tool('retriever.add', namespace='user/mine', source='n', text='the stork'); raise SystemExit(1)")
                .exits(1);
        assertThat(texts(search("alice", "{'query': 'stork', 'namespaces': ['user/mine']}")))
                .isEmpty();
        KERNEL.get()
                .guest(
                        "alice",
                        "reader",
                        "say(x=tool('retriever.add', namespace='user/mine', source='n', text='the stork'))")
                .exits(0);
        assertThat(texts(search("alice", "{'query': 'stork', 'namespaces': ['user/mine']}")))
                .containsExactly("the stork");
    }

    @Test
    void anAnswerIsProvedOfflineAsAWholeAndChunkByChunk() throws Exception {
        String answer = KERNEL.get()
                .guest("bob", "reader", """
                        body = {'handle': handle('retriever.search'), 'params': {'query': 'heron or bank', 'k': 3}}
                        say(text=request('POST', '/syscall/tool_call', body)[2].decode())
                        """)
                .exits(0)
                .said()
                .get("text")
                .asString();
        Path file = KERNEL.get().root().resolve("answer.json");
        Files.writeString(file, answer);
        assertThat(verified(file).exits(0).out())
                .contains(
                        "searched tenant/handbook",
                        "searched user/mine",
                        "exactly the one",
                        "these are all that was found");
        assertThat(python(file)).contains("3 of the 3 chunks", "tenant/handbook");

        // one chunk alone, by its path
        int first = answer.indexOf("{\"hash\"", answer.indexOf("{\"hash\"") + 1);
        int end = answer.indexOf("],\"scope\"");
        assertThat(first).isPositive();
        Files.writeString(file, answer.substring(0, first - 1) + answer.substring(end));
        assertThat(verified(file).exits(0).out())
                .contains("1 of the 3 that were found")
                .doesNotContain("exactly the one");
        assertThat(python(file)).contains("1 of the 3 chunks");

        Files.writeString(file, answer.replaceFirst("heron", "eagle"));
        assertThat(verified(file).exits(1).err()).contains("is not proved");
        assertThat(python(file)).contains("is not one that was found");
    }

    private static Outcome verified(Path file) throws Exception {
        return KERNEL.get().ambit("proof", "verify", file.toString());
    }

    private static String python(Path file) throws Exception {
        Process process = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-B",
                        Repository.file("spec/verify.py").toString(),
                        "scope",
                        file.toString(),
                        KERNEL.get().state().resolve("core/core.pub").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void nothingOfADocumentIsInTheStateDirectoryInTheClear() throws Exception {
        try (Stream<Path> files = Files.walk(KERNEL.get().state().resolve("drivers"))) {
            int indexes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(bytes)
                        .as(file.toString())
                        .doesNotContain("zephyrine")
                        .doesNotContain("quetzal")
                        .doesNotContain("carburettor");
                indexes += file.toString().contains("/indexes/") ? 1 : 0;
            }
            assertThat(indexes).isGreaterThan(5);
        }
    }

    @Test
    void theLogSaysWhoIngestedWhat() throws Exception {
        String log = KERNEL.get().ambit("log").exits(0).out();
        assertThat(log).contains("retriever.add", "retriever.sources", "retriever.search");
    }
}
