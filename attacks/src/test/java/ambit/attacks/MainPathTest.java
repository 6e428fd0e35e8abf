package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What Ambit is for works, as root and as an ordinary user. */
@ParameterizedClass
@MethodSource("ambit.attacks.Mode#all")
final class MainPathTest {
    @SuppressWarnings("NullAway.Init")
    private static Installation ambit;

    @Parameter
    @SuppressWarnings("NullAway.Init")
    Mode mode;

    @BeforeParameterizedClassInvocation
    static void up(Mode mode) throws Exception {
        ambit = Installation.make(
                mode,
                Configuration.usual()
                        .principal("alice", "probe", "shell", "slow", "nowhere", "forgetful")
                        .rawAgent("shell", """
                                run: [/bin/sh, -c]
                                may-use:
                                  exact.echo: {where: {text: hello}}
                                remembers: {own: 1 MiB}
                                """)
                        .agent("slow", "limits: {time: 2 s}")
                        .agent("forgetful", "may-start: {forgetful-child: 5}")
                        .agent("forgetful-child", "may-use: {exact.echo: {where: {text: any}}}")
                        .rawAgent("nowhere", "run: [/usr/bin/no-such-program]"));
        ambit.up();
    }

    @AfterParameterizedClassInvocation
    static void down() throws Exception {
        ambit.close();
    }

    @Test
    void theAgentsOutputIsTheResultAndEverythingElseIsOnStandardError() throws Exception {
        Outcome outcome = ambit.guest("alice", "shell", "printf 'the result'").exits(0);
        assertThat(outcome.out()).isEqualTo("the result");
        assertThat(outcome.err()).contains("shell");
    }

    @Test
    void standardInputReachesTheAgent() throws Exception {
        try (Running running = ambit.beginTalk("alice", "shell", "read line; echo \"got $line\"")) {
            running.type("something");
            running.endInput();
            assertThat(running.finish().exits(0).out()).isEqualTo("got something\n");
        }
    }

    @Test
    void aModelAndAToolAreFoundThroughTheUsualVariables() throws Exception {
        JsonNode said = ambit.guest("""
                        import urllib.request
                        def openai(body):
                            asked = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
                                {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]})
                            return urllib.request.urlopen(asked, timeout=20)
                        body = {"model": "echo", "messages": [{"role": "user", "content": "one two three"}]}
                        mcp = Mcp()
                        say(
                            plain=json.load(openai(body))["choices"][0]["message"]["content"],
                            streamed=chat_stream("one two three"),
                            unix=chat("one two three", via="unix")["choices"][0]["message"]["content"],
                            models=json.loads(request("GET", "/v1/models", via="tcp")[2])["data"][0]["id"],
                            tools=mcp.tools(),
                            tool=mcp.call("echo", text="by MCP")["content"][0]["text"],
                            url=os.environ["MCP_SERVER_URL"],
                        )
                        """).exits(0).said();
        assertThat(said.get("plain").asString()).isEqualTo("one two three");
        assertThat(said.get("streamed").toString()).isEqualTo("[200,\"one two three\",true]");
        assertThat(said.get("unix").asString()).isEqualTo("one two three");
        assertThat(said.get("models").asString()).isEqualTo("model");
        assertThat(said.get("tools").toString())
                .isEqualTo("[\"echo\",\"effect\",\"look\",\"remember\",\"recall\",\"slow\"]");
        assertThat(said.get("tool").asString()).isEqualTo("by MCP");
        assertThat(said.get("url").asString()).isEqualTo("http://127.0.0.1:7070/mcp");
    }

    @Test
    void curlIsAClientOfAllFiveSyscallsOnBothChannels() throws Exception {
        for (String at : new String[] {"--unix-socket /run/kernel.sock http://kernel", "http://127.0.0.1:7070"}) {
            Outcome outcome = ambit.guest("alice", "shell", """
                            post() { curl -s %1$s/syscall/$1 -d "$2"; echo; }
                            handle=$(curl -s %1$s/syscall/handles | sed 's/.*"exact.echo","handle":"\\([0-9a-f]*\\)".*/\\1/')
                            post tool_call "{\\"handle\\": \\"$handle\\", \\"params\\": {\\"text\\": \\"hello\\"}}"
                            post tool_call "{\\"handle\\": \\"$handle\\", \\"params\\": {\\"text\\": \\"bye\\"}}"
                            post memory_write '{"key": "draft", "value": {"n": 1}}'
                            post memory_read '{"key": "draft"}'
                            post log '{"event": "seen"}'
                            post spawn_child '{"handle": "00000000000000000000000000000000", "input": ""}'
                            """.formatted(at)).exits(0);
            String[] answers = outcome.out().split("\n", -1);
            assertThat(answers[0]).contains("\"ok\":true", "\"text\":\"hello\"", "\"proof\":");
            assertThat(answers[1]).contains("\"ok\":false", "\"code\":\"CONSTRAINT\"", "\"sentence\":");
            assertThat(answers[2]).contains("\"ok\":true");
            assertThat(answers[3]).contains("\"ok\":true", "\"value\":{\"n\":1}");
            assertThat(answers[4]).contains("\"ok\":true");
            assertThat(answers[5]).contains("\"code\":\"UNKNOWN_HANDLE\"");
        }
    }

    @Test
    void aChildIsStartedAndItsResultIsReadByToolCall() throws Exception {
        JsonNode said = ambit.guest("""
                        child = spawn("agent.child", "print(text(tool('exact.echo', text='from the child')))")
                        say(child=child, result=call(child["handle"], {}))
                        """).exits(0).said();
        assertThat(said.get("result").toString()).contains("from the child");
    }

    @Test
    void anAgentOrAChildThatRemembersNothingRunsAndHasNoMemory() throws Exception {
        JsonNode said = ambit.guest("alice", "forgetful", """
                        child = spawn("agent.forgetful-child", "print(write('draft', 1), read('draft'), read('user/notes/seen'))")
                        say(own=write("draft", 1), child=call(child["handle"], {}))
                        """).exits(0).said();
        assertThat(said.get("own").get("code").asString()).isEqualTo("NOT_MAPPED");
        assertThat(said.get("child").toString()).contains("NOT_MAPPED").doesNotContain("\"ok\": true", "'ok': True");
    }

    @Test
    void memoryOfTheUserStaysAndMemoryOfTheRunDoesNot() throws Exception {
        ambit.guest("write('user/notes/seen', [1, 2]); write('draft', 1); say(draft=read('draft'))")
                .exits(0);
        JsonNode later = ambit.guest("say(seen=read('user/notes/seen'), draft=read('draft'))")
                .exits(0)
                .said();
        assertThat(later.get("seen").get("value").toString()).isEqualTo("[1,2]");
        assertThat(later.get("draft").toString()).doesNotContain("\"value\":1");
    }

    @Test
    void jsonHasResultSyscallsAndSummary() throws Exception {
        Outcome outcome = ambit.begin("run", "--as", "alice", "--json", "shell", "--", "printf result; exit 0")
                .finish();
        JsonNode json = outcome.exits(0).json();
        assertThat(json.get("result").asString()).isEqualTo("result");
        assertThat(json.has("syscalls")).isTrue();
        assertThat(json.has("summary")).isTrue();
    }

    @Test
    void theExitCodeSaysHowItEnded() throws Exception {
        ambit.guest("alice", "shell", "exit 0").exits(0);
        ambit.guest("alice", "shell", "exit 7").exits(1);
        ambit.guest("alice", "shell", "kill -9 $$").exits(1);
        ambit.guest("alice", "slow", "import time; time.sleep(60)").exits(1);
        assertClear(ambit.guest("alice", "no-such-agent", "x").exits(2), "no-such-agent");
        assertClear(ambit.ambit("run", "--no-such-option", "shell").exits(2), "no-such-option");
        assertClear(ambit.guest("bob", "shell", "exit 0").exits(3), "bob");
    }

    private static void assertClear(Outcome outcome, String names) {
        assertThat(outcome.err()).contains("ambit: error: ", names).doesNotContain("\tat ", "Exception");
        assertThat(outcome.out()).isEmpty();
    }
}
