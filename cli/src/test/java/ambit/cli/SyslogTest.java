package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events of a log in rsyslog, as Debian has it. */
@Tag("rsyslog")
class SyslogTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SENTENCE = "an argument violates a constraint of the grant: path under /documents";

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** What rsyslog keeps: one line for each message. */
    private Path kept() {
        return directory.resolve("kept");
    }

    private Process rsyslog(int port) throws Exception {
        Path configuration = Files.writeString(directory.resolve("rsyslog.conf"), """
                global(workDirectory="%1$s")
                module(load="imtcp")
                module(load="imudp")
                main_queue(queue.type="Direct")
                template(name="line" type="string" string="%%pri%% %%timestamp:::date-rfc3339%% %%app-name%% %%msgid%% %%msg%%\\n")
                ruleset(name="keep") { action(type="omfile" file="%1$s/kept" template="line") }
                input(type="imtcp" address="127.0.0.1" port="%2$d" ruleset="keep")
                input(type="imudp" address="127.0.0.1" port="%2$d" ruleset="keep")
                """.formatted(directory, port));
        Process process = new ProcessBuilder(
                        "/usr/sbin/rsyslogd",
                        "-n",
                        "-f",
                        configuration.toString(),
                        "-i",
                        directory.resolve("rsyslog.pid").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("rsyslog.said").toFile())
                .start();
        started.add(process);
        Await.until("rsyslog", () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            } catch (IOException e) {
                assertThat(process.isAlive())
                        .as(Files.readString(directory.resolve("rsyslog.said")))
                        .isTrue();
                return false;
            }
        });
        return process;
    }

    private List<String> lines() throws IOException {
        return Files.exists(kept()) ? Files.readAllLines(kept()) : List.of();
    }

    private static JsonNode json(String line) {
        return JSON.readTree(line.substring(line.indexOf('{')));
    }

    private List<Long> indices() throws IOException {
        return lines().stream()
                .filter(line -> line.endsWith("}"))
                .map(line -> json(line).get("index").asLong())
                .toList();
    }

    @Test
    void aMessageHasTheFacilityForAuditsTheTimeAndKindOfTheEntryAndItsJson() throws Exception {
        int port = freePort();
        rsyslog(port);
        try (TestLog log = new TestLog(directory)) {
            log.add(new Entry.Denied(1_700_000_000_123L, TestLog.ID, "t", 1, "files.read", TestLog.HASH, 3, SENTENCE));
            log.add(TestLog.event("\"<13>1 - - - - -\\n forged\""));
            log.add(new Entry.Allowed(
                    1_700_000_000_124L,
                    TestLog.ID,
                    "t",
                    1,
                    1,
                    "x",
                    TestLog.HASH,
                    TestLog.ID,
                    "d",
                    true,
                    Collections.nCopies(100, new Entry.Debit(TestLog.HASH, 0, 1, 9, 7, 1)),
                    List.of(),
                    Blob.EMPTY));
            Shell shell = new Shell(directory);
            assertThat(shell.run("log", "ship", "--once", "--to", "syslog://127.0.0.1:" + port))
                    .as(shell.err())
                    .isZero();
        }
        Await.until("the messages", () -> lines().size() == 4);
        assertThat(lines().get(1)).startsWith("108 2023-11-14T22:13:20.123Z ambit denied {");
        assertThat(json(lines().get(1)).get("sentence").asString()).isEqualTo(SENTENCE);
        assertThat(lines().get(2)).startsWith("110 2023-11-14T22:13:20.123Z ambit guestEvent {");
        assertThat(json(lines().get(2)).get("event").asString()).isEqualTo("\"<13>1 - - - - -\\n forged\"");
        assertThat(lines().get(3).length()).isLessThan(8192);
        assertThat(json(lines().get(3)).get("cut").toString()).isEqualTo("[\"debits\"]");
        assertThat(json(lines().get(3)).get("permit").asString()).hasSize(32);
    }

    @Test
    void datagramsCarryTheSame() throws Exception {
        int port = freePort();
        rsyslog(port);
        try (TestLog log = new TestLog(directory)) {
            log.addEvents(1, 20);
            Shell shell = new Shell(directory);
            assertThat(shell.run("log", "ship", "--once", "--to", "syslog+udp://127.0.0.1:" + port))
                    .as(shell.err())
                    .isZero();
        }
        Await.until("the messages", () -> lines().size() == 21);
        assertThat(indices()).isEqualTo(LongStream.rangeClosed(0, 20).boxed().toList());
    }

    @Test
    void whateverEndsAndStartsAgainNothingIsLostOrOutOfOrder() throws Exception {
        int port = freePort();
        Random random = new Random(20_261_125);
        Path output = directory.resolve("said");
        try (TestLog log = new TestLog(directory)) {
            int written = 1;
            Process shipper = TestLog.start(directory, output, "log", "ship", "--to", "syslog://127.0.0.1:" + port);
            started.add(shipper);
            Process receiver = null;
            for (int round = 0; round < 8; round++) {
                log.addEvents(written, 2500);
                written += 2500;
                long some = lines().size() + (long) random.nextInt(2500);
                if (receiver == null || !receiver.isAlive()) {
                    receiver = rsyslog(port);
                }
                if (!shipper.isAlive()) {
                    shipper = TestLog.start(directory, output, "log", "ship", "--to", "syslog://127.0.0.1:" + port);
                    started.add(shipper);
                }
                Await.until("some messages", () -> lines().size() > some);
                if (round % 2 == 0) {
                    receiver.destroy();
                    receiver.waitFor();
                } else {
                    shipper.destroyForcibly().waitFor();
                }
            }
            rsyslog(port);
            int all = written;
            shipper.destroyForcibly().waitFor();
            Shell shell = new Shell(directory);
            assertThat(shell.run("log", "ship", "--once", "--to", "syslog://127.0.0.1:" + port))
                    .as(shell.err())
                    .isZero();
            Await.until("the last message", () -> new TreeSet<>(indices()).size() >= all);
        }
        assertInOrder(indices());
    }

    /** An event comes again only together with all that followed it: as if what was not confirmed had not been sent. */
    private static void assertInOrder(List<Long> indices) {
        long highest = -1;
        long previous = -1;
        for (long index : indices) {
            assertThat(index).as("after %s", previous).isLessThanOrEqualTo(highest + 1);
            assertThat(index <= previous || index == previous + 1)
                    .as("%s after %s", index, previous)
                    .isTrue();
            highest = Math.max(highest, index);
            previous = index;
        }
    }
}
