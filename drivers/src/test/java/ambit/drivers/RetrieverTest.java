package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.ScopedReply;
import ambit.authority.Receipt;
import ambit.authority.signing.Signed;
import ambit.drivers.memory.Trust;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrieverTest {
    private static final int READ_WRITE_SEARCH = 7;
    private static final int SEARCH = 4;
    private static final int WRITE = 2;

    @TempDir
    Path directory;

    private Kernel kernel;

    @BeforeEach
    void open() throws Exception {
        kernel = new Kernel(
                directory, Map.of("retriever", new PermitCheck.Tool(ToolConfig.RETRIEVER, new RetrieverTool())));
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private static MapEntry mapped(String name, int rights) {
        return mapped(name, rights, 1 << 20);
    }

    private static MapEntry mapped(String name, int rights, long quota) {
        return new MapEntry(name + "/", hash(name), hash("key of " + name), rights, "", quota, List.of());
    }

    private static Blob hash(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    private DriverToBroker call(Blob context, String operation, String params) {
        return kernel.execute(
                kernel.order(context, "retriever." + operation, params).driver("retriever"));
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private Json result(Blob context, String operation, String params) throws Exception {
        DriverToBroker reply = call(context, operation, params);
        assertThat(reply).isInstanceOf(DriverToBroker.Done.class);
        return Json.parse(((DriverToBroker.Done) reply).result());
    }

    private static Json member(Json json, String name) {
        return ((Json.Obj) json).members().get(name);
    }

    private void add(Blob context, String namespace, String source, String text) throws Exception {
        result(
                context,
                "add",
                "{\"namespace\":" + quoted(namespace) + ",\"source\":" + quoted(source) + ",\"text\":" + quoted(text)
                        + ",\"format\":\"markdown\",\"metadata\":{\"lang\":\"en\"}}");
    }

    private void filled(String namespace, String source, String text) throws Exception {
        Blob writer = kernel.context(mapped(namespace, READ_WRITE_SEARCH));
        add(writer, namespace, source, text);
        assertThat(kernel.contexts.commit(writer)).allMatch(Verdict::committed);
    }

    private List<String> texts(Json reply) {
        return ((Json.Arr) member(reply, "chunks"))
                .items().stream()
                        .map(chunk -> ((Json.Str) member(chunk, "text")).value())
                        .toList();
    }

    private static Denial denied(DriverToBroker reply) {
        return ((DriverToBroker.Failed) reply).code();
    }

    @Test
    void aSearchIsProvedByOneRootThatTheReceiptCarries() throws Exception {
        filled("user/notes", "birds.md", "# Birds\\n\\nThe heron stands in the reeds.");
        filled("user/notes", "cars.md", "# Cars\\n\\nThe carburettor mixes air and fuel.");
        Blob reader = kernel.context(mapped("user/notes", SEARCH));
        String params = "{\"query\":\"which bird stands in reeds\",\"k\":2}";
        Json reply = result(reader, "search", params);
        assertThat(texts(reply)).hasSize(2).first().isEqualTo("The heron stands in the reeds.");
        Receipt receipt =
                Receipt.parse(Signed.verify(Domain.RECEIPT, kernel.artifacts.receiptKey(), kernel.receipts.getLast()));
        ScopedReply scoped = ScopedReply.parse(reply);
        scoped.verify(receipt.scope());
        assertThat(scoped.isWhole()).isTrue();
        assertThat(scoped.scope().query()).isEqualTo(Kernel.json(params).sha256());
        assertThat(scoped.scope().namespaces()).extracting(it -> it.mount()).containsExactly("user/notes");
        Chunk first = scoped.chunks().getFirst().chunk();
        assertThat(first.title()).containsExactly("Birds");
        assertThat(first.metadata()).containsOnly(Map.entry("lang", new Json.Str("en")));
        assertThat(first.position()).isEqualTo(new Chunk.Position("line", 3, 3));
    }

    @Test
    void noScopeIsSignedForWhatIsNoSearch() throws Exception {
        filled("user/notes", "birds.md", "The heron.");
        Receipt receipt =
                Receipt.parse(Signed.verify(Domain.RECEIPT, kernel.artifacts.receiptKey(), kernel.receipts.getLast()));
        assertThat(receipt.scope().isEmpty()).isTrue();
    }

    @Test
    void aNamespaceThatIsNotMappedHasNoName() throws Exception {
        filled("tenant/secrets", "canary.md", "The canary is called zephyrine.");
        filled("user/notes", "birds.md", "The heron stands in the reeds.");
        Blob reader = kernel.context(mapped("user/notes", SEARCH));
        assertThat(texts(result(reader, "search", "{\"query\":\"zephyrine canary\",\"k\":100}")))
                .containsExactly("The heron stands in the reeds.");
        for (String name : List.of(
                "tenant/secrets",
                "user/notes/../../tenant/secrets",
                "TENANT/SECRETS",
                "tenant%2Fsecrets",
                "",
                hash("tenant/secrets").toHex())) {
            DriverToBroker reply =
                    call(reader, "search", "{\"query\":\"zephyrine\",\"namespaces\":[" + quoted(name) + "]}");
            assertThat(denied(reply)).as(name).isEqualTo(Denial.NOT_MAPPED);
        }
        kernel.retrieval.await(hash("tenant/secrets"));
        kernel.retrieval.await(hash("user/notes"));
        // only the namespaces that were looked at are open
        assertThat(kernel.retrieval.open()).isEqualTo(1);
        kernel.contexts.drop(reader);
        assertThat(kernel.retrieval.open()).isZero();
    }

    @Test
    void rightsAreThoseOfTheMap() throws Exception {
        Blob context =
                kernel.context(mapped("user/search", SEARCH), mapped("user/write", WRITE), mapped("user/read", 1));
        assertThat(denied(call(context, "add", "{\"namespace\":\"user/search\",\"source\":\"a\",\"text\":\"b\"}")))
                .isEqualTo(Denial.READ_ONLY);
        assertThat(denied(call(context, "remove", "{\"namespace\":\"user/search\",\"source\":\"a\"}")))
                .isEqualTo(Denial.READ_ONLY);
        assertThat(denied(call(context, "sources", "{\"namespace\":\"user/search\"}")))
                .isEqualTo(Denial.READ_ONLY);
        for (String name : List.of("user/write", "user/read")) {
            assertThat(denied(call(context, "search", "{\"query\":\"a\",\"namespaces\":[" + quoted(name) + "]}")))
                    .isEqualTo(Denial.NOT_MAPPED);
        }
        assertThat(member(result(context, "search", "{\"query\":\"a\"}"), "chunks"))
                .isEqualTo(new Json.Arr(List.of()));
        Blob none = kernel.context(mapped("user/read", 1));
        assertThat(denied(call(none, "search", "{\"query\":\"a\"}"))).isEqualTo(Denial.NOT_MAPPED);
    }

    @Test
    void whatIsAddedIsThereOnlyOnceTheTransactionCommits() throws Exception {
        Blob writer = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        add(writer, "user/notes", "a.md", "The heron.");
        Blob reader = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        assertThat(texts(result(reader, "search", "{\"query\":\"heron\"}"))).isEmpty();
        assertThat(kernel.contexts.commit(writer)).containsExactly(Verdict.committed("user/notes/a.md", 1));
        assertThat(kernel.contexts.commit(writer)).containsExactly(Verdict.committed("user/notes/a.md", 1));
        assertThat(texts(result(reader, "search", "{\"query\":\"heron\"}"))).containsExactly("The heron.");
        Blob dropped = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        add(dropped, "user/notes", "a.md", "The stork.");
        kernel.contexts.drop(dropped);
        assertThat(texts(result(reader, "search", "{\"query\":\"stork heron\"}")))
                .containsExactly("The heron.");
    }

    @Test
    void sourcesAreListedReplacedAndRemoved() throws Exception {
        filled("user/notes", "a.md", "The heron.");
        filled("user/notes", "b.md", "The stork.");
        filled("user/notes", "a.md", "The grey heron.");
        Blob writer = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        List<Json> sources =
                ((Json.Arr) member(result(writer, "sources", "{\"namespace\":\"user/notes\"}"), "sources")).items();
        assertThat(sources).hasSize(2);
        assertThat(member(sources.getFirst(), "version")).isEqualTo(new Json.Int(2));
        assertThat(member(sources.getFirst(), "document"))
                .isEqualTo(new Json.Str(hash("The grey heron.").toHex()));
        Json same = result(
                writer,
                "add",
                "{\"namespace\":\"user/notes\",\"source\":\"b.md\",\"text\":\"The stork.\",\"format\":\"markdown\",\"metadata\":{\"lang\":\"en\"}}");
        assertThat(member(same, "changed")).isEqualTo(new Json.Bool(false));
        result(writer, "remove", "{\"namespace\":\"user/notes\",\"source\":\"b.md\"}");
        kernel.contexts.commit(writer);
        Blob reader = kernel.context(mapped("user/notes", SEARCH));
        assertThat(texts(result(reader, "search", "{\"query\":\"stork\"}"))).containsExactly("The grey heron.");
    }

    @Test
    void aQuotaHoldsForTheTextOfTheNamespace() throws Exception {
        Blob writer = kernel.context(mapped("user/notes", READ_WRITE_SEARCH, 12));
        add(writer, "user/notes", "a.md", "The heron.");
        assertThat(denied(call(
                        writer, "add", "{\"namespace\":\"user/notes\",\"source\":\"b.md\",\"text\":\"The stork.\"}")))
                .as("what one transaction adds can never fit")
                .isEqualTo(Denial.QUOTA);
        Blob other = kernel.context(mapped("user/notes", READ_WRITE_SEARCH, 12));
        add(other, "user/notes", "b.md", "The stork.");
        assertThat(kernel.contexts.commit(writer)).containsExactly(Verdict.committed("user/notes/a.md", 1));
        assertThat(kernel.contexts.commit(other)).containsExactly(Verdict.dropped("user/notes/b.md", Denial.QUOTA));
    }

    @Test
    void whatIsNotUnderstoodIsRefusedWithASentence() throws Exception {
        Blob context = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        for (String params : List.of(
                "[]",
                "{}",
                "{\"query\":1}",
                "{\"query\":\"a\",\"k\":0}",
                "{\"query\":\"a\",\"k\":\"1\"}",
                "{\"query\":\"a\",\"mode\":\"magic\"}",
                "{\"query\":\"a\",\"tenant\":\"other\"}",
                "{\"query\":\"a\",\"partition\":\"00\"}",
                "{\"query\":\"a\",\"filter\":{}}")) {
            assertThat(denied(call(context, "search", params)))
                    .as(params)
                    .isIn(Denial.MALFORMED, Denial.ARGUMENT_MISSING);
        }
        for (String params : List.of(
                "{\"namespace\":\"user/notes\",\"source\":\"a\"}",
                "{\"namespace\":\"user/notes\",\"source\":\"\",\"text\":\"b\"}",
                "{\"namespace\":\"user/notes\",\"source\":\"a\",\"text\":\" \"}",
                "{\"namespace\":\"user/notes\",\"source\":\"a\",\"text\":\"b\",\"format\":\"pdf\"}",
                "{\"namespace\":\"user/notes\",\"source\":\"a\",\"text\":\"b\",\"metadata\":{\"x\":1.5}}",
                "{\"namespace\":\"user/notes\",\"source\":\"a\",\"chunks\":[{\"text\":\"b\",\"metadata\":{\"source\":\"c\"}}]}",
                "{\"namespace\":\"user/notes\",\"source\":\"a\",\"chunks\":[]}")) {
            assertThat(denied(call(context, "add", params))).as(params).isIn(Denial.MALFORMED, Denial.ARGUMENT_MISSING);
        }
        assertThat(denied(call(context, "drop", "{}"))).isEqualTo(Denial.UNKNOWN_TOOL);
    }

    @Test
    void whatIsForgottenIsForgottenWithItsIndex() throws Exception {
        filled("tenant/handbook", "a.md", "The heron.");
        Path index =
                directory.resolve("indexes").resolve(hash("tenant/handbook").toHex());
        assertThat(index).isDirectory();
        CoreToDriver.Forget order = new CoreToDriver.Forget("acme", Blob.EMPTY, "");
        Memories memories = new Memories(kernel.memory, kernel.retrieval, kernel.bodies);
        Blob reader = kernel.context(mapped("tenant/handbook", SEARCH));
        assertThat(texts(result(reader, "search", "{\"query\":\"heron\"}"))).hasSize(1);
        assertThatThrownBy(() -> memories.forget(order)).isInstanceOf(DriverFailure.class);
        assertThat(index).isDirectory();
        kernel.contexts.drop(reader);
        assertThat(memories.forget(order).partitions()).isEqualTo(1);
        assertThat(index).doesNotExist();
    }

    @Test
    void nothingThatWasAddedIsOnTheDiskInTheClear() throws Exception {
        filled("user/notes", "quetzalcoatl.md", "The xylophone is called zephyrine.");
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(bytes)
                        .as(file.toString())
                        .doesNotContain("zephyrine")
                        .doesNotContain("xylophone")
                        .doesNotContain("quetzal");
            }
        }
    }

    /** The neighbour's end comes while the greedy one's call still makes vectors, and right after the greedy one has committed. */
    @Test
    void aContextThatAddsAllItMayDelaysTheEndsOfOthersByLessThanThreeSeconds() throws Exception {
        StringBuilder chunks = new StringBuilder();
        for (int i = 0; i < 4_000; i++) {
            chunks.append(i == 0 ? "" : ",")
                    .append("{\"text\":\"heron number ")
                    .append(i)
                    .append("\"}");
        }
        Blob greedy = kernel.context(mapped("tenant/handbook", WRITE));
        Thread adding = Thread.ofVirtual()
                .start(() -> call(
                        greedy,
                        "add",
                        "{\"namespace\":\"tenant/handbook\",\"source\":\"all\",\"chunks\":[" + chunks + "]}"));
        Blob neighbour = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        add(neighbour, "user/notes", "a.md", "The heron.");
        assertThat(adding.isAlive()).as("still at it").isTrue();
        long begun = System.nanoTime();
        kernel.contexts.commit(greedy);
        assertThat(kernel.contexts.commit(neighbour)).allMatch(Verdict::committed);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
        adding.join();
    }

    @Test
    void aChunkNamesWhoAddedItsDocumentAndWhatATransactionAddedIsTakenBack() throws Exception {
        filled("user/notes", "good.md", "The heron.");
        Blob bad = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        add(bad, "user/notes", "bad.md", "The heron is a stork.");
        String transaction = "tx-" + bad.toHex();
        Blob undoer = kernel.context(mapped("user/notes", READ_WRITE_SEARCH), mapped("user/read", SEARCH));
        assertThat(denied(call(undoer, "undo", "{\"transaction\":" + quoted(transaction) + "}")))
                .as("it lives")
                .isEqualTo(Denial.STILL_MAPPED);
        kernel.contexts.commit(bad);
        Json found = result(undoer, "search", "{\"query\":\"heron is a stork\",\"mode\":\"words\"}");
        Json first = ((Json.Arr) member(found, "chunks")).items().getFirst();
        assertThat(member(member(first, "writer"), "transaction")).isEqualTo(new Json.Str(transaction));
        assertThat(member(first, "trust")).isEqualTo(new Json.Str("retrieved"));
        String dry = "{\"transaction\":" + quoted(transaction) + ",\"dry-run\":true}";
        assertThat(member(result(undoer, "undo", dry), "count")).isEqualTo(new Json.Int(1));
        assertThat(member(result(undoer, "undo", "{\"transaction\":" + quoted(transaction) + "}"), "count"))
                .isEqualTo(new Json.Int(1));
        assertThat(kernel.contexts.commit(undoer)).allMatch(Verdict::committed).hasSize(1);
        Blob reader = kernel.context(mapped("user/notes", SEARCH));
        assertThat(texts(result(reader, "search", "{\"query\":\"heron\"}"))).containsExactly("The heron.");
    }

    @Test
    void aDocumentThatCameOfAToolKeepsThatLabel() throws Exception {
        Blob writer = kernel.context(mapped("user/notes", READ_WRITE_SEARCH));
        kernel.contexts.find(writer).memory().called(1, "web.fetch", Trust.TOOL);
        add(writer, "user/notes", "web.md", "The heron.");
        kernel.contexts.commit(writer);
        Blob reader = kernel.context(mapped("user/notes", SEARCH));
        Json found = result(reader, "search", "{\"query\":\"heron\"}");
        assertThat(member(((Json.Arr) member(found, "chunks")).items().getFirst(), "trust"))
                .isEqualTo(new Json.Str("tool"));
        assertThat(Trust.told(kernel.contexts.find(reader).memory().label())).isEqualTo(new Json.Str("tool"));
    }
}
