package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.log.entry.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events of a log in a file of somebody else, and what shipping does about its own end and about a broken log. */
class ShippingTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("events.jsonl");
    }

    private List<JsonNode> events() throws IOException {
        return Files.readAllLines(file()).stream().map(JSON::readTree).toList();
    }

    private List<Long> indices() throws IOException {
        return events().stream().map(it -> it.get("index").asLong()).toList();
    }

    private static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }

    @Test
    void eachEventIsInTheFileOnceInItsOrderWithOriginAndLeafHash() throws Exception {
        Shell shell = new Shell(directory);
        try (TestLog log = new TestLog(directory)) {
            log.addEvents(1, 1200);
            assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file()))
                    .as(shell.err())
                    .isZero();
            assertThat(indices()).isEqualTo(upTo(1201));
            log.addEvents(1201, 10);
            assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file()))
                    .isZero();
            assertThat(shell.err()).isEqualTo("ambit: shipped 10 events to file:" + file() + "\n");
            assertThat(indices()).isEqualTo(upTo(1211));
            assertThat(events()).allSatisfy(it -> {
                assertThat(it.get("origin").asString()).isEqualTo("ambit/test");
                assertThat(it.get("leaf").asString()).hasSize(64);
            });
            assertThat(events().get(7).get("event").asString()).isEqualTo("{\"n\":7}");
        }
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAnewWhereTheFormerEnded() throws Exception {
        Shell shell = new Shell(directory);
        try (TestLog log = new TestLog(directory)) {
            shell.run("log", "ship", "--once", "--to", "file:" + file());
            Files.move(file(), directory.resolve("events.jsonl.1"));
            log.addEvents(1, 3);
            shell.run("log", "ship", "--once", "--to", "file:" + file());
            assertThat(indices()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void aLineThatACrashLeftIncompleteIsWrittenAgainAndOneThatItLeftWithoutACursorIsNot() throws Exception {
        Shell shell = new Shell(directory);
        Path cursors = directory.resolve(".ambit/shipping");
        try (TestLog log = new TestLog(directory)) {
            log.addEvents(1, 5);
            shell.run("log", "ship", "--once", "--to", "file:" + file());
            Path cursor;
            try (var files = Files.list(cursors)) {
                cursor = files.filter(it -> it.toString().endsWith(".cursor"))
                        .findFirst()
                        .orElseThrow();
            }
            String before = Files.readString(cursor);
            log.addEvents(6, 5);
            shell.run("log", "ship", "--once", "--to", "file:" + file());
            Files.writeString(cursor, before);
            String all = Files.readString(file());
            Files.writeString(file(), all.substring(0, all.length() - 30));
            assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file()))
                    .isZero();
            assertThat(Files.readString(file())).isEqualTo(all);
        }
    }

    @Test
    void aFileThatIsSomebodyElsesIsNotTouched() throws Exception {
        Shell shell = new Shell(directory);
        Files.writeString(file(), "an unfinished line");
        try (TestLog _ = new TestLog(directory)) {
            assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file()))
                    .isEqualTo(5);
            assertThat(shell.err())
                    .contains("its last line is not an event of a log")
                    .doesNotContain("Exception");
            assertThat(file()).hasContent("an unfinished line");
        }
    }

    @Test
    void whatAGuestSaysIsEscapedAndCutAndNothingElseIsLost() throws Exception {
        Shell shell = new Shell(directory);
        try (TestLog log = new TestLog(directory)) {
            log.add(TestLog.event("\"\u001b[31m\u0085 \u202e\n ü 😀\""));
            log.add(TestLog.event("\"" + "x".repeat(30_000) + "\""));
            shell.run("log", "ship", "--once", "--to", "file:" + file());
        }
        String text = Files.readString(file());
        assertThat(text.chars()).allMatch(c -> c == '\n' || (c >= 0x20 && c < 0x7f));
        assertThat(events().get(1).get("event").asString()).isEqualTo("\"\u001b[31m\u0085 \u202e\n ü 😀\"");
        assertThat(events().get(2).get("event").asString()).hasSize(2049).endsWith("x…");
        assertThat(events().get(2).get("cut").toString()).isEqualTo("[\"event\"]");
    }

    @Test
    void aLogThatIsNotTheOneThatWasShippedIsRefusedAndSoIsABrokenOne() throws Exception {
        Shell shell = new Shell(directory);
        Path entries = directory.resolve(".ambit/core/log/entries");
        try (TestLog log = new TestLog(directory)) {
            log.addEvents(1, 5);
        }
        shell.run("log", "ship", "--once", "--to", "file:" + file());
        byte[] whole = Files.readAllBytes(entries);
        Files.write(entries, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file())).isEqualTo(1);
        assertThat(shell.err()).contains("the log is shorter than when #5 was read of it");
        Files.write(entries, whole);
        Files.write(entries, new byte[400], StandardOpenOption.APPEND);
        assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file())).isEqualTo(1);
        assertThat(shell.err()).contains("the log is not intact").contains("#6");
    }

    @Test
    void badDestinationsAreRefusedWithAHint() {
        Shell shell = new Shell(directory);
        shell.run("init");
        for (String bad : List.of("ftp://x", "syslog://x", "otlp:ftp://x", "file:")) {
            assertThat(shell.run("log", "ship", "--to", bad)).isEqualTo(2);
            assertThat(shell.err()).contains("nowhere to ship to").contains("syslog://HOST:PORT");
        }
        assertThat(shell.run("log", "ship")).isEqualTo(2);
        assertThat(shell.err()).contains("ship to where?");
        assertThat(shell.run("log", "ship", "--once", "--to", "file:x")).isEqualTo(2);
        assertThat(shell.err()).contains("there is no log yet");
    }

    @Test
    void killedAtAnyMomentItGoesOnAndNothingIsLostOrTwiceInTheFile() throws Exception {
        Random random = new Random(20_261_125);
        Path output = directory.resolve("said");
        try (TestLog log = new TestLog(directory)) {
            int written = 1;
            for (int round = 0; round < 6; round++) {
                log.addEvents(written, 3000);
                written += 3000;
                long before = Files.exists(file()) ? Files.size(file()) : 0;
                long some = before + random.nextInt(400_000);
                Process shipper = TestLog.start(directory, output, "log", "ship", "--to", "file:" + file());
                try {
                    Await.until(
                            "some events",
                            () -> !shipper.isAlive() || (Files.exists(file()) && Files.size(file()) > some));
                    assertThat(shipper.isAlive())
                            .as(Files.readString(directory.resolve("error")))
                            .isTrue();
                } finally {
                    shipper.destroyForcibly().waitFor();
                }
            }
            log.add(new Entry.Stopped(2, "t", "the last"));
            Shell shell = new Shell(directory);
            assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file()))
                    .as(shell.err())
                    .isZero();
            assertThat(indices()).isEqualTo(upTo(written + 1));
        }
    }

    @Test
    void oneProcessShipsToADestinationAndAnotherIsRefused() throws Exception {
        Path output = directory.resolve("said");
        try (TestLog _ = new TestLog(directory)) {
            Process shipper = TestLog.start(directory, output, "log", "ship", "--to", "file:" + file());
            try {
                Await.until("the first event", () -> Files.exists(file()) && Files.size(file()) > 0);
                Shell shell = new Shell(directory);
                assertThat(shell.run("log", "ship", "--once", "--to", "file:" + file()))
                        .isEqualTo(5);
                assertThat(shell.err())
                        .contains("another process ships to file:")
                        .contains("end that one first");
            } finally {
                shipper.destroyForcibly().waitFor();
            }
        }
    }
}
