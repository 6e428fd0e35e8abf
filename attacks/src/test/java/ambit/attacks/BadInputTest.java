package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Whatever is wrong is said in one clear sentence, and nothing has changed. */
final class BadInputTest {
    private static final String SERVER = "{driver: mcp, run: [/usr/bin/python3, /server/exact.py, --fault, %s],"
            + " sees: {/server: server}, time-out: 3 s}";

    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "probe", "faults", "dies", "hangs", "floods", "garbles", "offline", "locked")
            .tool("unreachable", "{driver: openai, at: \"http://127.0.0.1:1/v1\", time-out: 3 s}")
            .tool("keyless", "{driver: openai, at: \"MODEL\", time-out: 3 s}")
            .tool("dying", SERVER.formatted("die-at-start"))
            .tool("hanging", SERVER.formatted("hang-at-start"))
            .tool("flooding", SERVER.formatted("flood-at-start"))
            .tool("garbling", SERVER.formatted("garbage-at-start"))
            .tool("exact", Configuration.exact("").replace("time-out: 20 s", "time-out: 3 s"))
            .agent("faults", """
                    may-use:
                      model.chat: {where: any}
                      exact.echo: {where: any}
                      exact.die: {where: any}
                      exact.hang: {where: any}
                      exact.fail: {where: any}
                      exact.flood: {where: any}
                      exact.garbage: {where: any}
                    """)
            .agent("dies", "may-use: {dying.echo: {where: any}}")
            .agent("hangs", "may-use: {hanging.echo: {where: any}}")
            .agent("floods", "may-use: {flooding.echo: {where: any}}")
            .agent("garbles", "may-use: {garbling.echo: {where: any}}")
            .agent("offline", "may-use: {unreachable.chat: {where: any}}")
            .agent("locked", "may-use: {keyless.chat: {where: any}}"));

    static void assertClear(Outcome outcome, String... says) {
        assertThat(outcome.exit()).as("%s", outcome).isNotZero();
        for (String word : says) {
            assertThat(outcome.err()).contains(word);
        }
        assertThat(outcome.err())
                .contains("ambit: error: ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception")
                .doesNotContain("this should not have happened");
    }

    @Test
    void everyFaultOfATheModelIsACleanAnswerInTime() throws Exception {
        JsonNode said = KERNEL.get().guest("alice", "faults", """
                        import time
                        def timed(action):
                            begun = time.monotonic()
                            answer = str(attempt(action))[:300]
                            return [answer, time.monotonic() - begun]
                        models = ("stall", "cut", "down", "garbage", "busy")
                        say(
                            whole={m: timed(lambda: chat("one two three four", model=m)) for m in models},
                            streamed={m: timed(lambda: chat_stream("one two three four", model=m)) for m in models},
                            flood=timed(lambda: chat_stream("x", model="flood", timeout=60)),
                            big=timed(lambda: len(json.dumps(chat("x", model="bigjson")))),
                            good=chat("still fine")["choices"][0]["message"]["content"],
                        )
                        """).exits(0).said();
        for (String kind : List.of("whole", "streamed")) {
            said.get(kind).properties().forEach(each -> {
                assertThat(each.getValue().get(1).asDouble())
                        .as("%s %s", kind, each)
                        .isLessThan(20);
                assertThat(each.getValue().get(0).asString())
                        .as("%s %s", kind, each)
                        .doesNotContain("Exception in")
                        .doesNotContain("canary");
            });
        }
        // A stream that was cut has no end mark: the client knows that it is not whole.
        for (String model : List.of("stall", "cut")) {
            assertThat(said.get("streamed").get(model).get(0).asString()).doesNotContain("True)");
        }
        assertThat(said.get("flood").get(1).asDouble()).isLessThan(60);
        assertThat(said.get("flood").get(0).asString()).doesNotContain("True)");
        assertThat(said.get("good").asString()).isEqualTo("still fine");
    }

    @Test
    void everyFaultOfAServerIsADenialThatSaysWhatHappenedAndTheNextCallWorks() throws Exception {
        JsonNode said = KERNEL.get().guest("alice", "faults", """
                        import time
                        def timed(name, **params):
                            begun = time.monotonic()
                            answer = tool(name, **params)
                            return [answer.get("code", "OK"), str(answer)[:300], time.monotonic() - begun]
                        say(
                            fail=timed("exact.fail"),
                            die=timed("exact.die"), after_die=timed("exact.echo", text="x"),
                            hang=timed("exact.hang"), after_hang=timed("exact.echo", text="x"),
                            flood=timed("exact.flood", megabytes=64), after_flood=timed("exact.echo", text="x"),
                            garbage=timed("exact.garbage"), after_garbage=timed("exact.echo", text="x"),
                        )
                        """).exits(0).said();
        assertThat(said.get("fail").get(1).asString()).contains("it went wrong");
        assertThat(said.get("die").get(0).asString()).isIn("DRIVER_FAILED", "DRIVER_UNAVAILABLE");
        assertThat(said.get("hang").get(0).asString()).isEqualTo("TIMED_OUT");
        assertThat(said.get("flood").get(0).asString()).isIn("TOO_LARGE", "DRIVER_FAILED");
        for (String after : List.of("after_die", "after_hang", "after_flood", "after_garbage")) {
            assertThat(said.get(after).get(0).asString())
                    .as("%s: %s", after, said)
                    .isEqualTo("OK");
        }
        said.properties()
                .forEach(each -> assertThat(each.getValue().get(2).asDouble())
                        .as(each.getKey())
                        .isLessThan(15));
    }

    @Test
    void aServerThatDoesNotStartIsNamedBeforeAnythingRuns() throws Exception {
        Installation ambit = KERNEL.get();
        for (Map.Entry<String, String> each : Map.of("dies", "dying", "hangs", "hanging", "floods", "flooding")
                .entrySet()) {
            Outcome outcome = ambit.guest("alice", each.getKey(), "print('ran')");
            assertClear(outcome, each.getValue());
            assertThat(outcome.out()).doesNotContain("ran");
        }
    }

    @Test
    void aModelThatIsNotThereOrWantsAKeyIsADenialWithAReason() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode offline = ambit.guest("alice", "offline", "say(a=chat('x'))")
                .exits(0)
                .said()
                .get("a");
        assertThat(offline.get("status").asInt()).isGreaterThanOrEqualTo(500);
        assertThat(offline.toString()).contains("error").doesNotContain("Exception");
        JsonNode locked = ambit.guest("alice", "locked", "say(a=chat('x'))")
                .exits(0)
                .said()
                .get("a");
        assertThat(locked.toString()).contains("401");
    }

    @Test
    void brokenConfigurationIsRefusedWithItsPlaceAndTheKernelGoesOn() throws Exception {
        Installation ambit = KERNEL.get();
        Path yaml = ambit.root().resolve("ambit.yaml");
        String good = Files.readString(yaml);
        Map<String, String> bad = Map.of(
                "tenant: [",
                "ambit.yaml:",
                good.replace("agents:", "agent:"),
                "agent",
                good.replace("may-run", "may_run"),
                "may_run",
                good.replace("driver: mcp", "driver: ftp"),
                "ftp",
                good.replace("model.chat", "modell.chat"),
                "modell",
                good.replace("/usr/bin/python3, /server", "/opt/missing/python, /server"),
                "/opt/missing/python",
                good.replace("sees: {/server: server}", "sees: {/server: no-such-directory}"),
                "no-such-directory",
                good + "\ntenant: again\n",
                "tenant",
                "",
                "the file is empty");
        long before = ambit.log().size();
        try {
            for (Map.Entry<String, String> each : bad.entrySet()) {
                Files.writeString(yaml, each.getKey());
                Outcome outcome = ambit.guest("print('ran')");
                assertClear(outcome.exits(2), each.getValue());
                assertThat(outcome.out()).isEmpty();
            }
        } finally {
            Files.writeString(yaml, good);
        }
        assertThat(ambit.log()).hasSize((int) before);
        ambit.guest("say(x=1)").exits(0);
    }

    @Test
    void jsonThatIsMalformedHugeDeepOrAmbiguousIsRefusedAtEveryDoor() throws Exception {
        JsonNode said = KERNEL.guest("""
                        h = handle("exact.echo").encode()
                        huge = b'"' + b"x" * (1 << 21) + b'"'
                        deep = b"[" * 200 + b"]" * 200
                        values = {"malformed": b'{"text": ', "huge": huge, "deep": deep, "duplicate": b'{"text": "a", "text": "b"}',
                                  "surrogate": b'{"text": "\\\\ud800"}', "utf8": b'{"text": "\\xff\\xfe"}', "exponent": b'{"text": 1e999999}',
                                  "nan": b'{"text": NaN}', "trailing": b'{"text": "a"} x', "comment": b'{"text": /* */ "a"}'}
                        doors = {
                            "tool_call": ("/syscall/tool_call", lambda v: b'{"handle": "' + h + b'", "params": ' + v + b"}"),
                            "memory_write": ("/syscall/memory_write", lambda v: b'{"key": "user/notes/bad", "value": ' + v + b"}"),
                            "memory_read": ("/syscall/memory_read", lambda v: b'{"key": ' + v + b"}"),
                            "spawn_child": ("/syscall/spawn_child", lambda v: b'{"handle": "' + h + b'", "input": "", "narrow": ' + v + b"}"),
                            "log": ("/syscall/log", lambda v: b'{"event": ' + v + b"}"),
                            "openai": ("/v1/chat/completions", lambda v: b'{"model": "echo", "messages": [], "x": ' + v + b"}"),
                            "mcp": ("/mcp", lambda v: b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "echo", "arguments": ' + v + b"}}"),
                        }
                        session = {"Mcp-Session-Id": Mcp().session}
                        def send(path, body, via):
                            return request("POST", path, body, session, via)[0]
                        say(
                            answers={f"{door} {name}": attempt(lambda: send(path, build(value), "unix"))
                                     for door, (path, build) in doors.items() for name, value in values.items()},
                            loopback={f"{door} {name}": attempt(lambda: send(path, build(values[name]), "tcp"))
                                     for door, (path, build) in doors.items() for name in ("malformed", "duplicate", "deep")},
                            empty=[attempt(lambda: send(path, b"", "unix")) for path, _ in doors.values()],
                            nothing=read("user/notes/bad").get("value"),
                            works=tool("exact.echo", text="fine")["ok"],
                        )
                        """).exits(0).said();
        for (String kind : List.of("answers", "loopback")) {
            said.get(kind).properties().forEach(each -> {
                // A body beyond the limit may also end with the connection.
                boolean cut = each.getKey().contains("huge") && each.getValue().isString();
                assertThat(cut || List.of(400, 413).contains(each.getValue().asInt(-1)))
                        .as("%s: %s", each.getKey(), each.getValue())
                        .isTrue();
            });
        }
        assertThat(said.get("empty"))
                .allSatisfy(status -> assertThat(status.asInt()).isEqualTo(400));
        assertThat(said.get("nothing") == null || said.get("nothing").isNull()).isTrue();
        assertThat(said.get("works").asBoolean()).isTrue();
    }

    @Test
    void bytesThatAreNoHttpDoNotDisturbAnybody() throws Exception {
        JsonNode said = KERNEL.guest("""
                        import os, socket
                        def raw(data, via):
                            s = socket.socket(socket.AF_UNIX) if via == "unix" else socket.socket()
                            s.settimeout(10)
                            s.connect("/run/kernel.sock" if via == "unix" else ("127.0.0.1", 7070))
                            try:
                                s.sendall(data); s.shutdown(socket.SHUT_WR)
                                return s.recv(100).decode(errors="replace")
                            finally:
                                s.close()
                        junk = [os.urandom(4096), b"\\0" * 10000, b"GET " + b"/" * 100000 + b" HTTP/1.1\\r\\n\\r\\n", b"\\r\\n" * 1000,
                                b"POST /syscall/log HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n",
                                b"POST /syscall/log HTTP/1.1\\r\\nContent-Length: 99999999999\\r\\n\\r\\n{",
                                b"POST /syscall/log HTTP/1.1\\r\\nHost: k\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 3\\r\\n\\r\\nzz\\r\\n",
                                b"GET /syscall/handles HTTP/1.1\\r\\n" + b"A: b\\r\\n" * 50000 + b"\\r\\n"]
                        say(answers=[attempt(lambda: raw(each, via)) for each in junk for via in ("unix", "tcp")],
                            works=tool("exact.echo", text="fine")["ok"])
                        """).exits(0).said();
        assertThat(said.get("answers"))
                .allSatisfy(answer -> assertThat(answer.asString()).doesNotContain(" 200 "));
        assertThat(said.get("works").asBoolean()).isTrue();
    }

    @Test
    void twoKernelsNeverRunOnOneState() throws Exception {
        Installation ambit = KERNEL.get();
        long supervisor = ambit.pid("supervisor");
        Outcome second = ambit.ambit("supervise", ambit.root().toString());
        assertClear(second.exits(5), "already runs");
        ambit.ambit("up").exits(0);
        assertThat(ambit.pid("supervisor")).isEqualTo(supervisor);
        ambit.guest("say(x=1)").exits(0);
    }

    @Test
    void aRuntimeDirectoryThatSomebodyElseMadeIsRefused() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.down();
        Path runtime = ambit.runtime();
        Files.createSymbolicLink(runtime, ambit.root().resolve("effects"));
        try {
            assertClear(ambit.ambit("up").exits(5), runtime.toString());
            assertThat(ambit.root().resolve("effects")).isEmptyDirectory();
        } finally {
            Files.deleteIfExists(runtime);
            ambit.up();
        }
    }

    @Test
    void anExpiredGrantIsRefusedAndTheHintSaysWhatToDo() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.ambit("grant", "alice", "probe", "--for", "1s").exits(0);
        String id =
                ambit.ambit("grants", "--json").exits(0).json().get(0).get("id").asString();
        Await.until(
                "the grant's end",
                () -> ambit.ambit("grants", "--json")
                                .json()
                                .get(0)
                                .get("expiresS")
                                .asLong()
                        < System.currentTimeMillis() / 1000);
        Outcome outcome = ambit.guest("print('ran')");
        assertClear(outcome.exits(3), "EXPIRED", "ambit grant alice probe");
        assertThat(id).isNotEmpty();
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.guest("say(x=1)").exits(0);
    }
}
