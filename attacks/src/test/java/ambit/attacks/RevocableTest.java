package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When revoke returns, nothing at or below the revoked block gets another permit, also after a restart. */
final class RevocableTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    private static final String TALKER = """
            import sys
            child = spawn("agent.child", '''
            first = tool("exact.effect", name="child before").get("code", "OK")
            deadline = __import__("time").monotonic() + 20
            code = "OK"
            while code == "OK" and __import__("time").monotonic() < deadline:
                code = tool("exact.echo", text="still?").get("code", "OK")
            print(first, code)
            ''')
            print(json.dumps([tool("exact.effect", name="before").get("code", "OK"), read("a").get("code", "OK")]), flush=True)
            sys.stdin.readline()
            print(json.dumps({
                "effect": tool("exact.effect", name="after").get("code"), "model": chat("x").get("error", {}).get("code"),
                "read": read("a").get("code"), "write": write("a", 1).get("code"), "log": log("x").get("code"),
                "spawn": spawn("agent.child", "pass").get("code"), "mcp": Mcp().call("echo", text="x")["content"][0]["text"],
                "child": call(child["handle"], {}) }), flush=True)
            """;

    @Test
    void theNextCallOfARunningTransactionAndOfItsChildIsRefusedAlsoAfterARestart() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.guest("bob", "probe", "say(ok=tool('exact.effect', name='of bob')['ok'])")
                .exits(0);
        try (Running talker = ambit.beginTalk("alice", "probe", TALKER)) {
            talker.printed("[\"OK\", \"OK\"]");
            Await.until("the child's effect", () -> ambit.effects("child before") == 1);
            String grant = grantOf(ambit, "alice");
            ambit.ambit("revoke", grant, "--why", "a test").exits(0);
            talker.type("go");
            talker.endInput();
            Outcome outcome = talker.finish();
            String after = outcome.out()
                    .lines()
                    .filter(line -> line.startsWith("{\"effect\""))
                    .findFirst()
                    .orElse("");
            if (!after.isEmpty()) {
                assertThat(after)
                        .contains("\"effect\": \"REVOKED\"", "\"model\": \"REVOKED\"", "\"spawn\": \"REVOKED\"")
                        // The broker ends a revoked context soon after; the last call may come later than that.
                        .containsPattern("denied \\((REVOKED|CONTEXT_ENDED)\\)")
                        .doesNotContain("\"ok\": true, \"result\"");
            } else {
                // The broker was told to kill it before it could ask again.
                assertThat(outcome.exit()).isNotZero();
            }
        }
        assertThat(ambit.effects("after")).isZero();
        Outcome again = ambit.guest("say(x=1)").exits(3);
        assertThat(again.err()).contains("REVOKED");
        ambit.down();
        ambit.up();
        assertThat(ambit.guest("say(x=1)").exits(3).err()).contains("REVOKED").doesNotContain("Exception");
        // The controls: another principal's grant still holds, and a new grant by hand works.
        ambit.guest("bob", "probe", "say(ok=tool('exact.effect', name='of bob')['ok'])")
                .exits(0);
        assertThat(ambit.effects("of bob")).isEqualTo(2);
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.guest("say(ok=tool('exact.echo', text='x')['ok'])").exits(0);
    }

    @Test
    void aGrantOfATenantThatDidNotSignTheRevocationIsNotTouched() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        assertThat(ambit.ambit("revoke", "00".repeat(16)).exit()).isIn(0, 2, 3);
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
    }

    private static String grantOf(Installation ambit, String principal) throws Exception {
        for (var grant : ambit.ambit("grants", "--json").exits(0).json()) {
            if (grant.get("principal").asString().equals(principal)) {
                return grant.get("id").asString();
            }
        }
        throw new AssertionError("no grant of " + principal);
    }
}
