package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Every decision is in the log before its answer leaves, and a log that was changed says so. */
final class RecordedFirstTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    @Test
    void whatTheGuestWasAnsweredIsInTheLogWhileItStillRuns() throws Exception {
        Installation ambit = KERNEL.get();
        String program = """
                import sys
                tool("exact.effect", name="recorded"); call(handle("exact.look"), {"path": "/etc/passwd"})
                read("user/notes/x"); log({"note": "words of the guest"}); chat("x")
                call("0" * 32, {})
                print("answered", flush=True)
                sys.stdin.readline()
                """;
        try (Running guest = ambit.beginTalk("alice", "probe", program)) {
            guest.printed("answered");
            List<JsonNode> log = ambit.log();
            assertThat(log).anySatisfy(entry -> assertEntry(entry, "allowed", "exact.effect"));
            assertThat(log).anySatisfy(entry -> assertEntry(entry, "denied", "CONSTRAINT"));
            assertThat(log).anySatisfy(entry -> assertEntry(entry, "denied", "UNKNOWN_HANDLE"));
            assertThat(log).anySatisfy(entry -> assertEntry(entry, "allowed", "memory_read"));
            assertThat(log).anySatisfy(entry -> assertEntry(entry, "allowed", "model.chat"));
            assertThat(log).anySatisfy(entry -> assertEntry(entry, "guestEvent", "words of the guest"));
            assertThat(log.stream()
                            .filter(entry -> kind(entry).equals("outcome"))
                            .count())
                    .isGreaterThanOrEqualTo(3);
            assertThat(log.stream().filter(entry -> kind(entry).equals("ended")).count())
                    .isLessThan(log.stream()
                            .filter(entry -> kind(entry).equals("admitted"))
                            .count());
            guest.type("end");
            guest.endInput();
            guest.finish().exits(0);
        }
        assertThat(ambit.log().stream()
                        .filter(entry -> kind(entry).equals("ended"))
                        .count())
                .isEqualTo(ambit.log().stream()
                        .filter(entry -> kind(entry).equals("admitted"))
                        .count());
    }

    private static String kind(JsonNode entry) {
        return entry.get("kind").asString();
    }

    private static void assertEntry(JsonNode entry, String kind, String word) {
        assertThat(kind(entry)).isEqualTo(kind);
        assertThat(entry.toString()).contains(word);
    }

    @Test
    void whatWasAnsweredIsStillInTheLogWhenTheCoreWasKilledAtThatMoment() throws Exception {
        Installation ambit = KERNEL.get();
        String program = "log('before the end'); tool('exact.effect', name='last'); print('answered', flush=True)\n"
                + "import time; time.sleep(60)";
        try (Running guest = ambit.beginGuest("alice", "probe", program)) {
            guest.printed("answered");
            ProcessHandle.of(ambit.pid("core")).orElseThrow().destroyForcibly();
            guest.finish().exits(5);
        }
        ambit.guest("say(x=1)").exits(0);
        assertThat(ambit.log()).anySatisfy(entry -> assertEntry(entry, "guestEvent", "before the end"));
        assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("intact");
    }

    @Test
    void anIntactLogVerifiesAndEveryChangeToItIsSeen() throws Exception {
        Installation ambit = KERNEL.get();
        for (int i = 0; i < 3; i++) {
            ambit.guest("for i in range(5): log({'number': i})").exits(0);
        }
        ambit.down();
        assertThat(ambit.ambit("log", "verify").exits(0).out()).contains("intact");
        Path log = ambit.state().resolve("core/log");
        byte[] entries = Files.readAllBytes(log.resolve("entries"));
        Random random = new Random(20_261_123);
        for (int round = 0; round < 6; round++) {
            byte[] changed = entries.clone();
            int at = round == 0 ? 0 : random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            assertBroken(ambit, log, changed, "bit flipped in byte " + at);
        }
        assertBroken(ambit, log, Arrays.copyOf(entries, entries.length / 2), "cut in the middle");
        assertBroken(ambit, log, new byte[0], "emptied");
        int first = 1 + random.nextInt(entries.length / 4);
        byte[] without = new byte[entries.length - 100];
        System.arraycopy(entries, 0, without, 0, first);
        System.arraycopy(entries, first + 100, without, first, without.length - first);
        assertBroken(ambit, log, without, "100 bytes dropped at " + first);
        ambit.up();
    }

    private static void assertBroken(Installation ambit, Path log, byte[] entries, String what) throws Exception {
        Path copy = Files.createTempDirectory(ambit.root(), "log-copy-");
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Files.write(copy.resolve("entries"), entries);
        Files.setPosixFilePermissions(copy, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        Running.start(List.of("chmod", "-R", "a+rX", copy.toString())).finish();
        Outcome outcome = ambit.ambit(
                "log",
                "verify",
                copy.toString(),
                "--key",
                ambit.state().resolve("core/core.pub").toString());
        assertThat(outcome.exit()).as("%s: %s", what, outcome).isEqualTo(1);
        assertThat(outcome.err()).contains("not intact").doesNotContain("Exception");
    }
}
