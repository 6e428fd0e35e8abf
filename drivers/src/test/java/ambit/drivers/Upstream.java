package ambit.drivers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A model server on a port of its own; what it does is said by the request's path. */
final class Upstream implements AutoCloseable {
    static final String EVENT = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";

    /** The event that says what a stream took. */
    static final String USAGE = "data: {\"choices\":[],\"usage\":"
            + "{\"prompt_tokens\":4000,\"completion_tokens\":1,\"total_tokens\":4001}}\n\n";

    final List<String> bodies = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();
    final CountDownLatch released = new CountDownLatch(1);
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    Upstream() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI endpoint(String mode) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + mode);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        bodies.add(asked);
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        authorizations.add(authorization);
        String path = exchange.getRequestURI().getPath();
        String mode = path.substring(1, path.indexOf('/', 1));
        try (exchange) {
            switch (mode) {
                case "ok" -> send(exchange, 200, "{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}");
                case "echo" -> send(exchange, 200, "{\"you sent\":\"" + authorization + "\"}");
                case "401" -> send(exchange, 401, "{\"error\":{\"message\":\"bad key " + authorization + "\"}}");
                case "500" ->
                    send(exchange, 500, "{\"error\":{\"message\":\"oops\\n\\u001b[31m " + authorization + "\"}}");
                case "429" -> send(exchange, 429, "{\"error\":{\"message\":\"slow down\"}}");
                case "redirect" -> {
                    exchange.getResponseHeaders().set("Location", endpoint("ok") + "/chat/completions");
                    send(exchange, 307, "");
                }
                case "stream" -> stream(exchange, 3);
                case "metered" -> metered(exchange, asked.contains("\"include_usage\":true"));
                case "unmetered" -> {
                    // names what it will not take one after the other, as some do
                    for (String unknown : List.of("store", "stream_options")) {
                        if (asked.contains("\"" + unknown + "\"")) {
                            send(exchange, 422, "{\"error\":{\"message\":\"" + unknown + ": no such field\"}}");
                            return;
                        }
                    }
                    metered(exchange, false);
                }
                case "503" -> send(exchange, 503, "{\"error\":{\"message\":\"full\"}}");
                case "endless" -> stream(exchange, Integer.MAX_VALUE);
                case "stall" -> {
                    OutputStream out = begin(exchange);
                    out.write(EVENT.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    await();
                }
                case "drip" -> {
                    OutputStream out = begin(exchange);
                    while (!released.await(20, TimeUnit.MILLISECONDS)) {
                        out.write(EVENT.getBytes(StandardCharsets.UTF_8));
                        out.flush();
                    }
                }
                case "silent" -> await();
                case "break" -> {
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().write(EVENT.getBytes(StandardCharsets.UTF_8));
                    exchange.getResponseBody().flush();
                }
                case "flood" -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] junk = new byte[64 << 10];
                    while (true) {
                        exchange.getResponseBody().write(junk);
                    }
                }
                default -> send(exchange, 404, "no such mode");
            }
        } catch (IOException e) {
            // the client had enough
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stream(HttpExchange exchange, int events) throws IOException {
        OutputStream out = begin(exchange);
        for (int i = 0; i < events; i++) {
            out.write(EVENT.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
        out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }

    private static void metered(HttpExchange exchange, boolean saysUsage) throws IOException {
        OutputStream out = begin(exchange);
        out.write(EVENT.getBytes(StandardCharsets.UTF_8));
        out.write((saysUsage ? USAGE : "").getBytes(StandardCharsets.UTF_8));
        out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }

    private static OutputStream begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
