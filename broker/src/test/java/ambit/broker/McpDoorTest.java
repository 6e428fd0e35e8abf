package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.broker.TestDoors.Opened;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Denial;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class McpDoorTest {
    private final Bound log = ScriptedKernel.tool(
            "git.git_log",
            "{\"name\":\"git_log\",\"description\":\"Shows commits\",\"inputSchema\":{\"type\":\"object\"}}");
    private final Bound gitStatus = ScriptedKernel.tool("git.status", "{\"name\":\"status\",\"inputSchema\":{}}");
    private final Bound webStatus = ScriptedKernel.tool("web.status", "{\"name\":\"status\",\"inputSchema\":{}}");
    private TestDoors doors;
    private Opened door;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(20));
        door = doors.open(
                doors.kernel.context("researcher", log, gitStatus, webStatus, ScriptedKernel.tool("small.chat", "")));
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    private String session() throws IOException {
        return initialize("2025-06-18").headers().getOrDefault("mcp-session-id", "");
    }

    private Http.Response initialize(String revision) throws IOException {
        return Http.post(
                door.loopback(),
                "/mcp",
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" + revision
                        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}");
    }

    private Http.Response rpc(String body) throws IOException {
        return Http.post(door.loopback(), "/mcp", body, "Mcp-Session-Id: " + session());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-03-26", "2025-06-18", "2025-11-25"})
    void each_revision_is_spoken_when_asked_for(String revision) throws IOException {
        Http.Response response = initialize(revision);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).contains("\"protocolVersion\":\"" + revision + "\"");
        assertThat(response.headers().get("mcp-session-id")).hasSize(32);
    }

    @Test
    void another_revision_is_answered_with_the_newest_one_spoken() throws IOException {
        assertThat(initialize("2099-01-01").body()).contains("\"protocolVersion\":\"2025-11-25\"");
    }

    @Test
    void the_list_is_exactly_the_contexts_tools_with_their_definitions() throws IOException {
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tools/list\"}")
                        .body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{\"tools\":["
                        + "{\"name\":\"git_log\",\"description\":\"Shows commits\",\"inputSchema\":{\"type\":\"object\"}},"
                        + "{\"name\":\"git_status\",\"inputSchema\":{}},"
                        + "{\"name\":\"web_status\",\"inputSchema\":{}}]}}");
    }

    @Test
    void a_call_passes_arguments_and_result_through() throws IOException {
        String result = "{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}],\"isError\":false}";
        doors.kernel.drivers.put("git.git_log", (params, answer) -> answer.done(result));
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"git_log\","
                                + "\"arguments\":{\"max_count\": 5}}}")
                        .body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":" + result + "}");
        assertThat(doors.kernel.executed).containsExactly(JsonText.utf8("{\"max_count\": 5}"));
    }

    @Test
    void a_denial_is_a_result_that_says_so() throws IOException {
        doors.kernel.denials.put("git.git_log", Denial.CONSTRAINT);
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"git_log\"}}")
                        .body())
                .contains("\"isError\":true")
                .contains("denied (CONSTRAINT): " + Denial.CONSTRAINT.sentence());
    }

    @Test
    void a_tool_of_nobody_is_invalid_and_never_reaches_the_kernel() throws IOException {
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"rm\"}}")
                        .body())
                .contains("-32602");
        assertThat(doors.kernel.heard).isEmpty();
    }

    @Test
    void unknown_methods_batches_and_foreign_origins_are_refused() throws IOException {
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/list\"}")
                        .body())
                .contains("-32601");
        assertThat(rpc("[{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]").body())
                .contains("-32600");
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":2,\"id\":3,\"method\":\"ping\"}")
                        .body())
                .contains("-32700");
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}").body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
        assertThat(rpc("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
                        .status())
                .isEqualTo(202);
        assertThat(Http.post(door.loopback(), "/mcp", "{}", "Origin: http://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(Http.get(door.loopback(), "/mcp").status()).isEqualTo(405);
    }

    @Test
    void a_session_belongs_to_its_door_and_ends_on_delete() throws IOException {
        String session = session();
        Opened other = doors.open(doors.kernel.context("other"));
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
        assertThat(Http.post(other.loopback(), "/mcp", ping, "Mcp-Session-Id: " + session)
                        .status())
                .isEqualTo(404);
        assertThat(Http.post(door.loopback(), "/mcp", ping).status()).isEqualTo(400);
        assertThat(Http.post(
                                door.loopback(),
                                "/mcp",
                                ping,
                                "Mcp-Session-Id: " + session,
                                "MCP-Protocol-Version: 1999-01-01")
                        .status())
                .isEqualTo(400);
        assertThat(Http.once(door.loopback(), "DELETE", "/mcp", "", "Mcp-Session-Id: " + session)
                        .status())
                .isEqualTo(200);
        assertThat(Http.post(door.loopback(), "/mcp", ping, "Mcp-Session-Id: " + session)
                        .status())
                .isEqualTo(404);
    }
}
