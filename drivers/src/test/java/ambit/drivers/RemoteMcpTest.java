package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import ambit.wire.Json;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An MCP server over streamable HTTP; the path says how it answers. */
@Timeout(60)
class RemoteMcpTest {
    private static final String SECRET = "token-1234567";
    private static final String TOOL = "{\"description\":\"d\",\"inputSchema\":{\"type\":\"object\"},\"name\":\"say\"}";

    @TempDir
    Path directory;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger sessions = new AtomicInteger();

    /** What the server keeps of each session. */
    private final Map<String, String> notes = new ConcurrentHashMap<>();

    /** Which session asked to go on after which event. */
    private final List<String> resumptions = new CopyOnWriteArrayList<>();

    private HttpServer server;
    private Kernel kernel;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            try (exchange) {
                handle(exchange);
            } catch (IOException e) {
                // the client had enough
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        if (kernel != null) {
            kernel.close();
        }
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
        requests.add(exchange.getRequestMethod() + exchange.getRequestURI() + " " + authorization + " " + session + " "
                + body);
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/redirect")) {
            exchange.getResponseHeaders().set("Location", "/ok");
            exchange.sendResponseHeaders(307, -1);
            return;
        }
        if (path.equals("/401")) {
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        if (exchange.getRequestMethod().equals("DELETE") && session != null) {
            exchange.sendResponseHeaders(notes.remove(session) == null ? 404 : 204, -1);
            return;
        }
        if (exchange.getRequestHeaders().containsKey("Last-Event-ID")) {
            resumptions.add(session + " after " + exchange.getRequestHeaders().getFirst("Last-Event-ID"));
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.sendResponseHeaders(405, -1);
            return;
        }
        Json.Obj request;
        try {
            request = (Json.Obj) Json.parse(Kernel.json(body));
        } catch (IOException e) {
            exchange.sendResponseHeaders(400, -1);
            return;
        }
        if (session != null && !notes.containsKey(session)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        Json id = request.members().get("id");
        if (id == null) {
            exchange.sendResponseHeaders(202, -1);
            return;
        }
        String method = ((Json.Str) request.members().get("method")).value();
        String result = switch (method) {
            case "initialize" -> {
                String opened = "session-" + sessions.incrementAndGet();
                notes.put(opened, "");
                exchange.getResponseHeaders().set("Mcp-Session-Id", opened);
                yield "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                        + "\"serverInfo\":{\"name\":\"t\",\"version\":\"1\"}}";
            }
            case "tools/list" -> "{\"tools\":[" + TOOL + "]}";
            default ->
                "{\"content\":[{\"type\":\"text\",\"text\":\""
                        + (path.equals("/flood") ? "x".repeat(1 << 20) : session + " " + authorization) + "\"}]}";
        };
        String text = new String(CanonicalJson.encode(id).toArray(), StandardCharsets.UTF_8);
        String reply = "{\"jsonrpc\":\"2.0\",\"id\":" + text + ",\"result\":" + result + "}";
        if (method.equals("tools/call")) {
            notes.merge(session, "said ", String::concat);
        }
        if (path.equals("/cut") && method.equals("tools/call")) {
            byte[] half = ("id: event-of-" + session
                            + "\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, half.length);
            exchange.getResponseBody().write(half);
            return;
        }
        boolean events = path.equals("/events") && !method.equals("initialize");
        byte[] bytes = (events ? "event: message\ndata: " + reply + "\n\n" : reply).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", events ? "text/event-stream" : "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private DriverToBroker say(Blob context) {
        return kernel.execute(kernel.order(context, "git.say", "{\"a\":1}")
                .definition(Kernel.json(TOOL).sha256()));
    }

    private void start(String path) throws IOException, DriverFailure {
        Duration time = Duration.ofSeconds(5);
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        ToolConfig config = new ToolConfig.RemoteMcp(
                "git", address, "env:SECRET", new CallLimits(time, time, time, time, 64 << 10));
        kernel = new Kernel(
                directory, new Toolbox(List.of(config), Map.of("SECRET", SECRET), new PlainLauncher()).tools());
    }

    private static String result(DriverToBroker reply) {
        assertThat(reply).as(reply.toString()).isInstanceOf(Done.class);
        return new String(((Done) reply).result().toArray(), StandardCharsets.UTF_8);
    }

    private static void assertFailed(DriverToBroker reply, Denial code, String... words) {
        assertThat(reply).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.sentence()).contains(words).doesNotContain(SECRET);
            assertThat(failed.code()).isEqualTo(code);
        });
    }

    @Test
    void eachContextHasASessionOfItsOwn() throws Exception {
        start("/ok");
        Blob one = kernel.context();
        Blob two = kernel.context();
        assertThat(result(say(one)))
                .contains("session-1 Bearer " + Scrubber.MARK)
                .doesNotContain(SECRET);
        assertThat(result(say(two))).contains("session-2 ");
        assertThat(result(say(one))).contains("session-1 ");
        assertThat(requests).allMatch(request -> request.contains("Bearer " + SECRET));
        assertThat(requests).anyMatch(request -> request.contains("\"arguments\":{\"a\":1}"));
    }

    private void awaitNotes(String... left) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!notes.keySet().equals(Set.of(left)) && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(notes).containsOnlyKeys(left);
    }

    @Test
    void aSessionIsDeletedAtTheServerWhenItsContextEndsAndNoOtherIs() throws Exception {
        start("/ok");
        Blob one = kernel.context();
        Blob two = kernel.context();
        Blob three = kernel.context();
        result(say(one));
        result(say(two));
        result(say(three));
        result(say(one));
        // the control: the server does keep what was said, by session
        assertThat(notes).containsEntry("session-1", "said said ").containsEntry("session-2", "said ");
        kernel.contexts.drop(one);
        awaitNotes("session-2", "session-3");
        kernel.contexts.commit(two);
        awaitNotes("session-3");
        assertThat(requests.stream().filter(request -> request.startsWith("DELETE")))
                .hasSize(2)
                .allMatch(request -> request.contains("Bearer " + SECRET));
        assertThat(result(say(three))).contains("session-3 ");
    }

    @Test
    void noSessionIsOpenedByWhatAGuestSays() throws Exception {
        start("/ok");
        Blob one = kernel.context();
        result(say(one));
        DriverToBroker reply = kernel.execute(kernel.order(
                        kernel.context(),
                        "git.say",
                        "{\"Mcp-Session-Id\":\"session-1\",\"_meta\":{\"sessionId\":\"session-1\"},\"Last-Event-ID\":\"1\"}")
                .definition(Kernel.json(TOOL).sha256()));
        assertThat(result(reply)).contains("session-2 ");
        assertThat(notes).containsEntry("session-1", "said ");
    }

    @Test
    void aStreamThatBreaksOffIsNotResumed() throws Exception {
        start("/cut");
        assertThat(say(kernel.context())).isInstanceOf(Failed.class);
        assertThat(resumptions).isEmpty();
        // a server that did not answer in time is not spoken with again, so its session is deleted
        awaitNotes();
        // the control: it would have been seen
        HttpRequest resume = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/cut"))
                .header("Last-Event-ID", "event-of-session-1")
                .build();
        HttpClient.newHttpClient().send(resume, HttpResponse.BodyHandlers.discarding());
        assertThat(resumptions).containsExactly("null after event-of-session-1");
    }

    @Test
    void anAnswerAsServerSentEventsIsUnderstood() throws Exception {
        start("/events");
        assertThat(result(say(kernel.context()))).contains("session-1");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        start("/redirect");
        assertThat(say(kernel.context())).isInstanceOf(Failed.class);
        assertThat(requests).isNotEmpty().noneMatch(request -> request.contains("/ok"));
    }

    @Test
    void aRefusedCredentialFails() throws Exception {
        start("/401");
        assertFailed(say(kernel.context()), Denial.DRIVER_FAILED, "credential");
    }

    @Test
    void aFloodEndsAtItsSize() throws Exception {
        start("/flood");
        assertFailed(say(kernel.context()), Denial.TOO_LARGE, "ask it for less");
    }
}
