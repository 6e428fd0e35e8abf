package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** What {@code ambit log} shows of a log with two tenants, two transactions and a child. */
class LogCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final Blob KEY = Blob.of("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    private Path directory;

    private Shell shell = new Shell(Path.of(""));

    @SuppressWarnings("NullAway.Init")
    private TestLog log;

    @BeforeEach
    void someEntries() throws IOException {
        shell = new Shell(directory);
        log = new TestLog(directory); // 0
        log.add(new Entry.TenantRegistered(10_000, "acme", TestLog.HASH)); // 1
        log.add(admitted(20_000, "aa", "acme", KEY, "notes")); // 2
        log.add(admitted(30_000, "bb", "other", TestLog.HASH, "shell")); // 3
        log.add(new Entry.Spawned(
                40_000, id(3), "aa.1", "helper", id(1), TestLog.HASH, TestLog.HASH, Blob.EMPTY, 9, List.of())); // 4
        log.add(allowed(50_000, "aa.1", "files.read", "files", 5)); // 5
        log.add(allowed(60_000, "bb", "model.chat", "model", 6)); // 6
        log.add(new Entry.Outcome(70_000, id(5), Denial.DRIVER_FAILED.number(), TestLog.HASH, 0, 1, List.of())); // 7
        log.add(new Entry.Denied(80_000, id(1), "aa", 1, "files.read", TestLog.HASH, 3, "no")); // 8
        log.add(new Entry.GuestEvent(90_000, id(1), "aa", Blob.of("\"hello\"".getBytes(StandardCharsets.UTF_8)))); // 9
        log.add(new Entry.Ended(100_000, id(1), "aa", 0, 0, TestLog.HASH, List.of())); // 10
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static Blob id(int n) {
        byte[] id = new byte[16];
        id[0] = (byte) n;
        return Blob.of(id);
    }

    private static Entry admitted(long at, String transaction, String tenant, Blob principal, String agent) {
        return new Entry.Admitted(
                at,
                id(transaction.equals("aa") ? 1 : 2),
                transaction,
                tenant,
                principal,
                agent,
                TestLog.HASH,
                TestLog.HASH,
                TestLog.HASH,
                Blob.EMPTY,
                9);
    }

    private static Entry allowed(long at, String transaction, String capability, String driver, int permit) {
        return new Entry.Allowed(
                at,
                id(1),
                transaction,
                1,
                1,
                capability,
                TestLog.HASH,
                id(permit),
                driver,
                false,
                List.of(),
                List.of(),
                Blob.EMPTY);
    }

    private List<Integer> shown(String... options) {
        List<String> all = new java.util.ArrayList<>(List.of("log", "--json"));
        all.addAll(List.of(options));
        assertThat(shell.run(all.toArray(String[]::new))).as(shell.err()).isZero();
        return shell.out()
                .lines()
                .map(line -> new JsonMapper().readTree(line).get("index").asInt())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --transaction aa                | 2 4 5 7 8 9 10
            --transaction aa.1              | 4 5 7
            --tenant acme                   | 1 2 4 5 7 8 9 10
            --principal 30313233            | 2 4 5 7 8 9 10
            --agent helper                  | 4 5 7
            --tool files                    | 5 7 8
            --capability model.chat         | 6
            --driver files                  | 5 7
            --kind deny                     | 8
            --kind allow,outcome            | 5 6 7
            --kind log                      | 9
            --kind guestEvent               | 9
            --denied                        | 8
            --code CONSTRAINT               | 8
            --code driver_failed            | 7
            --since 1970-01-01T00:01:30Z    | 9 10
            --until 1970-01-01T00:00:20Z    | 0 1
            --since 36500d --until 99999d   |
            --range 3..4                    | 3 4
            --range ..1                     | 0 1
            --range 9..                     | 9 10
            --range 5                       | 5
            --text ello                     | 9
            -n 2                            | 9 10
            -n 1 --tool files               | 8
            --agent notes --kind deny       | 8
            """)
    void filtersAreAllToHold(String options, String indices) {
        assertThat(shown(options.split(" ", -1)))
                .isEqualTo(
                        indices == null
                                ? List.of()
                                : List.of(indices.split(" ", -1)).stream()
                                        .map(Integer::valueOf)
                                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            --kind x             | there is no kind of entry 'x'
            --code x             | there is no code 'x'
            --since tomorrow     | 'tomorrow' is no time for --since
            --range a..b         | 'a..b' is no range of indices
            --principal nobody   | there is no key of nobody
            -n 0                 | --limit needs a number from 1
            """)
    void aFilterThatCannotBeMeantIsOneErrorAndOneHint(String options, String error) {
        List<String> all = new java.util.ArrayList<>(List.of("log"));
        all.addAll(List.of(options.split(" ", -1)));
        assertThat(shell.run(all.toArray(String[]::new))).isEqualTo(2);
        assertThat(shell.err().lines().toList()).hasSize(2);
        assertThat(shell.err()).contains(error).contains("ambit: hint: ");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-25T07:30:00Z, 2026-11-25T07:30:00Z",
        "2026-11-25T07:30:00+02:00, 2026-11-25T05:30:00Z",
        "2026-11-25 07:30, 2026-11-25T07:30:00Z",
        "2026-11-25, 2026-11-25T00:00:00Z",
        "07:30, 2026-11-25T07:30:00Z",
        "2h, 2026-11-25T10:00:00Z",
        "90 min, 2026-11-25T10:30:00Z"
    })
    void timesAreReadAsPeopleWriteThem(String text, String instant) {
        assertThat(Moment.parse(text, NOW, ZoneOffset.UTC)).contains(Instant.parse(instant));
    }

    @Test
    void followingShowsWhatIsAddedOnceAndEndsWhenNobodyReads() throws Exception {
        Path output = directory.resolve("said");
        Process follower = TestLog.start(directory, output, "log", "-f", "-n", "1", "--json", "--tenant", "acme");
        try {
            Await.until("the last entry", () -> !Files.readAllLines(output).isEmpty());
            assertThat(Files.readAllLines(output)).singleElement().asString().startsWith("{\"index\":10,");
            log.add(new Entry.Denied(110_000, id(2), "bb", 1, "x", TestLog.HASH, 3, "another tenant's"));
            log.add(new Entry.Denied(120_000, id(1), "aa", 1, "x", TestLog.HASH, 3, "of acme"));
            Await.until("what was added", () -> Files.readAllLines(output).size() == 2);
            assertThat(Files.readAllLines(output).get(1)).contains("of acme");
        } finally {
            follower.destroyForcibly().waitFor();
        }
    }

    @Test
    void aPipeThatIsClosedEarlyEndsItQuietly() {
        CommandLine command = Main.commandLine(java.util.Map.of());
        StringBuilder err = new StringBuilder();
        int[] lines = {0};
        command.setOut(new PrintWriter(new Writer() {
            @Override
            public void write(char[] buffer, int from, int length) throws IOException {
                if (++lines[0] > 4) {
                    throw new IOException("Broken pipe");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        }));
        command.setErr(new PrintWriter(new java.io.StringWriter() {
            @Override
            public void write(String text) {
                err.append(text);
            }
        }));
        assertThat(command.execute("-C", directory.toString(), "log", "--follow"))
                .isZero();
        assertThat(err).isEmpty();
        assertThat(lines[0]).isLessThan(8);
    }

    @Test
    void ofABrokenLogAsMuchIsShownAsIsVerifiedAndThenOneError() throws IOException {
        log.close();
        Path entries = log.path().resolve("entries");
        byte[] bytes = Files.readAllBytes(entries);
        bytes[bytes.length - 50] ^= 1;
        Files.write(entries, bytes);
        assertThat(shell.run("log")).isEqualTo(1);
        assertThat(shell.out().lines()).hasSize(10);
        assertThat(shell.err().lines().toList()).hasSize(2);
        assertThat(shell.err()).contains("the log is not intact").doesNotContain("Exception");
    }
}
