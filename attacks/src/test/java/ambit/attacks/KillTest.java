package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Any process may be killed at any moment: no committed memory is lost, every transaction is wholly there or not at all, no use
 * is forgotten, the log verifies, nothing is left, and the next run works.
 */
final class KillTest {
    private static final int LIMIT = 60;

    static List<Arguments> rounds() {
        long seed = Long.getLong("ambit.kill.seed", System.nanoTime() % 1_000_000);
        List<Arguments> rounds = new ArrayList<>();
        Mode.all().forEach(mode -> rounds.add(Arguments.of(mode, seed)));
        return rounds;
    }

    /** Writes one pair of keys, acts as often as it can, tells of each answer, and ends after it was told to, or before. */
    private static final String WORKER = """
            import sys, time
            write("user/notes/NAME-a", "NAME"); write("user/notes/NAME-b", "NAME")
            print("started", flush=True)
            for i in range(12):
                answer = tool("exact.effect", name="killed")
                if answer.get("ok"):
                    print("acknowledged", flush=True)
                chat(f"call {i}")
            print("complete", flush=True)
            """;

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("rounds")
    void aProcessKilledAtARandomMomentCostsOnlyTheTransactionsThatRan(Mode mode, long seed) throws Exception {
        Random random = new Random(seed);
        Configuration configuration =
                Configuration.usual().principal("alice", "worker", "probe").agent("worker", """
                        may-use:
                          model.chat: {where: any}
                          exact.effect: {where: {name: killed}, at-most: %d}
                        remembers: {user/notes: read-write}
                        """.formatted(LIMIT));
        try (Installation ambit = Installation.make(mode, configuration)) {
            ambit.up();
            ambit.guest("write('user/notes/kept', 'always there')").exits(0);
            long acknowledged = 0;
            String[] victims = {"core", "broker", "drivers", "supervisor", "guest"};
            for (int round = 0; round < victims.length; round++) {
                acknowledged += round(ambit, random, victims[round], "r" + round);
                if (round == 2) {
                    // The supervisor gives up on a kernel that ends too often; that is another test.
                    ambit.down();
                }
            }
            List<JsonNode> log = ambit.log();
            long logged = log.stream()
                    .filter(entry -> entry.get("kind").asString().equals("allowed")
                            && entry.get("capability").asString().equals("exact.effect"))
                    .count();
            assertThat(acknowledged).as("seed %d", seed).isLessThanOrEqualTo(ambit.effects("killed"));
            assertThat(ambit.effects("killed")).isLessThanOrEqualTo(logged);
            assertThat(logged).isLessThanOrEqualTo(LIMIT);
            assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("intact");
        }
    }

    /** One worker, and one kill while it runs; returns how many of its effects it was told of. */
    private static long round(Installation ambit, Random random, String victim, String name) throws Exception {
        try (Running worker = ambit.beginGuest("alice", "worker", WORKER.replace("NAME", name))) {
            worker.printed("started");
            LockSupport.parkNanos(random.nextLong(400_000_000L));
            kill(ambit, victim);
            Outcome outcome = worker.finish();
            boolean committed = outcome.exit() == 0;
            if (!victim.equals("guest") && !committed) {
                outcome.exits(5);
                assertThat(outcome.err()).contains("ambit: error: ").doesNotContain("\tat ", "Exception");
            }
            awaitReadyOrDown(ambit);
            assertMemory(ambit, name, committed);
            return outcome.out().lines().filter("acknowledged"::equals).count();
        }
    }

    private static void kill(Installation ambit, String victim) throws Exception {
        ambit.noteTraces();
        long pid = victim.equals("guest") ? guest(ambit) : ambit.pid(victim);
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        // The boundary's outermost process is the one that the supervisor knows; the program is its last descendant.
        if (!victim.equals("supervisor") && !victim.equals("guest") && pid % 2 == 0) {
            process.stream().flatMap(ProcessHandle::descendants).forEach(ProcessHandle::destroyForcibly);
        }
        process.ifPresent(ProcessHandle::destroyForcibly);
    }

    private static long guest(Installation ambit) {
        return Host.processesOf(ambit.mark()).stream()
                .filter(pid -> Host.commandLine(pid).startsWith("/usr/bin/python3 /guest/run.py"))
                .findFirst()
                .orElse(-1L);
    }

    private static void awaitReadyOrDown(Installation ambit) throws Exception {
        Await.until("a kernel that is up or down", () -> {
            Outcome status = ambit.ambit("status", "--json");
            String state = status.json().get("state").asString();
            return state.equals("ready") || state.equals("down");
        });
    }

    /** The pair is there or not there, as the exit code said, and what was there before still is; this is the next run, too. */
    private static void assertMemory(Installation ambit, String name, boolean committed) throws Exception {
        JsonNode said = ambit.guest("""
                        say(kept=read("user/notes/kept").get("value"),
                            pair=[read("user/notes/NAME-a").get("value"), read("user/notes/NAME-b").get("value")])
                        """.replace("NAME", name)).exits(0).said();
        assertThat(said.get("kept").asString()).isEqualTo("always there");
        String pair = said.get("pair").toString();
        String whole = "[\"%s\",\"%s\"]".formatted(name, name);
        assertThat(pair).isIn(committed ? List.of(whole) : List.of(whole, "[null,null]"));
    }
}
