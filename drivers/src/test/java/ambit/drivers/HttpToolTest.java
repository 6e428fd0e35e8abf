package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver of HTTP APIs, against a real server on this machine. */
class HttpToolTest {
    private static final String SECRET = "user:canary/of+http";

    @TempDir
    Path directory;

    private HttpServer server;
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    /** Answers with all it got, or as the last segment of the path says. */
    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().entrySet() + " " + body;
            seen.add(line);
            String path = exchange.getRequestURI().getPath();
            exchange.getResponseHeaders().add("Set-Cookie", "session=1");
            byte[] answer = line.getBytes(StandardCharsets.UTF_8);
            if (path.endsWith("/away")) {
                exchange.getResponseHeaders().add("Location", "http://127.0.0.1:" + port() + "/elsewhere");
            } else if (path.endsWith("/packed")) {
                exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            } else if (path.endsWith("/bytes")) {
                answer = new byte[] {(byte) 0xff, 0};
            } else if (path.endsWith("/large")) {
                answer = new byte[2 << 20];
            } else if (path.endsWith("/slow")) {
                try {
                    Thread.sleep(3000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            exchange.sendResponseHeaders(path.endsWith("/away") ? 302 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private DriverToBroker call(ToolConfig.Http config, String operation, String params) throws Exception {
        Toolbox tools = new Toolbox(List.of(config), Map.of("KEY", SECRET), new PlainLauncher());
        assertThat(tools.complaints()).isEmpty();
        Blob definition = tools.discoverable().get("api").discover(new Cancellation()).stream()
                .filter(it -> it.name().equals(operation))
                .map(ToolDefinition::hash)
                .findFirst()
                .orElse(Blob.EMPTY);
        try (Kernel kernel = new Kernel(directory, tools.tools())) {
            Kernel.Order order = kernel.order(kernel.context(), "api." + operation, params)
                    .driver("http")
                    .definition(definition);
            return kernel.execute(order);
        }
    }

    private ToolConfig.Http api(String sendsAs, String place) {
        return at("http://127.0.0.1:" + port() + "/v1", sendsAs, place);
    }

    private static ToolConfig.Http at(String address, String sendsAs, String place) {
        Duration second = Duration.ofSeconds(1);
        return new ToolConfig.Http(
                "api",
                URI.create(address),
                "env:KEY",
                sendsAs,
                place,
                List.of("POST"),
                List.of("x-more"),
                false,
                new CallLimits(second, second, second, second, 1 << 20));
    }

    private static String text(DriverToBroker reply) {
        assertThat(reply).isInstanceOf(DriverToBroker.Done.class);
        return new String(((DriverToBroker.Done) reply).result().toArray(), StandardCharsets.UTF_8);
    }

    private void refused(DriverToBroker reply, Denial code) {
        assertThat(reply).isInstanceOfSatisfying(DriverToBroker.Failed.class, it -> {
            assertThat(it.code()).isEqualTo(code);
            assertThat(it.sentence()).doesNotContain("canary");
        });
    }

    @ParameterizedTest
    @CsvSource({"bearer,''", "basic,''", "header,X-Key", "query,key"})
    void theCredentialIsAddedOutsideAndTakenOutOfTheAnswer(String sendsAs, String place) throws Exception {
        String answer = text(call(
                api(sendsAs, place),
                "read",
                "{\"method\":\"GET\",\"path\":\"/orders/7\",\"query\":\"a=b\",\"headers\":{\"X-More\":\"yes\"}}"));
        String basic = Base64.getEncoder().encodeToString(SECRET.getBytes(StandardCharsets.US_ASCII));
        String there = switch (sendsAs) {
            case "bearer" -> "Bearer " + SECRET;
            case "basic" -> "Basic " + basic;
            case "header" -> "X-key=[" + SECRET;
            default -> "a=b&key=user%3Acanary%2Fof%2Bhttp";
        };
        assertThat(seen.take())
                .startsWith("GET /v1/orders/7?a=b")
                .contains(there)
                .contains("yes");
        assertThat(answer)
                .contains("\"status\":200", "GET /v1/orders/7", Scrubber.MARK)
                .doesNotContain("canary", basic, "session=1");
    }

    @Test
    void aRequestHasItsMethodAndBody() throws Exception {
        assertThat(text(call(
                        api("bearer", ""), "request", "{\"method\":\"POST\",\"path\":\"/orders\",\"body\":\"pay\"}")))
                .contains("POST /v1/orders", "pay");
    }

    @Test
    void aRedirectIsAnAnswerAndNotFollowed() throws Exception {
        assertThat(text(call(api("bearer", ""), "read", "{\"method\":\"GET\",\"path\":\"/away\"}")))
                .contains("\"status\":302", "/elsewhere");
        assertThat(seen).hasSize(1);
    }

    @Test
    void bytesThatAreNoTextComeInBase64() throws Exception {
        assertThat(text(call(api("bearer", ""), "read", "{\"method\":\"GET\",\"path\":\"/bytes\"}")))
                .contains("\"bodyBase64\":\"/wA=\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "Cookie",
                "Host",
                "Connection",
                "Transfer-Encoding",
                "Content-Length",
                "Proxy-Authorization",
                "Accept-Encoding",
                "X-Forwarded-For",
                "X-HTTP-Method-Override",
                "Range"
            })
    void whatIsNotACallersHeaderIsRefused(String header) throws Exception {
        refused(
                call(
                        api("bearer", ""),
                        "read",
                        "{\"method\":\"GET\",\"path\":\"/\",\"headers\":{\"" + header + "\":\"x\"}}"),
                Denial.MALFORMED);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"method\":\"POST\",\"path\":\"/\"}",
                "{\"method\":\"get\",\"path\":\"/\"}",
                "{\"method\":\"GET\",\"path\":\"/../admin\"}",
                "{\"method\":\"GET\",\"path\":\"@other/\"}",
                "{\"method\":\"GET\",\"path\":\"/\",\"body\":\"x\"}",
                "{\"method\":\"GET\",\"path\":\"/\",\"query\":\"k%65y=mine\"}",
                "{\"method\":\"GET\",\"path\":\"/\",\"headers\":{\"accept\":\"a\\r\\nx: y\"}}"
            })
    void whatIsNoReadingRequestIsRefused(String params) throws Exception {
        refused(call(api("query", "key"), "read", params), Denial.MALFORMED);
        assertThat(seen).isEmpty();
    }

    @Test
    void anAnswerIsBoundedInSizeAndTimeAndNeverCompressed() throws Exception {
        refused(call(api("bearer", ""), "read", "{\"method\":\"GET\",\"path\":\"/large\"}"), Denial.TOO_LARGE);
        refused(call(api("bearer", ""), "read", "{\"method\":\"GET\",\"path\":\"/slow\"}"), Denial.TIMED_OUT);
        refused(call(api("bearer", ""), "read", "{\"method\":\"GET\",\"path\":\"/packed\"}"), Denial.DRIVER_FAILED);
    }

    @Test
    void innerAddressesAreNotReachedByANameOfThem() throws Exception {
        for (String host : List.of("169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]")) {
            DriverToBroker reply = call(
                    at("http://" + host + ":" + port(), "bearer", ""), "read", "{\"method\":\"GET\",\"path\":\"/\"}");
            refused(reply, Denial.DRIVER_FAILED);
            assertThat(((DriverToBroker.Failed) reply).sentence()).contains("inner address");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void anOperationThatIsNotWhatWasGrantedIsRefused() throws Exception {
        refused(call(api("bearer", ""), "delete", "{}"), Denial.UNKNOWN_TOOL);
    }
}
