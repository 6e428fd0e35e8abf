package ambit.cli.shipping;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Syslog over TCP with octet counting (RFC 6587 §3.4.1). The protocol has no acknowledgement, so each delivery has a connection of its own,
 * which is closed on this side and counts when the receiver has closed it too, having read all of it.
 */
final class SyslogReceiver implements Receiver {
    private final String host;
    private final int port;
    private final String here;
    private final Duration patience;

    SyslogReceiver(String host, int port, String here, Duration patience) {
        this.host = host;
        this.port = port;
        this.here = here;
        this.patience = patience;
    }

    @Override
    public int mostCharacters() {
        return SyslogMessage.MOST_CHARACTERS;
    }

    @Override
    public void deliver(List<Event> events) throws IOException, InterruptedException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (Event event : events) {
            byte[] message = SyslogMessage.of(event, here);
            frames.writeBytes((message.length + " ").getBytes(StandardCharsets.US_ASCII));
            frames.writeBytes(message);
        }
        CountDownLatch done = new CountDownLatch(1);
        try (Socket socket = new Socket()) {
            // Writing knows no time-out of its own.
            Thread.ofVirtual().start(() -> closeUnless(done, socket));
            socket.connect(new InetSocketAddress(host, port), (int) patience.toMillis());
            frames.writeTo(socket.getOutputStream());
            requireOpen(socket);
            socket.setSoTimeout((int) patience.toMillis());
            socket.shutdownOutput();
            if (socket.getInputStream().read() >= 0) {
                throw new IOException("it answers, which is not syslog");
            }
        } catch (SocketTimeoutException e) {
            throw new IOException(place() + " does not take events within " + patience.toSeconds() + " s", e);
        } catch (IOException e) {
            throw new IOException(place() + ": " + e.getMessage(), e);
        } finally {
            done.countDown();
        }
    }

    /** A receiver that closes before it was told that this is the end has not read to the end. */
    private static void requireOpen(Socket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            if (socket.getInputStream().read() < 0) {
                throw new IOException("it closed the connection before it had all events");
            }
        } catch (SocketTimeoutException e) {
            // As it should be: it says nothing, and goes on reading.
        }
    }

    private void closeUnless(CountDownLatch done, Socket socket) {
        try {
            if (!done.await(2 * patience.toMillis(), TimeUnit.MILLISECONDS)) {
                socket.close();
            }
        } catch (IOException e) {
            // It is closed, one way or the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String place() {
        return "syslog://" + host + ":" + port;
    }
}
