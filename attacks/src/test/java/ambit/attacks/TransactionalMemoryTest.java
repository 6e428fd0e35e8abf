package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Writes are staged, and persisted whole when the transaction ends well, or dropped. */
final class TransactionalMemoryTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "probe", "reader", "small", "brief")
            .agent("reader", "remembers: {user/notes: read}")
            .agent("small", "remembers: {own: 1 MiB, user/notes: {access: read-write, at-most: 4 KiB}}")
            .agent("brief", """
                    remembers: {own: 1 MiB, user/notes: read-write}
                    limits: {time: 2 s}
                    """));

    private static String value(String key) throws Exception {
        JsonNode said = KERNEL.guest("say(answer=read('user/notes/" + key + "'))")
                .exits(0)
                .said();
        JsonNode value = said.get("answer").get("value");
        return value == null || value.isNull() ? "nothing" : value.toString();
    }

    @Test
    void aSuccessfulTransactionLeavesAllThatItWroteAndReadsItsOwnWrites() throws Exception {
        JsonNode said = KERNEL.guest("""
                        writes = [write(f"user/notes/good-{i}", i)["ok"] for i in range(10)]
                        say(writes=writes, own=read("user/notes/good-3")["value"])
                        """).exits(0).said();
        assertThat(said.get("own").asInt()).isEqualTo(3);
        for (String key : new String[] {"good-0", "good-9"}) {
            assertThat(value(key)).isEqualTo(key.substring(5));
        }
    }

    @Test
    void aTransactionThatFailsLeavesNothing() throws Exception {
        KERNEL.guest("write('user/notes/failed', 1); raise SystemExit(3)").exits(1);
        assertThat(value("failed")).isEqualTo("nothing");
    }

    @Test
    void aTransactionThatRunsOutOfTimeLeavesNothing() throws Exception {
        KERNEL.get()
                .guest("alice", "brief", "write('user/notes/late', 1)\nimport time; time.sleep(60)")
                .exits(1);
        assertThat(value("late")).isEqualTo("nothing");
    }

    @Test
    void aTransactionThatIsKilledLeavesNothing() throws Exception {
        Installation ambit = KERNEL.get();
        String program = "write('user/notes/killed', 1); print('written', flush=True)\nimport time; time.sleep(60)";
        try (Running interrupted = ambit.beginGuest("alice", "probe", program)) {
            interrupted.printed("written");
            interrupted.interrupt();
            assertThat(interrupted.finish().exit()).isIn(1, 130);
        }
        assertThat(value("killed")).isEqualTo("nothing");
        try (Running stopped = ambit.beginGuest("alice", "probe", program)) {
            stopped.printed("written");
            JsonNode live = ambit.ambit("status", "--json").exits(0).json().get("transactions");
            assertThat(live).hasSize(1);
            ambit.ambit("stop", live.get(0).get("transaction").asString()).exits(0);
            stopped.finish().exits(1);
        }
        assertThat(value("killed")).isEqualTo("nothing");
        try (Running orphan = ambit.beginGuest("alice", "probe", program)) {
            orphan.printed("written");
            orphan.signal("KILL");
            orphan.finish();
            Await.until(
                    "the orphan's end",
                    () -> ambit.ambit("status", "--json")
                            .exits(0)
                            .json()
                            .get("transactions")
                            .isEmpty());
        }
        assertThat(value("killed")).isEqualTo("nothing");
    }

    @Test
    void theSecondOfTwoThatChangeOneKeyIsInConflictAndTheFirstStays() throws Exception {
        Installation ambit = KERNEL.get();
        KERNEL.guest("write('user/notes/shared', 'start')").exits(0);
        String slow = """
                import sys
                print("read", read("user/notes/shared")["value"], flush=True)
                sys.stdin.readline()
                write("user/notes/shared", "slow")
                """;
        Outcome second;
        try (Running running = ambit.beginTalk("alice", "probe", slow)) {
            running.printed("read start");
            KERNEL.guest("write('user/notes/shared', 'fast')").exits(0);
            running.type("go");
            running.endInput();
            second = running.finish();
        }
        assertThat(second.err()).contains("user/notes/shared").containsIgnoringCase("conflict");
        assertThat(value("shared")).isEqualTo("\"fast\"");
        // The control: without somebody in between the same program commits.
        try (Running running = ambit.beginTalk("alice", "probe", slow)) {
            running.printed("read fast");
            running.type("go");
            running.endInput();
            running.finish().exits(0);
        }
        assertThat(value("shared")).isEqualTo("\"slow\"");
    }

    @Test
    void nobodySeesWhatAnotherHasNotCommittedYet() throws Exception {
        Installation ambit = KERNEL.get();
        String program = "write('user/notes/early', 1); print('written', flush=True)\nimport sys; sys.stdin.readline()";
        try (Running writer = ambit.beginTalk("alice", "probe", program)) {
            writer.printed("written");
            assertThat(value("early")).isEqualTo("nothing");
            writer.type("end");
            writer.endInput();
            writer.finish().exits(0);
        }
        assertThat(value("early")).isEqualTo("1");
    }

    @Test
    void whatIsMappedForReadingIsNotWritten() throws Exception {
        KERNEL.guest("write('user/notes/fixed', 'original')").exits(0);
        JsonNode said = KERNEL.get()
                .guest(
                        "alice",
                        "reader",
                        "say(read=read('user/notes/fixed'), write=write('user/notes/fixed', 'changed'))")
                .exits(0)
                .said();
        assertThat(said.get("read").get("value").asString()).isEqualTo("original");
        assertThat(said.get("write").get("code").asString()).isEqualTo("READ_ONLY");
        assertThat(value("fixed")).isEqualTo("\"original\"");
    }

    @Test
    void theQuotaIsKeptAndNothingOfATransactionBeyondItIsThere() throws Exception {
        JsonNode said = KERNEL.get()
                .guest(
                        "alice",
                        "small",
                        "say(codes=[write(f'user/notes/big-{i}', 'x' * 1000).get('code', 'OK') for i in range(8)])")
                .said();
        assertThat(said.get("codes").toString()).contains("QUOTA");
    }

    @Test
    void oneKeyOfAnEarlierTransactionIsInheritedReadOnlyAndNothingElseOfIt() throws Exception {
        Installation ambit = KERNEL.get();
        String transaction = transactionOf(ambit.begin(
                "run",
                "--as",
                "alice",
                "--json",
                "probe",
                "--",
                "write('summary', 'wanted'); write('secret', 'unwanted')"));
        JsonNode said = ambit.begin("run", "--as", "alice", "--inherit", transaction + ":summary", "probe", "--", """
                        keys = ["inherited/summary", "inherited/secret", "inherited", "inherited/", "summary", "secret",
                                "inherited/summary/../secret"]
                        say(answers={k: read(k) for k in keys}, write=write("inherited/summary", "changed").get("code"))
                        """)
                .finish()
                .exits(0)
                .said();
        assertThat(said.get("answers").get("inherited/summary").get("value").asString())
                .isEqualTo("wanted");
        assertThat(said.get("answers").toString()).doesNotContain("unwanted");
        assertThat(said.get("write").asString()).isEqualTo("READ_ONLY");
        // Another principal cannot inherit it, and neither can anybody what never was.
        Outcome foreign = ambit.begin(
                        "run",
                        "--as",
                        "bob",
                        "--inherit",
                        transaction + ":summary",
                        "probe",
                        "--",
                        "say(got=read('inherited/summary'))")
                .finish()
                .exits(3);
        assertThat(foreign.out()).doesNotContain("wanted");
        ambit.begin("run", "--as", "alice", "--inherit", "00".repeat(16) + ":summary", "probe", "--", "pass")
                .finish()
                .exits(3);
    }

    static String transactionOf(Running run) throws Exception {
        JsonNode json = run.finish().exits(0).json();
        return json.findValue("transaction").asString();
    }
}
