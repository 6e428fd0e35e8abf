package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** An agent uses an HTTP API whose key it does not have, and brings the key nowhere else. */
final class HttpToolTest {
    private static final List<String> API = new CopyOnWriteArrayList<>();
    private static final List<String> OTHER = new CopyOnWriteArrayList<>();
    private static final HttpServer OTHERS = serve(OTHER, "");
    private static final HttpServer SERVER = serve(API, "http://127.0.0.1:" + port(OTHERS) + "/stolen");

    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .tool("api", api("http://127.0.0.1:" + port(SERVER) + "/v1", ", methods: [POST]"))
            .tool("meta", api("http://169.254.169.254", ", network: inner"))
            .tool("inside", api("http://" + ownName() + ":" + port(SERVER), ""))
            .agent("probe", """
                    may-use:
                      api.read: {where: {path: {under: /orders}, method: any, query?: any, headers?: any}}
                      api.request: {where: {path: {under: /orders}, method: {in: [POST]}, body: any}}
                      meta.read: {where: {path: any, method: any}}
                      inside.read: {where: {path: any, method: any}}
                    """));

    private static String api(String address, String more) {
        return "{driver: http, at: \"" + address + "\", credential: \"env:EXACT_KEY\", sends-as: bearer,"
                + " time-out: 5 s" + more + "}";
    }

    /** A name that leads to an address that is not public. */
    private static String ownName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int port(HttpServer server) {
        return server.getAddress().getPort();
    }

    /** Answers with what it got; below {@code away} it sends the caller to {@code away}. */
    private static HttpServer serve(List<String> seen, String away) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> {
                byte[] body = exchange.getRequestBody().readAllBytes();
                String line = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                        + exchange.getRequestHeaders().entrySet() + new String(body, StandardCharsets.UTF_8);
                seen.add(line);
                boolean moved = exchange.getRequestURI().getPath().endsWith("/away");
                if (moved) {
                    exchange.getResponseHeaders().add("Location", away);
                }
                byte[] answer = line.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(moved ? 307 : 200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        SERVER.stop(0);
        OTHERS.stop(0);
    }

    @Test
    void theServerHasTheKeyAndTheGuestHasOnlyTheAnswer() throws Exception {
        Outcome outcome = KERNEL.guest("""
                        import os, pathlib
                        files, looked = [], 0
                        for place in ("/guest", "/etc", "/tmp", "/home", "/run"):
                            for file in pathlib.Path(place).rglob("*"):
                                if file.is_file():
                                    looked += 1
                                    if "canary-" in str(attempt(lambda: file.read_bytes())):
                                        files.append(str(file))
                        say(
                            read=tool("api.read", method="GET", path="/orders/7", query="full=1"),
                            made=tool("api.request", method="POST", path="/orders", body="two apples"),
                            mcp=Mcp().call("api_read", method="GET", path="/orders/8"),
                            inside=dict(os.environ) | {"mine": pathlib.Path("/proc/self/environ").read_text()},
                            files=files, looked=looked,
                        )
                        """).exits(0);
        assertThat(API)
                .anySatisfy(it -> assertThat(it)
                        .startsWith("GET /v1/orders/7?full=1")
                        .contains("Bearer " + Installation.EXACT_KEY))
                .anySatisfy(it -> assertThat(it)
                        .startsWith("POST /v1/orders ")
                        .endsWith("two apples")
                        .contains("Bearer " + Installation.EXACT_KEY))
                .anySatisfy(it -> assertThat(it).startsWith("GET /v1/orders/8"));
        JsonNode said = outcome.said();
        assertThat(said.get("read").get("result").get("status").asInt()).isEqualTo(200);
        // The server echoed the header, and the key is not in the echo.
        assertThat(said.get("read").toString()).contains("Bearer [credential removed]");
        assertThat(said.get("mcp").toString()).contains("/v1/orders/8");
        assertThat(said.get("files")).isEmpty();
        assertThat(said.get("looked").asInt()).isPositive();
        assertThat(outcome.out() + outcome.err()).doesNotContain(Installation.EXACT_KEY);
        Installation ambit = KERNEL.get();
        for (Path place : List.of(ambit.state(), ambit.runtime(), ambit.root())) {
            try (Stream<Path> files = Files.walk(place)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .as("%s", file)
                            .doesNotContain(Installation.EXACT_KEY);
                }
            }
        }
    }

    @Test
    void theKeyGoesNowhereElse() throws Exception {
        int before = API.size();
        Outcome outcome =
                KERNEL.guest("""
                        def get(path, **more):
                            return tool("api.read", method="GET", path=path, **more)
                        say(
                            away=get("/orders/away"),
                            refused=dict(
                                outside=get("/admin"),
                                dots=get("/orders/../admin"),
                                escaped=get("/orders/%2e%2e/admin"),
                                coded=get("/orders/%2E%2E/admin"),
                                slash=get("/orders%2F..%2Fadmin"),
                                absolute=get("http://other.example/orders"),
                                host=get("//other.example/orders"),
                                user=get("/orders@other.example"),
                                line=get("/orders HTTP/1.1\\r\\nHost: other"),
                                smuggled=get("/orders", headers={"X": "a\\r\\nHost: other"}),
                                named=get("/orders", headers={"Host": "other.example"}),
                                mine=get("/orders", headers={"Authorization": "Bearer mine"}),
                                cookie=get("/orders", headers={"Cookie": "a=b"}),
                                chunked=get("/orders", headers={"Transfer-Encoding": "chunked"}),
                                method=tool("api.read", method="POST", path="/orders"),
                                delete=tool("api.request", method="DELETE", path="/orders", body=""),
                                more=get("/orders", at="http://other.example"),
                                cloud=tool("meta.read", method="GET", path="/latest/meta-data"),
                                inside=tool("inside.read", method="GET", path="/"),
                            ),
                            direct=attempt(lambda: __import__("urllib.request").request.urlopen(
                                "http://127.0.0.1:%d/", timeout=2).status),
                        )
                        """.replace("%d", Integer.toString(port(OTHERS)))).exits(0);
        JsonNode said = outcome.said();
        assertThat(said.get("away").get("result").get("status").asInt()).isEqualTo(307);
        assertThat(said.get("away").get("result").get("headers").get("location").asString())
                .endsWith("/stolen");
        said.get("refused")
                .properties()
                .forEach(it -> assertThat(it.getValue().has("result"))
                        .as("%s: %s", it.getKey(), it.getValue())
                        .isFalse());
        assertThat(said.get("refused").get("cloud").toString()).contains("inner address");
        assertThat(said.get("refused").get("inside").toString()).contains("inner address");
        assertThat(said.get("direct").asString()).contains("Error");
        assertThat(OTHER).isEmpty();
        assertThat(API.subList(before, API.size()))
                .allSatisfy(it -> assertThat(it).startsWith("GET /v1/orders").doesNotContain("admin", "Bearer mine"));
        // The controls: what follows redirects arrives there, and the same dots lead a plain client elsewhere.
        try (HttpClient outside = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build()) {
            outside.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(SERVER) + "/v1/orders/away"))
                            .header("X-Key", "mine")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
        assertThat(OTHER).singleElement().satisfies(it -> assertThat(it).startsWith("GET /stolen"));
        OTHER.clear();
    }
}
