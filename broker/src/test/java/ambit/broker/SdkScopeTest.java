package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.HashTree;
import ambit.audit.scope.Scope;
import ambit.broker.TestDoors.Opened;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Json;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each SDK gives a search's reply only where its chunks are just those under the root that the core signed. */
@Timeout(120)
class SdkScopeTest {
    private final Bound tool = ScriptedKernel.tool("retriever.search", "");
    private TestDoors doors;
    private Admitted context;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(30));
        context = doors.kernel.context("researcher", tool);
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    private static Blob hash(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    private static Chunk chunk(int i) {
        Map<String, Json> metadata = i == 0
                ? Map.of()
                : Map.of("year", new Json.Int(-300L * i), "author", new Json.Str("Zoë"), "x", new Json.Bool(i == 1));
        return new Chunk(
                i + ".md",
                i == 2 ? List.of() : List.of("A", "B “quoted”"),
                new Chunk.Position("line", 1 + i, 70_000),
                new TreeMap<>(metadata),
                "line " + i + "\nünï \ud83d\ude00 " + "y".repeat(300 * i));
    }

    private String reply(Blob params, int count) {
        Scope scope = new Scope(
                List.of(
                        new Scope.Namespace("user/notes", hash("p"), hash("s")),
                        new Scope.Namespace("tenant/faq", hash("q"), hash("t"))),
                params.sha256(),
                hash("policy"),
                count);
        List<HashTree.Found> found = new ArrayList<>();
        List<String> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(new HashTree.Found(i % 2, chunk(i).hash()));
            chunks.add(json(chunk(i), i % 2 == 0 ? "user/notes" : "tenant/faq"));
        }
        doors.kernel.scope = HashTree.of(scope, found).root();
        return "{\"chunks\":[" + String.join(",", chunks) + "],\"scope\":{\"namespaces\":["
                + "{\"mount\":\"user/notes\",\"partition\":\"" + hash("p").toHex() + "\",\"snapshot\":\""
                + hash("s").toHex() + "\"},"
                + "{\"mount\":\"tenant/faq\",\"partition\":\"" + hash("q").toHex() + "\",\"snapshot\":\""
                + hash("t").toHex() + "\"}],"
                + "\"query\":\"" + params.sha256().toHex() + "\",\"policy\":\""
                + hash("policy").toHex() + "\"}}";
    }

    private static String json(Chunk chunk, String mount) {
        List<String> metadata = new ArrayList<>();
        chunk.metadata()
                .forEach((name, value) -> metadata.add("\"" + name + "\":"
                        + switch (value) {
                            case Json.Str(String text) -> "\"" + text + "\"";
                            case Json.Int(long number) -> Long.toString(number);
                            case Json.Bool(boolean yes) -> Boolean.toString(yes);
                            default -> throw new IllegalStateException();
                        }));
        String title = chunk.title().isEmpty() ? "" : "\"" + String.join("\",\"", chunk.title()) + "\"";
        return "{\"source\":\"" + chunk.source() + "\",\"title\":[" + title
                + "],\"position\":{\"unit\":\"line\",\"from\":"
                + chunk.position().from() + ",\"to\":70000},\"metadata\":{" + String.join(",", metadata)
                + "},\"text\":\""
                + chunk.text().replace("\n", "\\n") + "\",\"namespace\":\"" + mount + "\",\"score\":0.03}";
    }

    private List<String> calls(GuestSdk sdk, int count, UnaryOperator<String> change) throws Exception {
        doors.kernel.drivers.put(
                "retriever.search", (params, answer) -> answer.done(change.apply(reply(params, count))));
        Opened door = doors.open(context);
        Map<String, String> environment = new TreeMap<>();
        environment.put(
                "AMBIT_SOCKET",
                ((UnixDomainSocketAddress) door.socket()).getPath().toString());
        environment.put("AMBIT_CORE_KEY", doors.kernel.publicKey().toHex());
        environment.put("AMBIT_CONTEXT", context.context().toHex());
        return sdk.calls(environment, "", tool.handle().toHex(), List.of("tool"));
    }

    @ParameterizedTest
    @EnumSource
    void what_was_found_in_the_scope_is_given(GuestSdk sdk) throws Exception {
        for (int count : new int[] {0, 1, 3}) {
            assertThat(calls(sdk, count, it -> it)).singleElement().asString().startsWith("given {\"chunks\":[");
        }
    }

    @ParameterizedTest
    @EnumSource
    void another_chunk_namespace_or_scope_is_not(GuestSdk sdk) throws Exception {
        List<UnaryOperator<String>> changes = List.of(
                it -> it.replace("line 1", "line 2"),
                it -> it.replace("2.md", "3.md"),
                it -> it.replace("\"author\":\"Zoë\"", "\"author\":\"Eve\""),
                it -> it.replaceFirst("\"namespace\":\"user/notes\"", "\"namespace\":\"tenant/faq\""),
                it -> it.replace(hash("s").toHex(), hash("t").toHex()),
                it -> it.replaceFirst("\\{\"source\":\"0.md\".*?\\},\\{\"source\":\"1", "{\"source\":\"1"),
                it -> it.replace("\"scope\":", "\"other\":"));
        for (UnaryOperator<String> change : changes) {
            assertThat(calls(sdk, 3, change))
                    .singleElement()
                    .asString()
                    .startsWith("unproved")
                    .containsAnyOf("not those that were found", "says not in which scope");
        }
    }
}
