package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.NoteSigner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A witness is somebody else's machine: whatever it answers, who asks it ends soon, and keeps nothing that is of no use. */
class WitnessClientTest {
    private static final long NOW = 1_800_000_000;
    private static final int SIZE = 20;

    private final SampleLog core = new SampleLog();
    private final NoteSigner classic = NoteSigner.cosigner("w/1", SigningKey.generate());
    private final NoteSigner quantum = NoteSigner.mlDsa("w/1", MlDsaKey.ofSeed(new byte[32]));
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile Answering answering = _ -> {};

    @TempDir
    private Path directory;

    private Path log = Path.of("");
    private Note checkpoint = new Note("", List.of());

    @SuppressWarnings("NullAway.Init") // each test begins with it
    private ServerSocket server;

    private interface Answering {
        void to(OutputStream out) throws Exception;
    }

    @BeforeEach
    void aWitnessListens() throws Exception {
        log = core.write(directory.resolve("log"), core.entries(SIZE));
        checkpoint = SampleLog.checkpoint(log);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void itEnds() throws IOException {
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                read(socket);
                asked.incrementAndGet();
                answering.to(socket.getOutputStream());
            } catch (IOException e) {
                gone.countDown(); // the client, or the test
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void read(Socket socket) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring("Content-Length: ".length()));
            }
        }
        // All that it sends is ASCII, but for the dash of each signature.
        int left = length;
        while (left > 0) {
            left -= Character.toString(in.read()).getBytes(UTF_8).length;
        }
    }

    private void answers(int status, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        answering = out -> {
            out.write(("HTTP/1.1 " + status + " Said\r\nContent-Length: " + bytes.length
                            + "\r\nConnection: close\r\n\r\n")
                    .getBytes(UTF_8));
            out.write(bytes);
        };
    }

    private WitnessClient client(Duration patience) {
        return new WitnessClient(
                URI.create("http://127.0.0.1:" + server.getLocalPort()),
                List.of(classic.verifier(), quantum.verifier()),
                InstantSource.fixed(Instant.ofEpochSecond(NOW)),
                patience);
    }

    private WitnessClient.Cosigned cosign(long known) throws IOException, AnotherLog {
        return client(Duration.ofSeconds(30)).cosign(checkpoint, known, this::growth);
    }

    private Growth growth(long old) throws IOException {
        return Growth.read(log, Optional.empty(), Foothold.START, old, checkpoint);
    }

    @Test
    void oneCosignatureOfEachKeyIsTakenHoweverManyItSends() throws Exception {
        List<NoteLine> first = List.of(classic.sign(checkpoint.text(), NOW), quantum.sign(checkpoint.text(), NOW));
        StringBuilder body = new StringBuilder();
        first.forEach(body::append);
        for (int i = 1; i < 31; i++) {
            body.append(classic.sign(checkpoint.text(), NOW - i));
        }
        answers(200, body.toString());
        assertThat(cosign(0).cosignatures()).isEqualTo(first);
    }

    @Test
    void aTimeThatIsFarAheadIsRefused() throws Exception {
        long day = Duration.ofDays(1).toSeconds();
        NoteLine other = quantum.sign(checkpoint.text(), NOW);
        for (long time : List.of(NOW + day + 1, 1L << 60, Long.MAX_VALUE)) {
            answers(200, classic.sign(checkpoint.text(), time).toString() + other);
            assertThatThrownBy(() -> cosign(0))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("more than a day ahead");
        }
        answers(200, classic.sign(checkpoint.text(), NOW + day).toString() + other);
        assertThat(cosign(0).cosignatures()).hasSize(2);
    }

    @Test
    void aWitnessThatSaysAnotherSizeEachTimeHasTheLogReadTwice() {
        List<Long> read = new ArrayList<>();
        answering = out -> {
            String size = (SIZE - 1 - asked.get()) + "\n";
            out.write(("HTTP/1.1 409 Conflict\r\nContent-Length: " + size.length() + "\r\nConnection: close\r\n\r\n"
                            + size)
                    .getBytes(UTF_8));
        };
        assertThatThrownBy(() -> client(Duration.ofSeconds(30)).cosign(checkpoint, SIZE, old -> {
                    read.add(old);
                    return growth(old);
                }))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("says another size each time");
        assertThat(read).containsExactly(20L, 18L);
        assertThat(asked).hasValue(2);
    }

    @Test
    @Timeout(60)
    void aWitnessThatDripsItsAnswerIsLeftAfterAWhileWhateverItDrips() throws Exception {
        for (String drip : List.of("X-More: 1\r\n", "\n")) {
            String head =
                    drip.equals("\n") ? "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" : "HTTP/1.1 200 OK\r\n";
            answering = out -> {
                out.write(head.getBytes(UTF_8));
                while (true) {
                    out.write(drip.getBytes(UTF_8));
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            };
            WitnessClient client = client(Duration.ofSeconds(1));
            assertThatThrownBy(() -> client.cosign(checkpoint, 0, this::growth))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no answer from")
                    .hasMessageContaining("it takes longer than 1 s");
        }
        assertThat(gone.await(30, TimeUnit.SECONDS))
                .as("the connection is closed")
                .isTrue();
    }

    @Test
    void whatItSaysIsShortAndHasNothingThatATerminalObeys() {
        answers(403, "who \u001b[31mare\u202e you\u2028?" + "!".repeat(1000) + "\nmore\n");
        assertThatThrownBy(() -> cosign(0))
                .isInstanceOf(JournalException.class)
                .message()
                .endsWith("refuses with 403: who \ufffd[31mare\ufffd you\ufffd?" + "!".repeat(181));
    }
}
