package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.broker.TestDoors.Opened;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.FrontEvent;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DoorsTest {
    private final Bound log =
            ScriptedKernel.tool("git.git_log", "{\"name\":\"git_log\",\"inputSchema\":{\"type\":\"object\"}}");
    private final Bound chat = ScriptedKernel.tool("small.chat", "");
    private TestDoors doors;
    private Opened door;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(20));
        door = doors.open(doors.kernel.context("researcher", log, chat));
        doors.kernel.drivers.put("git.git_log", (params, answer) -> answer.done("{\"content\":[]}"));
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    private String call(String params) {
        return "{\"handle\":\"" + log.handle().toHex() + "\",\"params\":" + params + "}";
    }

    @Test
    void a_tool_call_gives_the_result_and_its_proof_on_the_unix_socket_and_on_loopback() throws IOException {
        for (SocketAddress address : List.of(door.socket(), door.loopback())) {
            Http.Response response = Http.post(address, "/syscall/tool_call", call("{\"n\":1}"));
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).startsWith("{\"ok\":true,\"result\":{\"content\":[]},\"proof\":\"");
        }
        assertThat(doors.kernel.executed).containsExactly(JsonText.utf8("{\"n\":1}"), JsonText.utf8("{\"n\":1}"));
    }

    @Test
    void the_parameters_reach_the_kernel_byte_for_byte() throws IOException {
        String odd = "{ \"b\" : 1.50,\t\"a\":\"\\u00e9é\" , \"n\":[ -0 , 1e2 ] }";
        assertThat(Http.post(door.socket(), "/syscall/tool_call", call(odd)).status())
                .isEqualTo(200);
        assertThat(doors.kernel.executed).containsExactly(JsonText.utf8(odd));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "nonsense",
                "{\"handle\":\"x\",\"handle\":\"y\"}",
                "{\"handle\":\"x\",\"params\":{\"a\":1,\"a\":2}}",
                "{\"handle\":\"x\",\"params\":{}} {}",
                "{\"handle\":7}",
                "{\"params\":{}}",
                "{\"handle\":\"x\",\"context\":\"other\"}",
                "{\"handle\":\"x\",\"params\":{\"a\":\"\\ud800\"}}",
                "{\"handle\":\"x\",\"params\":{\"a\":1e999}}",
            })
    void malformed_json_is_refused_in_one_sentence_and_changes_nothing(String body) throws IOException {
        Http.Response response = Http.post(door.socket(), "/syscall/tool_call", body);
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).startsWith("{\"ok\":false,\"code\":\"MALFORMED\",\"sentence\":\"");
        assertThat(doors.kernel.heard).isEmpty();
    }

    @Test
    void deep_json_is_refused() throws IOException {
        Http.Response response =
                Http.post(door.socket(), "/syscall/tool_call", call("[".repeat(5000) + "]".repeat(5000)));
        assertThat(response.status()).isEqualTo(400);
        assertThat(doors.kernel.heard).isEmpty();
    }

    @Test
    void a_huge_body_is_refused_before_it_is_read() throws IOException {
        try (Http http = new Http(door.socket())) {
            http.write("POST /syscall/tool_call HTTP/1.1\r\nHost: k\r\nContent-Length: 1000000000\r\n\r\n{");
            Http.Response response = http.response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("exceeds 1 MiB");
        }
        assertThat(doors.kernel.heard).isEmpty();
    }

    @Test
    void a_huge_chunked_body_is_refused_after_its_limit() throws IOException {
        try (Http http = new Http(door.socket())) {
            http.write("POST /syscall/log HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
            try {
                for (int i = 0; i < 64; i++) {
                    http.write(chunk);
                }
            } catch (IOException e) {
                // Refused in the middle: that is the point.
            }
            assertThat(http.response().body()).contains("exceeds 1 MiB");
        }
        assertThat(doors.kernel.heard).isEmpty();
    }

    @Test
    void a_huge_header_is_refused() throws IOException {
        Http.Response response = Http.post(door.socket(), "/syscall/log", "{}", "X-Long: " + "x".repeat(40_000));
        assertThat(response.status()).isEqualTo(431);
    }

    @Test
    void a_denial_is_403_with_code_and_sentence_and_the_observer_hears_of_it() throws IOException {
        doors.kernel.denials.put("git.git_log", Denial.CONSTRAINT);
        Http.Response response = Http.post(door.socket(), "/syscall/tool_call", call("{}"));
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body())
                .isEqualTo(
                        "{\"ok\":false,\"code\":\"CONSTRAINT\",\"sentence\":\"" + Denial.CONSTRAINT.sentence() + "\"}");
        assertThat(door.seen()).singleElement().satisfies(event -> {
            FrontEvent.Called called = (FrontEvent.Called) event;
            assertThat(called.denial()).contains(Denial.CONSTRAINT);
            assertThat(called.capability()).isEqualTo("git.git_log");
            assertThat(called.logIndex()).isEqualTo(5);
        });
        assertThat(doors.kernel.executed).isEmpty();
    }

    @Test
    void a_handle_of_one_context_is_unknown_at_the_door_of_another() throws IOException {
        Opened other = doors.open(doors.kernel.context("stranger"));
        Http.Response response = Http.post(other.socket(), "/syscall/tool_call", call("{}"));
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).contains("UNKNOWN_HANDLE");
        assertThat(Http.post(door.socket(), "/syscall/tool_call", call("{}")).status())
                .isEqualTo(200);
    }

    @Test
    void handles_lists_the_own_capabilities_and_the_uses_that_are_left() throws IOException {
        assertThat(Http.get(door.socket(), "/syscall/handles").body()).contains("\"usesLeft\":3");
        Http.post(door.socket(), "/syscall/tool_call", call("{}"));
        assertThat(Http.get(door.socket(), "/syscall/handles").body())
                .startsWith("{\"ok\":true,\"handles\":[{\"name\":\"git.git_log\",\"handle\":\""
                        + log.handle().toHex()
                        + "\",\"kind\":\"tool\",\"usesLeft\":2},{\"name\":\"small.chat\",\"handle\":\""
                        + chat.handle().toHex() + "\",\"kind\":\"tool\",\"usesLeft\":3}],\"proof\":\"");
    }

    @Test
    void memory_and_log_calls_carry_the_guests_exact_bytes() throws IOException {
        doors.kernel.drivers.put("memory_read", (params, answer) -> answer.done("{\"n\":1}"));
        Http.Response read = Http.post(door.socket(), "/syscall/memory_read", "{\"key\": \"a\"}");
        assertThat(read.body()).startsWith("{\"ok\":true,\"value\":{\"n\":1},\"proof\":\"");
        assertThat(Http.post(door.socket(), "/syscall/memory_write", "{\"key\":\"a\",\"value\":[1]}")
                        .status())
                .isEqualTo(200);
        assertThat(Http.post(door.socket(), "/syscall/log", "{\"event\":{\"step\":1}}")
                        .body())
                .startsWith("{\"ok\":true,\"proof\":\"");
        assertThat(doors.kernel.executed)
                .containsExactly(JsonText.utf8("{\"key\": \"a\"}"), JsonText.utf8("{\"key\":\"a\",\"value\":[1]}"));
        assertThat(doors.kernel.heard)
                .last()
                .isInstanceOfSatisfying(
                        BrokerToCore.LogEvent.class,
                        event -> assertThat(event.event()).isEqualTo(JsonText.utf8("{\"step\":1}")));
    }

    @Test
    void a_reply_whose_proof_belongs_to_another_context_is_never_shown() throws IOException {
        doors.kernel.drivers.put("git.git_log", (params, answer) -> answer.done("\"secret of another\""));
        doors.kernel.mixUpProofs();
        Http.Response response = Http.post(door.socket(), "/syscall/tool_call", call("{}"));
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.body()).contains("INTERNAL").doesNotContain("secret");
    }

    @Test
    void a_reply_without_a_proof_is_never_shown() throws IOException {
        doors.kernel.drivers.put(
                "git.git_log",
                (params, answer) -> answer.send(new DriverToBroker.Done(200, JsonText.utf8("\"secret\""), Blob.EMPTY)));
        assertThat(Http.post(door.socket(), "/syscall/tool_call", call("{}")).body())
                .contains("INTERNAL")
                .doesNotContain("secret");
    }

    @Test
    void two_hundred_doors_share_one_server_and_each_knows_its_context() throws Exception {
        int before = Thread.activeCount();
        List<Opened> opened = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            opened.add(doors.open(doors.kernel.context("a" + i, ScriptedKernel.tool("t.op" + i, ""))));
        }
        for (int i = 0; i < 200; i++) {
            for (SocketAddress address :
                    List.of(opened.get(i).socket(), opened.get(i).loopback())) {
                assertThat(Http.get(address, "/syscall/handles").body()).contains("\"t.op" + i + "\"");
            }
        }
        assertThat(Thread.activeCount() - before).isLessThan(60);
        opened.forEach(each -> each.door().close());
        for (Opened each : opened) {
            assertThat(catchFailure(each.loopback())).isInstanceOf(IOException.class);
        }
    }

    private static Throwable catchFailure(SocketAddress address) {
        return org.assertj.core.api.Assertions.catchThrowable(() -> Http.get(address, "/syscall/handles"));
    }

    @Test
    void closing_a_door_ends_its_connections_and_the_call_that_runs() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        doors.kernel.drivers.put("git.git_log", (params, answer) -> {
            running.countDown();
            answer.awaitCancel();
            cancelled.complete(true);
        });
        try (Http http = new Http(door.socket());
                Http idle = new Http(door.socket())) {
            idle.write("POST /syscall/log HTTP/1.1\r\n");
            http.send("POST", "/syscall/tool_call", call("{}"));
            running.await();
            door.calls().end();
            door.door().close();
            assertThat(cancelled.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(idle.isClosedByPeer()).isTrue();
        }
        assertThat(catchFailure(door.socket())).isInstanceOf(IOException.class);
    }

    @Test
    void a_slow_client_is_cut_off_and_holds_nobody_up() throws Exception {
        try (TestDoors quick = new TestDoors(Duration.ofMillis(300))) {
            Opened slow = quick.open(quick.kernel.context("slow", log));
            Opened other = quick.open(quick.kernel.context("other", log));
            try (Http http = new Http(slow.socket())) {
                http.write("POST /syscall/tool_call HTTP/1.1\r\nHost: k\r\nContent-Length: 100\r\n\r\n{\"han");
                assertThat(Http.post(other.socket(), "/syscall/tool_call", call("{}"))
                                .status())
                        .isEqualTo(200);
                http.readUntil("\r\n\r\n");
                assertThat(quick.kernel.executed).hasSize(1);
            }
        }
    }

    @Test
    void a_call_may_take_longer_than_the_silence_allowed_to_a_guest() throws Exception {
        try (TestDoors quick = new TestDoors(Duration.ofMillis(200))) {
            Opened patient = quick.open(quick.kernel.context("patient", log));
            CountDownLatch never = new CountDownLatch(1);
            quick.kernel.drivers.put("git.git_log", (params, answer) -> {
                assertThat(never.await(900, TimeUnit.MILLISECONDS)).isFalse();
                answer.done("1");
            });
            assertThat(Http.post(patient.socket(), "/syscall/tool_call", call("{}"))
                            .body())
                    .contains("\"result\":1");
        }
    }

    @Test
    void a_door_takes_so_many_connections_and_no_more() throws IOException {
        List<Http> connections = new ArrayList<>();
        for (int i = 0; i < Door.MAX_CONNECTIONS; i++) {
            Http http = new Http(door.socket());
            http.write("GET /syscall/handles HTTP/1.1\r\nHost: k\r\n\r\n");
            http.readUntil("\r\n\r\n");
            connections.add(http);
        }
        try (Http tooMany = new Http(door.socket())) {
            assertThat(tooMany.isClosedByPeer()).isTrue();
        }
        Opened other = doors.open(doors.kernel.context("other", log));
        assertThat(Http.get(other.socket(), "/syscall/handles").status()).isEqualTo(200);
        for (Http each : connections) {
            each.close();
        }
    }

    @Test
    void unknown_paths_and_methods_are_refused_in_json() throws IOException {
        assertThat(Http.post(door.socket(), "/syscall/grant", "{}").status()).isEqualTo(404);
        assertThat(Http.get(door.socket(), "/syscall/../syscall/handles").status())
                .isIn(400, 404);
        assertThat(Http.get(door.socket(), "/syscall/tool_call").status()).isEqualTo(405);
        assertThat(Http.get(door.socket(), "/").body()).startsWith("{\"ok\":false");
    }
}
