package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the operator does with memory: look, restore, review, undo, forget; each with the real command. */
final class MemoryCommandsTest {
    private static final JsonMapper JSON = new JsonMapper();

    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "probe", "author", "reader")
            .agent("author", """
                    remembers:
                      own: {at-most: 1 MiB, keys: [summary, "notes/*"]}
                      user/notes: read-write
                      tenant/rules: {access: [read, write], review: true, value-at-most: 1 KiB}
                    """)
            .agent("reader", """
                    remembers: {own: 1 MiB, tenant/rules: read, user/notes: read-write}
                    """)
            .section("""
                    memory:
                      may: [alice, bob]
                      may-undo: [alice]
                      remembers:
                        user/notes: read-write
                        tenant/rules: [read, write, review]
                    """));

    private static Outcome memory(String command, String... arguments) throws Exception {
        List<String> all = new java.util.ArrayList<>(List.of("memory", command, "--as", "alice"));
        all.addAll(List.of(arguments));
        return KERNEL.get().ambit(all.toArray(String[]::new));
    }

    private static String transaction(Outcome run) {
        Matcher matcher = Pattern.compile("--transaction ([0-9a-f]{32})").matcher(run.err());
        assertThat(matcher.find()).as("%s", run).isTrue();
        return matcher.group(1);
    }

    private static Outcome run(String agent, String program) throws Exception {
        return KERNEL.get().guest("alice", agent, program);
    }

    @Test
    void versionsAreListedShownAndRestored() throws Exception {
        memory("put", "user/notes/city", "\"Bern\"").exits(0);
        memory("put", "user/notes/city", "--text", "Basel").exits(0);
        assertThat(memory("list", "user/notes", "--prefix", "user/notes/ci")
                        .exits(0)
                        .out())
                .contains("user/notes/city@2", "user");
        assertThat(memory("history", "user/notes/city").exits(0).out())
                .contains("@2*", "@1", "committed", "by alice's memory in ");
        assertThat(memory("get", "user/notes/city@1").exits(0).json().asString())
                .isEqualTo("Bern");
        assertThat(memory("get", "user/notes/city").exits(0).json().asString()).isEqualTo("Basel");
        memory("restore", "user/notes/city@1").exits(0);
        assertThat(memory("get", "user/notes/city").exits(0).json().asString()).isEqualTo("Bern");
        memory("restore", "user/notes/city@9").exits(1);
        memory("restore", "user/notes/city").exits(2);
        assertThat(memory("history", "user/notes/city", "--json")
                        .exits(0)
                        .json()
                        .get("head")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void whatWaitsForAReviewCountsWhenItIsApprovedAndNotBefore() throws Exception {
        run("author", "write('tenant/rules/tone', {'be': 'kind', 'to': 'all'})").exits(0);
        assertThat(run("reader", "say(v=read('tenant/rules/tone'))")
                        .said()
                        .get("v")
                        .get("value")
                        .isNull())
                .isTrue();
        JsonNode waits = waiting("tenant/rules/tone");
        assertThat(memory("review").exits(0).out())
                .contains("tenant/rules/tone", "+   \"be\": \"kind\"", "alice's author");
        memory("review", waits.get("id").asString(), "--approve").exits(2);
        memory("review", waits.get("id").asString(), "--approve", "--why", "fine")
                .exits(0);
        assertThat(run("reader", "say(v=read('tenant/rules/tone'))")
                        .said()
                        .get("v")
                        .get("value")
                        .get("be")
                        .asString())
                .isEqualTo("kind");
        run("author", "write('tenant/rules/tone', {'be': 'rude', 'to': 'all'})").exits(0);
        JsonNode second = waiting("tenant/rules/tone");
        assertThat(memory("review", second.get("id").asString()).exits(0).out())
                .contains("-   \"be\": \"kind\"", "+   \"be\": \"rude\"", "    \"to\": \"all\"");
        memory("review", second.get("id").asString(), "--reject", "--why", "poison")
                .exits(0);
        assertThat(memory("get", "tenant/rules/tone").exits(0).json().get("be").asString())
                .isEqualTo("kind");
        assertThat(memory("review", second.get("id").asString(), "--approve", "--why", "again")
                        .exit())
                .isNotZero();
    }

    private static JsonNode waiting(String key) throws Exception {
        for (JsonNode each : memory("review", "--json").exits(0).json().get("pending")) {
            if (each.get("key").asString().equals(key)) {
                return each;
            }
        }
        throw new AssertionError("nothing waits under " + key);
    }

    @Test
    void whatOnePoisonedTransactionWroteAndWhatCameOfItIsUndoneInOneCommand() throws Exception {
        run("reader", "write('user/notes/rate', 5)").exits(0);
        String poisoned =
                transaction(run("reader", "write('user/notes/rate', 99)").exits(0));
        run("reader", "write('user/notes/bill', read('user/notes/rate')['value'] * 2)")
                .exits(0);
        run("reader", "write('user/notes/other', 1)").exits(0);
        assertThat(memory("undo", poisoned, "--dry-run").exits(0).out())
                .contains("user/notes/rate@2", "user/notes/bill@1", "then @1 counts there", "then nothing is there")
                .doesNotContain("user/notes/other");
        assertThat(memory("undo", poisoned).exits(2).err()).contains("--yes");
        assertThat(KERNEL.get()
                        .ambit("memory", "undo", "--as", "bob", "--yes", poisoned)
                        .exits(3)
                        .err())
                .contains("UNKNOWN_HANDLE");
        assertThat(memory("get", "user/notes/rate").json().asInt()).isEqualTo(99);
        assertThat(memory("undo", poisoned, "--yes").exits(0).err()).contains("2 versions are undone");
        assertThat(memory("get", "user/notes/rate").exits(0).json().asInt()).isEqualTo(5);
        memory("get", "user/notes/bill").exits(1);
        assertThat(memory("get", "user/notes/other").exits(0).json().asInt()).isEqualTo(1);
        assertThat(memory("undo", poisoned, "--yes").exits(0).err()).contains("nothing that counts");
    }

    @Test
    void theLogAloneShowsWhatWasMappedIntoATransaction() throws Exception {
        String first = transaction(run("author", "write('summary', 'one')").exits(0));
        String second = transaction(KERNEL.get()
                .ambit("run", "--as", "alice", "--inherit", first + ":summary=yesterday", "author", "--", "print(1)")
                .exits(0));
        assertThat(memory("map", second).exits(0).out())
                .contains("alice", "author")
                .contains("/user/notes/", "read, write", "at most 16 MiB")
                .contains("/tenant/rules/", "\"review\":true")
                .contains("/inherited/yesterday", "what " + first + " left at summary");
        JsonNode map = memory("map", second, "--json").exits(0).json();
        assertThat(map.get("mounts")).hasSize(4);
        assertThat(map.get("mounts").get(0).get("terms").toString()).isEqualTo("{\"keys\":[\"summary\",\"notes/*\"]}");
        assertThat(map.get("mounts").get(3).get("from").get("transaction").asString())
                .isEqualTo(first);
        memory("map", "ffff").exits(2);
    }

    @Test
    void whyAVersionIsThereIsAnsweredFromTheLog() throws Exception {
        String writer = transaction(run("reader", """
                        read("user/notes/source")
                        write("user/notes/derived", 1)
                        """).exits(0));
        Outcome why = KERNEL.get().ambit("why", "user/notes/derived@1").exits(0);
        assertThat(why.out()).contains(writer, "grant", "request", "before it ended: memory_read");
        JsonNode json = JSON.readTree(KERNEL.get()
                .ambit("why", "--json", "user/notes/derived@1")
                .exits(0)
                .out());
        assertThat(json.get("transaction").asString()).isEqualTo(writer);
        assertThat(json.get("calls")).hasSize(1);
        KERNEL.get().ambit("why", "user/notes/derived@7").exits(2);
        assertThat(memory("provenance", "user/notes/derived").exits(0).out()).contains("alice's reader", "trust label");
        KERNEL.get().guest("bob", "probe", "write('user/notes/derived', 2)").exits(0);
        assertThat(KERNEL.get().ambit("why", "user/notes/derived@1").exits(2).err())
                .contains("--as");
        KERNEL.get().ambit("why", "--as", "alice", "user/notes/derived@1").exits(0);
    }

    @Test
    void whatIsForgottenIsGoneAndTheLogHasTheReceipt() throws Exception {
        String left = transaction(run("author", "write('summary', 'secret')").exits(0));
        String reading = "say(v=read('inherited/summary'))";
        assertThat(KERNEL.get()
                        .ambit("run", "--as", "alice", "--inherit", left + ":summary", "author", "--", reading)
                        .exits(0)
                        .said()
                        .get("v")
                        .get("value")
                        .asString())
                .isEqualTo("secret");
        assertThat(memory("forget", left).exits(2).err()).contains("--yes");
        assertThat(memory("forget", left, "--yes", "--why", "asked to").exits(0).err())
                .contains("destroyed");
        Outcome after =
                KERNEL.get().ambit("run", "--as", "alice", "--inherit", left + ":summary", "author", "--", reading);
        assertThat(after.out()).doesNotContain("secret");
        assertThat(KERNEL.get().ambit("log", "--kind", "forgotten").exits(0).out())
                .contains("asked to");
        // A principal's memory, with every namespace of hers; the other's stays.
        KERNEL.get().guest("bob", "probe", "write('user/notes/bobs', 1)").exits(0);
        memory("forget", "--principal", "bob", "--yes").exits(0);
        assertThat(KERNEL.get()
                        .guest("bob", "probe", "say(v=read('user/notes/bobs'))")
                        .exits(0)
                        .said()
                        .get("v")
                        .get("value")
                        .isNull())
                .isTrue();
    }
}
