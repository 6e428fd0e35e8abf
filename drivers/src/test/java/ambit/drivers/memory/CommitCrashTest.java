package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import ambit.wire.Verdict;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A JVM that commits in a loop is killed with SIGKILL at random moments: every transaction is there whole or not at all, and every
 * verdict that was told is true.
 */
@ParameterizedClass
@EnumSource
@Timeout(300)
class CommitCrashTest {
    private static final int ENTRIES = 20;
    private static final int KILLS = 8;

    /** By the number of a transaction modulo three: plain, with some of it held, or dropped as a whole. */
    private static final String HELD = "{\"review\":true}";

    private static final String WHOLE = "{\"commit\":\"all\",\"entries\":1}";

    @Parameter
    Engine engine;

    @TempDir
    Path directory;

    /** The child: commits transactions {@code first}, {@code first + 1}, … and tells of each when it is durable. */
    public static final class Committer {
        private Committer() {}

        public static void main(String[] arguments) throws Exception {
            World world = new World(Engine.open(arguments[0]));
            for (int number = Integer.parseInt(arguments[1]); ; number++) {
                World.Context context = begin(world, number);
                context.read("user/notes/k0");
                for (int i = 0; i < ENTRIES; i++) {
                    context.write("user/notes/k" + i, value(number, i));
                }
                context.write("tenant/faq/t" + number, "1");
                System.out.println(number + " " + told(context.commit()));
            }
        }

        private static String told(List<Verdict> verdicts) {
            StringBuilder line = new StringBuilder();
            for (Verdict verdict : verdicts) {
                String code = verdict.denial().map(Denial::name).orElse("OK");
                line.append(verdict.key())
                        .append('=')
                        .append(code)
                        .append('=')
                        .append(verdict.version())
                        .append(' ');
            }
            return line.toString().strip();
        }
    }

    private static World.Context begin(World world, int number) throws DriverFailure {
        return world.begin(
                "tx-" + number,
                World.ANNA,
                World.notes(READ | WRITE),
                switch (number % 3) {
                    case 1 -> World.faq(READ | WRITE, HELD);
                    case 2 -> World.faq(READ | WRITE, WHOLE);
                    default -> World.faq(READ | WRITE);
                });
    }

    private static String value(int number, int i) {
        return "\"" + "v".repeat(300) + number + "-" + i + "\"";
    }

    @Test
    void everyTransactionIsWhollyThereOrAbsentAndEveryVerdictThatWasToldIsTrue() throws Exception {
        String place = engine.fresh(directory);
        Engine.open(place).close();
        Random random = new Random(5);
        int next = 0;
        int told = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            List<String> lines = runAndKill(place, next, 2 + random.nextInt(6), random.nextInt(12));
            told += lines.size();
            try (World world = new World(Engine.open(place))) {
                for (String line : lines) {
                    assertTrue(world, line);
                }
                int number = next + lines.size();
                assertWholeOrAbsent(world, number);
                assertThat(world.driver.wasCommitted("tx-" + (number + 1))).isFalse();
                next = world.driver.wasCommitted("tx-" + number) ? number + 1 : number;
            }
        }
        assertThat(told).isGreaterThanOrEqualTo(2 * KILLS);
    }

    /** Kills at an arbitrary moment after {@code lines} commits; answers everything that was told. */
    private static List<String> runAndKill(String place, int first, int lines, int delayMs) throws Exception {
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Committer.class.getName(),
                        place,
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> told = new ArrayList<>();
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                told.add(line);
                if (told.size() == lines) {
                    Thread.sleep(delayMs);
                    child.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(told).hasSizeGreaterThanOrEqualTo(lines);
        return told;
    }

    private static void assertTrue(World world, String line) throws DriverFailure {
        String[] words = line.split(" ", -1);
        int number = Integer.parseInt(words[0]);
        String transaction = "tx-" + number;
        assertThat(world.driver.wasCommitted(transaction)).as(line).isTrue();
        assertThat(words).hasSize(ENTRIES + 2);
        World.Context reader = begin(world, number);
        for (int i = 1; i < words.length; i++) {
            String[] verdict = words[i].split("=", -1);
            MemoryMap.Place place = reader.memory().map().find(new MemoryKey(verdict[0]));
            long version = Long.parseLong(verdict[2]);
            List<Version> written = world.store.history(place.slot()).stream()
                    .filter(it -> it.origin().transaction().equals(transaction))
                    .toList();
            if (version == 0) {
                assertThat(written).as(words[i]).isEmpty();
            } else {
                assertThat(written).as(words[i]).singleElement().satisfies(it -> {
                    assertThat(it.number()).isEqualTo(version);
                    assertThat(it.state())
                            .isEqualTo(verdict[1].equals("HELD") ? Version.State.HELD : Version.State.COMMITTED);
                });
                Version whole =
                        world.store.version(new Source(place.slot(), version)).orElseThrow();
                String value =
                        new String(Seals.value(place.keys(), place.key(), whole).toArray(), StandardCharsets.UTF_8);
                assertThat(value).isEqualTo(i == words.length - 1 ? "1" : value(number, i - 1));
            }
        }
        reader.drop();
    }

    /** Whether all or none of the transaction that was under way is there. */
    private static void assertWholeOrAbsent(World world, int number) throws DriverFailure {
        World.Context reader = begin(world, number);
        int present = 0;
        for (int i = 0; i <= ENTRIES; i++) {
            String key = i < ENTRIES ? "user/notes/k" + i : "tenant/faq/t" + number;
            present += (int) world
                    .store
                    .history(reader.memory().map().find(new MemoryKey(key)).slot())
                    .stream()
                    .filter(it -> it.origin().transaction().equals("tx-" + number))
                    .count();
        }
        reader.drop();
        boolean committed = world.driver.wasCommitted("tx-" + number);
        boolean dropped = number % 3 == 2;
        assertThat(present).as("entries of transaction %d", number).isEqualTo(committed && !dropped ? ENTRIES + 1 : 0);
    }
}
