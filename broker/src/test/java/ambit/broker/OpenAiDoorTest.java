package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.broker.TestDoors.Opened;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenAiDoorTest {
    private static final String PATH = "/v1/chat/completions";
    private final Bound chat = ScriptedKernel.tool("small.chat", "");
    private final Bound large = ScriptedKernel.tool("large.chat", "");
    private TestDoors doors;
    private Opened door;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(20));
        door = doors.open(doors.kernel.context("writer", chat, large));
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    @Test
    void a_completion_passes_the_body_and_the_answer_through_unchanged() throws IOException {
        doors.kernel.drivers.put("small.chat", (params, answer) -> answer.done("{\"choices\": []}"));
        String body = "{ \"model\":\"m\",\"temperature\":0.70,\"messages\":[]}";
        Http.Response response = Http.post(door.loopback(), PATH, body);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"choices\": []}");
        assertThat(doors.kernel.executed).containsExactly(JsonText.utf8(body));
    }

    @Test
    void a_response_is_a_call_of_the_capability_for_responses() throws IOException {
        Bound responses = ScriptedKernel.tool("small.responses", "");
        Opened other = doors.open(doors.kernel.context("reader", chat, responses));
        doors.kernel.drivers.put("small.responses", (params, answer) -> answer.done("{\"output\": []}"));
        String body = "{ \"model\":\"small\",\"input\":\"x\"}";
        assertThat(Http.post(other.loopback(), "/v1/responses", body).body()).isEqualTo("{\"output\": []}");
        assertThat(doors.kernel.executed).containsExactly(JsonText.utf8(body));
        assertThat(Http.get(other.loopback(), "/v1/models").body()).containsOnlyOnce("\"id\":\"small\"");
        assertThat(Http.post(door.loopback(), "/v1/responses", body).body())
                .contains("UNKNOWN_TOOL", "its grant needs the operation 'responses'");
    }

    @Test
    void what_a_provider_keeps_has_no_path() throws IOException {
        for (String path : new String[] {
            "/v1/responses/resp_1",
            "/v1/responses/resp_1/input_items",
            "/v1/responses/resp_1/cancel",
            "/v1/chat/completions/c_1",
            "/v1/conversations",
            "/v1/conversations/conv_1/items",
            "/v1/files",
            "/v1/files/file_1/content",
            "/v1/uploads",
            "/v1/vector_stores/vs_1",
            "/v1/containers/cntr_1/files",
            "/v1/assistants",
            "/v1/threads/t_1/runs",
            "/v1/batches"
        }) {
            assertThat(Http.get(door.loopback(), path).status()).as(path).isEqualTo(404);
            Http.Response answer = Http.post(door.loopback(), path, "{}");
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.body()).contains("what a provider keeps cannot be named here");
        }
        assertThat(Http.get(door.loopback(), "/v1/responses").status()).isEqualTo(405);
        assertThat(doors.kernel.executed).isEmpty();
    }

    @Test
    void the_model_named_like_a_tool_is_that_tool() throws IOException {
        doors.kernel.drivers.put("large.chat", (params, answer) -> answer.done("\"large\""));
        assertThat(Http.post(door.loopback(), PATH, "{\"model\":\"large\"}").body())
                .isEqualTo("\"large\"");
        assertThat(Http.get(door.loopback(), "/v1/models").body())
                .contains("\"id\":\"small\"")
                .contains("\"id\":\"large\"");
    }

    @Test
    void the_models_that_a_capability_allows_are_those_that_are_listed_and_found() throws IOException {
        Bound named = ScriptedKernel.tool("named.chat", "{\"models\":[\"gpt-a\",\"gpt-b\"]}");
        Opened other = doors.open(doors.kernel.context("reader", chat, named));
        assertThat(Http.get(other.loopback(), "/v1/models").body())
                .contains("\"id\":\"small\"", "\"id\":\"gpt-a\"", "\"id\":\"gpt-b\"")
                .doesNotContain("named");
        doors.kernel.drivers.put("named.chat", (params, answer) -> answer.done("\"b\""));
        assertThat(Http.post(other.loopback(), PATH, "{\"model\":\"gpt-b\"}").body())
                .isEqualTo("\"b\"");
    }

    @Test
    void events_arrive_one_by_one_as_they_are_made() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        doors.kernel.drivers.put("small.chat", (params, answer) -> {
            answer.chunk("data: {\"n\":1}\n\n");
            first.await();
            answer.chunk("data: [DONE]\n\n");
            answer.done("");
        });
        try (Http http = new Http(door.loopback())) {
            http.send("POST", PATH, "{\"stream\":true}");
            String start = http.readUntil("{\"n\":1}");
            assertThat(start).contains("200 OK").containsIgnoringCase("content-type: text/event-stream");
            first.countDown();
            assertThat(http.readUntil("[DONE]")).isNotEmpty();
            assertThat(http.readUntil("0\r\n\r\n")).isNotEmpty();
        }
    }

    @Test
    void a_stream_without_its_proof_is_cut_with_an_error_event() throws IOException {
        doors.kernel.mixUpProofs();
        doors.kernel.drivers.put("small.chat", (params, answer) -> {
            answer.chunk("data: {\"n\":1}\n\n");
            answer.done("");
        });
        Http.Response response = Http.post(door.loopback(), PATH, "{\"stream\":true}");
        assertThat(response.body()).contains("data: {\"error\":{").contains("INTERNAL");
        assertThat(response.complete()).isFalse();
    }

    @Test
    void a_stream_that_breaks_is_cut_with_an_error_event() throws IOException {
        doors.kernel.drivers.put("small.chat", (params, answer) -> {
            answer.chunk("data: {\"n\":1}\n\n");
            answer.send(new DriverToBroker.Failed(Denial.TIMED_OUT, "too slow", Blob.EMPTY));
        });
        Http.Response response = Http.post(door.loopback(), PATH, "{\"stream\":true}");
        assertThat(response.body()).contains("too slow");
        assertThat(response.complete()).isFalse();
    }

    @Test
    void denials_and_failures_are_openai_errors() throws IOException {
        doors.kernel.denials.put("small.chat", Denial.USES_EXHAUSTED);
        Http.Response denied = Http.post(door.loopback(), PATH, "{\"stream\":true}");
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.body())
                .isEqualTo("{\"error\":{\"message\":\"" + Denial.USES_EXHAUSTED.sentence()
                        + "\",\"type\":\"permission_denied\",\"param\":null,\"code\":\"USES_EXHAUSTED\"}}");
        doors.kernel.denials.clear();
        doors.kernel.drivers.put(
                "small.chat",
                (params, answer) ->
                        answer.send(new DriverToBroker.Failed(Denial.DRIVER_FAILED, "no model", Blob.EMPTY)));
        assertThat(Http.post(door.loopback(), PATH, "{}").status()).isEqualTo(502);
        doors.kernel.drivers.put(
                "small.chat",
                (params, answer) -> answer.send(new DriverToBroker.Failed(Denial.TIMED_OUT, "too slow", Blob.EMPTY)));
        assertThat(Http.post(door.loopback(), PATH, "{}").status()).isEqualTo(504);
        assertThat(Http.post(door.loopback(), PATH, "{\"a\":1,\"a\":2}").status())
                .isEqualTo(400);
        assertThat(Http.post(door.loopback(), "/v1/files", "{}").body()).startsWith("{\"error\":{");
    }

    @Test
    void a_context_without_a_model_is_denied() throws IOException {
        Opened poor = doors.open(doors.kernel.context("poor"));
        Http.Response response = Http.post(poor.loopback(), PATH, "{}");
        assertThat(response.status()).isEqualTo(403);
        assertThat(doors.kernel.heard).isEmpty();
    }
}
