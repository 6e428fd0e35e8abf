package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** No syscall takes a context, tenant, user, credential or absolute partition: what is another's has no name here. */
final class UnaddressableTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    /** A transaction that leaves traces of every kind, tells what they are, and lives until it is told to end. */
    private static final String VICTIM = """
            import socket, subprocess, sys
            open("/tmp/secret", "w").write("victim's file")
            open("/dev/shm/secret", "w").write("victim's memory")
            open("/home/agent/secret", "w").write("victim's home")
            port = socket.create_server(("127.0.0.1", 5555))
            abstract = socket.socket(socket.AF_UNIX); abstract.bind("\\0victim"); abstract.listen()
            named = socket.socket(socket.AF_UNIX); named.bind("/tmp/victim.sock"); named.listen()
            sleeper = subprocess.Popen(["sleep", "1000"])
            write("draft", "victim's draft")
            mcp = Mcp()
            tool("exact.remember", value="victim's words")
            # The control: what another transaction looks for is there for this one.
            own = {
                "files": [open(f).read() for f in ("/tmp/secret", "/dev/shm/secret", "/home/agent/secret")],
                "tcp": attempt(lambda: str(socket.create_connection(("127.0.0.1", 5555), 2) and "connected")),
                "abstract": attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0victim") or "connected"),
                "named": attempt(lambda: socket.socket(socket.AF_UNIX).connect("/tmp/victim.sock") or "connected"),
                "draft": read("draft").get("value"),
                "words": text(tool("exact.recall")),
                "session": len(Mcp(session=mcp.session).tools()) > 0,
                "handle": call(handle("exact.echo"), {"text": "mine"})["ok"],
                "sleeper": open(f"/proc/{sleeper.pid}/cmdline", "rb").read().startswith(b"sleep\\0"),
            }
            print(json.dumps({"handles": [h["handle"] for h in handles().values()], "session": mcp.session, "own": own}), flush=True)
            sys.stdin.readline()
            sleeper.kill()
            """;

    /** Looks for all that the victim has. FOREIGN is what the victim told of itself. */
    private static final String THIEF = """
            import glob, socket
            foreign = json.loads(r'''FOREIGN''')
            say(
                calls=[call(h, {"text": "x"}).get("code") for h in foreign["handles"]],
                spawns=[post("/syscall/spawn_child", {"handle": h, "input": ""}).get("code") for h in foreign["handles"]],
                session=Mcp(session=foreign["session"]).send("tools/list", {})[0],
                files=[attempt(lambda: open(f).read()) for f in ("/tmp/secret", "/dev/shm/secret", "/home/agent/secret")],
                tcp=attempt(lambda: str(socket.create_connection(("127.0.0.1", 5555), 2) and "connected")),
                abstract=attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0victim") or "connected"),
                named=attempt(lambda: socket.socket(socket.AF_UNIX).connect("/tmp/victim.sock") or "connected"),
                draft=read("draft"),
                words=text(tool("exact.recall")),
                sleepers=[p for p in glob.glob("/proc/[0-9]*/cmdline") if open(p, "rb").read().startswith(b"sleep\\0")],
                sockets=open("/proc/net/unix").read().count("victim"),
                own=call(handle("exact.echo"), {"text": "mine"})["ok"],
            )
            """;

    @Test
    void twoTransactionsOfOneUserAtTheSameTimeCanNameNothingOfEachOther() throws Exception {
        try (Running victim = KERNEL.get().beginTalk("alice", "probe", VICTIM)) {
            String foreign = firstLine(victim);
            assertVictimHasAll(foreign);
            JsonNode stolen =
                    KERNEL.guest(THIEF.replace("FOREIGN", foreign)).exits(0).said();
            assertNothingWasStolen(stolen);
            victim.type("end");
            victim.endInput();
            victim.finish().exits(0);
        }
    }

    @Test
    void aLaterTransactionOfTheSameUserCanNameNothingOfAnEarlierOne() throws Exception {
        String foreign;
        try (Running victim = KERNEL.get().beginTalk("alice", "probe", VICTIM)) {
            foreign = firstLine(victim);
            victim.type("end");
            victim.endInput();
            victim.finish().exits(0);
        }
        assertVictimHasAll(foreign);
        assertNothingWasStolen(
                KERNEL.guest(THIEF.replace("FOREIGN", foreign)).exits(0).said());
    }

    private static String firstLine(Running victim) throws Exception {
        String out = victim.printed("\n").out();
        return out.substring(0, out.indexOf('\n'));
    }

    private static void assertVictimHasAll(String told) {
        JsonNode own =
                new tools.jackson.databind.json.JsonMapper().readTree(told).get("own");
        assertThat(own.get("files").toString()).contains("victim's file", "victim's memory", "victim's home");
        assertThat(own.get("tcp").asString()).isEqualTo("connected");
        assertThat(own.get("abstract").asString()).isEqualTo("connected");
        assertThat(own.get("named").asString()).isEqualTo("connected");
        assertThat(own.get("draft").asString()).isEqualTo("victim's draft");
        assertThat(own.get("words").asString()).contains("victim's words");
        assertThat(own.get("session").asBoolean()).isTrue();
        assertThat(own.get("handle").asBoolean()).isTrue();
        assertThat(own.get("sleeper").asBoolean()).isTrue();
    }

    private static void assertNothingWasStolen(JsonNode stolen) {
        assertThat(stolen.get("calls"))
                .allSatisfy(code -> assertThat(code.asString()).isEqualTo("UNKNOWN_HANDLE"));
        assertThat(stolen.get("spawns"))
                .allSatisfy(code -> assertThat(code.asString()).isEqualTo("UNKNOWN_HANDLE"));
        assertThat(stolen.get("session").asInt()).isEqualTo(404);
        assertThat(stolen.get("files"))
                .allSatisfy(file -> assertThat(file.asString()).startsWith("FileNotFoundError"));
        assertThat(stolen.get("tcp").asString()).startsWith("ConnectionRefusedError");
        assertThat(stolen.get("abstract").asString()).startsWith("ConnectionRefusedError");
        assertThat(stolen.get("named").asString()).startsWith("FileNotFoundError");
        assertThat(stolen.get("draft").toString()).doesNotContain("victim");
        assertThat(stolen.get("words").asString()).isEqualTo("[]");
        assertThat(stolen.get("sleepers")).isEmpty();
        assertThat(stolen.get("sockets").asInt()).isZero();
        assertThat(stolen.get("own").asBoolean()).isTrue();
    }

    @Test
    void aCallThatNamesAContextATenantOrAUserIsMalformedAndTheSameCallWithoutIsNot() throws Exception {
        JsonNode said = KERNEL.guest("""
                        h = handle("exact.echo")
                        calls = {
                            "tool_call": {"handle": h, "params": {"text": "x"}},
                            "memory_read": {"key": "a"},
                            "memory_write": {"key": "a", "value": 1},
                            "spawn_child": {"handle": handle("agent.child"), "input": "pass"},
                            "log": {"event": "x"},
                        }
                        names = ["context", "tenant", "user", "principal", "transaction", "credential", "partition", "as"]
                        say(
                            plain={name: post("/syscall/" + name, body)["status"] for name, body in calls.items()},
                            named={f"{name} {more}": post("/syscall/" + name, body | {more: "bob"})["status"]
                                   for name, body in calls.items() for more in names},
                        )
                        """).exits(0).said();
        assertThat(said.get("plain"))
                .allSatisfy(status -> assertThat(status.asInt()).isEqualTo(200));
        assertThat(said.get("named")).hasSize(40);
        assertThat(said.get("named"))
                .allSatisfy(status -> assertThat(status.asInt()).isEqualTo(400));
    }

    @Test
    void headersAndPathsDoNotSayWhoCalls() throws Exception {
        JsonNode said = KERNEL.guest("""
                        headers = {"X-Ambit-Context": "00" * 16, "Authorization": "Bearer bob", "X-Forwarded-For": "bob",
                                   "Host": "bob.kernel", "Cookie": "user=bob"}
                        mine = sorted(each["handle"] for each in handles().values())
                        _, _, data = request("GET", "/syscall/handles", headers=headers)
                        _, _, other = request("GET", "/syscall/handles", headers=headers, via="tcp")
                        listed = [sorted(each["handle"] for each in json.loads(d)["handles"]) for d in (data, other)]
                        paths = ["/syscall/../syscall/handles/bob", "/bob/syscall/handles", "/syscall/handles/bob",
                                 "/contexts", "/syscall/contexts", "/admin", "//syscall/handles/bob"]
                        say(same=all(each == mine for each in listed), paths=[request("GET", p)[0] for p in paths])
                        """).exits(0).said();
        assertThat(said.get("same").asBoolean()).isTrue();
        assertThat(said.get("paths"))
                .allSatisfy(status -> assertThat(status.asInt()).isBetween(400, 405));
    }

    @Test
    void aKeyIsRelativeToTheMapHoweverItIsSpelled() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.guest("bob", "probe", "say(wrote=write('user/notes/plan', \"bob's plan\")['ok'])")
                .exits(0);
        // The control: the right principal reads it under its plain name.
        assertThat(ambit.guest("bob", "probe", "say(got=read('user/notes/plan').get('value'))")
                        .said()
                        .get("got")
                        .asString())
                .isEqualTo("bob's plan");
        JsonNode said = KERNEL.guest("""
                        keys = ["user/notes/plan", "/acme/bob/user/notes/plan", "../bob/user/notes/plan", "bob/user/notes/plan",
                                "user/notes/../../bob/user/notes/plan", "user/bob/notes/plan", "user//notes/plan",
                                "acme/bob/user/notes/plan", "tenant/acme/user/bob/notes/plan", "user/notes/%2e%2e/plan",
                                "user/other/plan", "user/notes", "user/", "/", ".", "..", "", "inherited/plan", "own/../plan",
                                "user/notes\\u0000/plan", "USER/NOTES/plan", "user/notes/plan/", "user\\\\notes\\\\plan"]
                        say(answers={key: read(key) for key in keys}, writes={key: write(key, "x") for key in keys if "bob" in key})
                        """).exits(0).said();
        assertThat(said.get("answers").toString()).doesNotContain("bob's plan");
        ambit.guest("bob", "probe", "assert read('user/notes/plan')['value'] == \"bob's plan\"")
                .exits(0);
    }
}
