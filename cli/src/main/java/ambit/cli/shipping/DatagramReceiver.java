package ambit.cli.shipping;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Syslog over UDP (RFC 5426), one datagram for each event. Nobody says what arrived, so a delivery counts when it is sent; it is paced, because
 * receivers drop what comes too fast.
 */
final class DatagramReceiver implements Receiver {
    private static final int BURST = 50;
    private static final long PAUSE_MS = 5;

    private final String host;
    private final int port;
    private final String here;

    DatagramReceiver(String host, int port, String here) {
        this.host = host;
        this.port = port;
        this.here = here;
    }

    @Override
    public int mostCharacters() {
        return SyslogMessage.MOST_CHARACTERS;
    }

    @Override
    public void deliver(List<Event> events) throws IOException, InterruptedException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(host, port));
            int sent = 0;
            for (Event event : events) {
                byte[] message = SyslogMessage.of(event, here);
                socket.send(new DatagramPacket(message, message.length));
                if (++sent % BURST == 0) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                }
            }
        } catch (IOException e) {
            throw new IOException("syslog+udp://" + host + ":" + port + ": " + e.getMessage(), e);
        }
    }
}
