package ambit.attacks.hostile;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** The model's server, outside of all boundaries: what reaches it has been done. On the same port it echoes datagrams. */
final class Upstream implements AutoCloseable {
    /** What the model says unless it is asked to echo. */
    static final String WORD = "well";

    private static final long SLOW_NANOS = 400_000_000;

    private final HttpServer server;
    private final DatagramSocket datagrams;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    Upstream() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        server.start();
        datagrams = new DatagramSocket(port(), loopback);
        Thread.ofPlatform().daemon().start(this::echo);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(body);
            if (body.contains("slow")) {
                LockSupport.parkNanos(SLOW_NANOS);
            }
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] said = ("{\"said\":\"" + (body.contains("echo") ? authorization : WORD) + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.contains("fail") ? 500 : 200, said.length);
            exchange.getResponseBody().write(said);
        }
    }

    private void echo() {
        DatagramPacket packet = new DatagramPacket(new byte[1], 1);
        try {
            while (true) {
                datagrams.receive(packet);
                datagrams.send(packet);
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The address that the model's configuration names. */
    String address() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    long effects(String word) {
        return requests.stream().filter(each -> each.contains(word)).count();
    }

    @Override
    public void close() {
        server.stop(0);
        datagrams.close();
    }
}
