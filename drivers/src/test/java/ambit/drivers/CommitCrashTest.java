package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.CoreToDriver.MapEntry;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that commits in a loop is killed with SIGKILL: every transaction is there whole or not at all. */
@Timeout(120)
class CommitCrashTest {
    private static final int ENTRIES = 20;
    private static final int KILLS = 5;
    private static final Blob PARTITION = Kernel.json("0123456789abcdef0123456789abcdef");

    @TempDir
    Path directory;

    /** The child: commits transactions {@code first}, {@code first + 1}, … and prints each when it is durable. */
    public static final class Committer {
        private Committer() {}

        public static void main(String[] arguments) throws Exception {
            try (SqliteMemoryStore store = SqliteMemoryStore.open(Path.of(arguments[0]))) {
                for (int number = Integer.parseInt(arguments[1]); ; number++) {
                    ContextMemory memory = memory(store, number);
                    for (int i = 0; i < ENTRIES; i++) {
                        memory.write(key(number, i), Kernel.json("\"" + "v".repeat(500) + number + "\""));
                    }
                    memory.commit(InstantSource.system().millis());
                    System.out.println(number);
                }
            }
        }
    }

    private static ContextMemory memory(MemoryStore store, int number) throws DriverFailure {
        MapEntry entry = new MapEntry("", PARTITION, PARTITION, 3, "", Long.MAX_VALUE, List.of());
        Blob context = Kernel.json("%016d".formatted(number));
        return new ContextMemory(context, "tx-" + number, MemoryMap.of(List.of(entry)), store);
    }

    private static MemoryKey key(int number, int i) {
        return new MemoryKey("t" + number + "/k" + i);
    }

    @Test
    void everyTransactionIsWhollyThereOrAbsent() throws Exception {
        Path file = directory.resolve("memory.db");
        int next = 0;
        int surelyDurable = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int promised = runAndKill(file, next, 3 + 4 * kill);
            surelyDurable += promised - next + 1;
            try (SqliteMemoryStore store = SqliteMemoryStore.open(file)) {
                int number = next;
                while (isWhole(store, number)) {
                    number++;
                }
                assertThat(number).as("what was printed is durable").isGreaterThan(promised);
                assertThat(isWhole(store, number + 1)).isFalse();
                next = number;
            }
        }
        assertThat(surelyDurable).isGreaterThanOrEqualTo(KILLS);
    }

    /** Kills after {@code lines} commits at an arbitrary moment of the next; returns the last number that was printed. */
    private static int runAndKill(Path file, int first, int lines) throws Exception {
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Committer.class.getName(),
                        file.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int last = -1;
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < lines; i++) {
                last = Integer.parseInt(Optional.ofNullable(out.readLine()).orElseThrow());
            }
            child.toHandle().destroyForcibly();
            // what it printed before the signal came counts too
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = Integer.parseInt(line);
            }
        }
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    /** Whether all entries of the transaction and its record are there; fails if only some are. */
    private static boolean isWhole(MemoryStore store, int number) throws DriverFailure {
        ContextMemory memory = memory(store, number);
        int present = 0;
        for (int i = 0; i < ENTRIES; i++) {
            if (memory.read(key(number, i)).isPresent()) {
                present++;
            }
        }
        boolean recorded = store.wasCommitted("tx-" + number);
        assertThat(present).as("entries of transaction %d", number).isEqualTo(recorded ? ENTRIES : 0);
        return recorded;
    }
}
