package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.broker.TestDoors.Opened;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class VectorStoreDoorTest {
    private static final String PATH = "/v1/vector_stores/tenant:handbook/search";
    private static final String RESULT =
            "{\"chunks\":[{\"metadata\":{\"year\":2024},\"rank\":1,\"score\":0.032,\"source\":\"a.md\",\"text\":\"the \\\"heron\\\"\"}],\"scope\":{}}";

    private final Bound search = ScriptedKernel.retriever("retriever.search");
    private TestDoors doors;
    private Opened door;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(20));
        doors.kernel.drivers.put("retriever.search", (params, answer) -> answer.done(RESULT));
        door = doors.open(doors.kernel.context("reader", search));
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    @Test
    void a_search_of_a_vector_store_is_one_of_the_namespace_of_that_name() throws IOException {
        String body =
                "{\"query\":\"h\\u00e9ron\",\"max_num_results\":3,\"filters\":{\"type\":\"eq\",\"key\":\"year\",\"value\":2024},\"rewrite_query\":false}";
        for (String path : new String[] {PATH, PATH.replace(":", "%3A"), PATH.replace(":", "/")}) {
            Http.Response response = Http.post(door.loopback(), path, body);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body())
                    .startsWith(
                            "{\"object\":\"vector_store.search_results.page\",\"search_query\":[\"h\\u00e9ron\"],\"data\":[{\"file_id\":\"a.md\",\"filename\":\"a.md\",\"score\":0.032,\"attributes\":{\"year\":2024},\"content\":[{\"type\":\"text\",\"text\":\"the \\\"heron\\\"\"}]}],\"has_more\":false,\"next_page\":null,\"proof_of_scope\":{\"proof\":\"")
                    .endsWith("\"result\":" + RESULT + "}}");
        }
        assertThat(doors.kernel.executed)
                .hasSize(3)
                .containsOnly(
                        JsonText.utf8(
                                "{\"query\":\"h\\u00e9ron\",\"k\":3,\"filter\":{\"type\":\"eq\",\"key\":\"year\",\"value\":2024},\"namespaces\":[\"tenant/handbook\"]}"));
    }

    @Test
    void what_the_retriever_refuses_is_refused_in_the_protocols_words() throws IOException {
        doors.kernel.drivers.put(
                "retriever.search",
                (params, answer) ->
                        answer.send(new DriverToBroker.Failed(Denial.NOT_MAPPED, "no such namespace", Blob.EMPTY)));
        Http.Response response = Http.post(door.loopback(), PATH, "{\"query\":\"x\"}");
        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).contains("no such namespace").contains("NOT_MAPPED");
    }

    @Test
    void a_wish_that_is_not_granted_is_refused() throws IOException {
        for (String body : new String[] {
            "{}",
            "[]",
            "{\"query\":\"x\",\"rewrite_query\":true}",
            "{\"query\":\"x\",\"ranking_options\":{\"score_threshold\":0.5}}",
            "{\"query\":\"x\",\"namespaces\":[\"user/other\"]}"
        }) {
            assertThat(Http.post(door.loopback(), PATH, body).status()).as(body).isEqualTo(400);
        }
        assertThat(doors.kernel.executed).isEmpty();
    }

    @Test
    void a_context_that_may_not_search_has_no_vector_stores() throws IOException {
        Opened other = doors.open(doors.kernel.context("writer", ScriptedKernel.tool("git.git_log", "")));
        assertThat(Http.post(other.loopback(), PATH, "{\"query\":\"x\"}").status())
                .isEqualTo(403);
        assertThat(Http.post(door.loopback(), "/v1/vector_stores", "{}").status())
                .isEqualTo(404);
        assertThat(Http.get(door.loopback(), PATH).status()).isEqualTo(404);
    }
}
