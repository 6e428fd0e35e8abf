package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** An agent recalls what its rules name of its user's earlier transactions, and nothing else of them. */
final class RecallTest {
    private static final String LOOK = """
            mine = [read(f"inherited/days/{n}") for n in range(1, 5)]
            seen = [it["value"] if it["ok"] else it["code"] for it in mine]
            """;

    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "diarist", "other")
            .principal("bob", "diarist")
            .agent("diarist", """
                    remembers: {own: 1 MiB}
                    recall: [{key: summary, last: 3, as: days}]
                    """)
            .agent("other", "remembers: {own: 1 MiB}")
            .section("memory: {may: [alice], may-undo: [alice]}"));

    private static Outcome run(String principal, String agent, String program) throws Exception {
        return KERNEL.get().guest(principal, agent, program).exits(0);
    }

    private static String transaction(Outcome run) {
        Matcher matcher = Pattern.compile("--transaction ([0-9a-f]{32})").matcher(run.err());
        assertThat(matcher.find()).as("%s", run).isTrue();
        return matcher.group(1);
    }

    private static String seen(String principal) throws Exception {
        return run(principal, "diarist", LOOK + "say(seen=seen)")
                .said()
                .get("seen")
                .toString();
    }

    @Test
    void theLastOnesOfTheSameUserAndAgentAreThereReadOnlyAndNothingElseIs() throws Exception {
        assertThat(seen("alice")).isEqualTo("[\"NOT_MAPPED\",\"NOT_MAPPED\",\"NOT_MAPPED\",\"NOT_MAPPED\"]");
        for (String day : List.of("mon", "tue", "wed")) {
            run("alice", "diarist", "write('summary', '" + day + "'); write('private', 'canary-" + day + "')");
        }
        // None of these is a summary of alice's diarist that was committed.
        run("alice", "other", "write('summary', 'canary-other')");
        run("bob", "diarist", "write('summary', 'canary-bob')");
        KERNEL.get()
                .guest("alice", "diarist", "write('summary', 'canary-failed'); raise SystemExit(3)")
                .exits(1);
        assertThat(seen("alice")).isEqualTo("[\"wed\",\"tue\",\"mon\",\"NOT_MAPPED\"]");
        String thursday = transaction(run("alice", "diarist", "write('summary', 'thu')"));
        assertThat(seen("alice")).isEqualTo("[\"thu\",\"wed\",\"tue\",\"NOT_MAPPED\"]");
        assertThat(seen("bob")).isEqualTo("[\"canary-bob\",\"NOT_MAPPED\",\"NOT_MAPPED\",\"NOT_MAPPED\"]");
        JsonNode said = run("alice", "diarist", LOOK + """
                        tries = ["inherited/days/1/private", "inherited/private", "inherited/days", "inherited/summary",
                            "private", "summary", "inherited/days/../private", "inherited/days/1/../../private"]
                        say(reads=[read(key) for key in tries], write=write("inherited/days/1", "changed"))
                        """).said();
        assertThat(said.toString()).doesNotContain("canary");
        assertThat(said.get("write").get("code").asString()).isEqualTo("READ_ONLY");
        // What was undone is passed over, as far as the principal may ask.
        KERNEL.get().ambit("memory", "undo", "--as", "alice", "--yes", thursday).exits(0);
        assertThat(seen("alice")).isEqualTo("[\"wed\",\"tue\",\"mon\",\"NOT_MAPPED\"]");
        Outcome last = run("alice", "diarist", "print(1)");
        assertThat(KERNEL.get()
                        .ambit("memory", "map", transaction(last))
                        .exits(0)
                        .out())
                .contains("/inherited/days/1", "/inherited/days/3")
                .doesNotContain("/inherited/days/4", thursday);
    }

    @Test
    void twoEntriesOfOneNameAreRefusedBeforeAnythingIsAsked() throws Exception {
        String any = "ab".repeat(16);
        Outcome twice = KERNEL.get()
                .ambit(
                        "run",
                        "--as",
                        "alice",
                        "--inherit",
                        any + ":x=n",
                        "--inherit",
                        any + ":y=n",
                        "other",
                        "--",
                        "print(1)");
        assertThat(twice.exits(2).err()).contains("one name");
        assertThat(KERNEL.get()
                        .ambit("run", "--as", "alice", "--inherit", any + ":=n", "other")
                        .exits(2)
                        .err())
                .contains("TXN:KEY=NAME");
    }
}
