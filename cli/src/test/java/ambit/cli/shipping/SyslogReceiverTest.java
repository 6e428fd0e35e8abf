package ambit.cli.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.cli.text.JsonText;
import ambit.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When events count as delivered over TCP, where nobody acknowledges anything. */
class SyslogReceiverTest {
    private static final Event EVENT =
            new Event(7, 1_700_000_000_123L, "denied", Optional.of("t"), Severity.WARNING, "no", (Json.Obj)
                    JsonText.object("index", 7, "kind", "denied", "sentence", "x".repeat(2000)));

    private final CountDownLatch over = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init")
    private ServerSocket listener;

    @SuppressWarnings("NullAway.Init")
    private SyslogReceiver receiver;

    private interface Peer {
        String serve(Socket connection) throws IOException, InterruptedException;
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        receiver = new SyslogReceiver("127.0.0.1", listener.getLocalPort(), "here", Duration.ofMillis(500));
    }

    @AfterEach
    void close() throws IOException {
        over.countDown();
        listener.close();
    }

    private CompletableFuture<String> peer(Peer peer) {
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (Socket connection = listener.accept()) {
                end.complete(peer.serve(connection));
            } catch (IOException | InterruptedException e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    @Test
    void whatWasReadToItsEndIsDelivered() throws Exception {
        CompletableFuture<String> read =
                peer(connection -> new String(connection.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        receiver.deliver(List.of(EVENT, EVENT));
        String frame = read.join().substring(0, read.join().length() / 2);
        assertThat(read.join()).isEqualTo(frame + frame);
        int length = Integer.parseInt(frame.substring(0, frame.indexOf(' ')));
        assertThat(frame.substring(frame.indexOf(' ') + 1))
                .hasSize(length)
                .startsWith("<108>1 2023-11-14T22:13:20.123Z here ambit - denied - {\"index\":7,");
    }

    @Test
    void whatAReceiverHadNotReadWhenItWentIsNotDelivered() {
        CompletableFuture<String> went = peer(connection -> {
            connection.getInputStream().readNBytes(1000);
            connection.setSoLinger(true, 0); // as a program in C, which does not close in two steps
            return "unread data resets the connection";
        });
        assertThatThrownBy(() -> receiver.deliver(Collections.nCopies(100, EVENT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("syslog://127.0.0.1:");
        assertThat(went).isCompleted();
    }

    @Test
    void whatComesAfterAReceiverHasClosedIsNotDelivered() throws Exception {
        CompletableFuture<String> closed = peer(_ -> "at once");
        assertThat(closed).isNotDone();
        assertThatThrownBy(() -> receiver.deliver(Collections.nCopies(2000, EVENT)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatAReceiverDoesNotReadIsNotDelivered() {
        CompletableFuture<String> silent = peer(connection -> {
            over.await();
            return "nothing was read";
        });
        assertThatThrownBy(() -> receiver.deliver(Collections.nCopies(20_000, EVENT)))
                .isInstanceOf(IOException.class);
        assertThat(silent).isNotDone();
    }

    @Test
    void whatAReceiverReadsWithoutEverClosingIsNotDelivered() {
        CompletableFuture<String> open = peer(connection -> {
            connection.getInputStream().readAllBytes();
            over.await();
            return "it never closes";
        });
        assertThatThrownBy(() -> receiver.deliver(List.of(EVENT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not take events within");
        assertThat(open).isNotDone();
    }

    @Test
    void whereNobodyListensNothingIsDelivered() throws IOException {
        listener.close();
        assertThatThrownBy(() -> receiver.deliver(List.of(EVENT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused");
    }
}
