package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Every effect is decided over a signed chain that can only narrow. */
final class ChainedTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(
            Configuration.usual().principal("alice", "probe", "parent").agent("parent", """
                    may-use:
                      exact.echo: {where: {text: {prefix: "allowed"}}}
                      exact.look: {where: {path: {under: /server}}, delegate: false}
                      exact.effect: {where: {name: any}, delegate: only}
                    may-start: {child: 10}
                    """));

    @Test
    void aGrantWithOneByteChangedIsRefusedAndTheOriginalIsNot() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        Path grant = grantOf(ambit, "bob");
        byte[] original = Files.readAllBytes(grant);
        for (int at : new int[] {original.length / 3, original.length / 2, original.length - 1}) {
            byte[] changed = original.clone();
            changed[at] ^= 4;
            Files.write(grant, changed);
            Outcome outcome = ambit.guest("bob", "probe", "print('ran')");
            assertThat(outcome.exit()).as("%s", outcome).isIn(2, 3);
            assertThat(outcome.out()).doesNotContain("ran");
            assertThat(outcome.err()).contains("ambit: error: ").doesNotContain("\tat ");
        }
        Files.write(grant, original);
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
    }

    @Test
    void aGrantOfAnotherTenantIsWorthNothingHere() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        Path own = grantOf(ambit, "bob");
        try (Installation foreign = Installation.make(ambit.mode())) {
            foreign.up();
            foreign.guest("bob", "probe", "say(x=1)").exits(0);
            byte[] original = Files.readAllBytes(own);
            Files.write(own, Files.readAllBytes(grantOf(foreign, "bob")));
            Outcome outcome = ambit.guest("bob", "probe", "print('ran')");
            Files.write(own, original);
            assertThat(outcome.exit()).as("%s", outcome).isIn(2, 3);
            assertThat(outcome.out()).doesNotContain("ran");
        }
    }

    private static Path grantOf(Installation ambit, String principal) throws Exception {
        JsonNode grants = ambit.ambit("grants", "--json").exits(0).json();
        for (JsonNode grant : grants) {
            if (grant.get("principal").asString().equals(principal)) {
                try (Stream<Path> files = Files.list(ambit.state().resolve("grants"))) {
                    return files.filter(file -> file.getFileName()
                                    .toString()
                                    .equals(grant.get("id").asString() + ".grant"))
                            .findFirst()
                            .orElseThrow();
                }
            }
        }
        throw new AssertionError("no grant of " + principal + " in " + grants);
    }

    @Test
    void aChildHasNoMoreThanItsParentWhateverIsAskedForIt() throws Exception {
        JsonNode said = KERNEL.get().guest("alice", "parent", """
                        look = "print([tool('exact.echo', text=t).get('code', 'OK') for t in ('allowed x', 'other', 'deep')], sorted(handles()))"
                        def child(narrow):
                            answer = spawn("agent.child", look, narrow)
                            return str(call(answer["handle"], {}).get("result")) if answer.get("ok") else answer.get("code")
                        say(
                            plain=child(None),
                            wider=child({"exact.echo": {"where": {"text": "any"}}}),
                            other=child({"exact.echo": {"where": {"text": "other"}}}),
                            open=child({"exact.echo": {"where": {"*": "any"}}}),
                            narrower=child({"exact.echo": {"where": {"text": "allowed only this"}}}),
                            invented=child({"exact.fail": {"at-most": 5}}),
                            own=[tool("exact.echo", text="allowed x").get("code", "OK"), tool("exact.echo", text="other")["code"]],
                            only=tool("exact.effect", name="x").get("code", "OK"),
                        )
                        """).exits(0).said();
        assertThat(said.get("own").toString()).isEqualTo("[\"OK\",\"CONSTRAINT\"]");
        assertThat(said.get("only").asString()).isEqualTo("MAY_NOT_USE");
        for (String name : List.of("plain", "wider", "open")) {
            assertThat(said.get(name).asString())
                    .as(name)
                    .contains("['OK', 'CONSTRAINT', 'CONSTRAINT']")
                    .contains("exact.echo")
                    .doesNotContain("exact.look");
        }
        assertThat(said.get("other").asString()).contains("['CONSTRAINT', 'CONSTRAINT', 'CONSTRAINT']");
        assertThat(said.get("narrower").asString()).contains("['CONSTRAINT', 'CONSTRAINT', 'CONSTRAINT']");
        assertThat(said.get("invented").asString()).isEqualTo("MALFORMED");
    }

    @Test
    void whatTheGrantDoesNotNameHasNoHandleAndWhatTheConstraintForbidsIsRefused() throws Exception {
        JsonNode said = KERNEL.get().guest("""
                        h = handle("exact.look")
                        paths = ["/server/exact.py", "/etc/passwd", "/server/../etc/passwd", "/serverx", "server/exact.py", "//server/exact.py",
                                 "/server/./../etc/passwd", "/SERVER/exact.py", "/server\\u0000/../etc/passwd", "/server/exact.py/.."]
                        say(
                            names=sorted(handles()),
                            tools=Mcp().tools(),
                            looks={p: call(h, {"path": p}).get("code", "OK") for p in paths},
                            shapes=[call(h, p).get("code", "OK") for p in (
                                {"path": ["/server/exact.py"]}, {"path": {"under": "/server"}}, {"path": None}, {"path": 1}, {},
                                {"path": "/server/exact.py", "extra": 1}, {"Path": "/server/exact.py"})],
                            raw=request("POST", "/syscall/tool_call", b'{"handle": "' + h.encode() +
                                b'", "params": {"path": "/server/exact.py", "path": "/etc/passwd"}}')[0],
                            mcp=[Mcp().call(n, path="/etc/passwd").get("error", {}).get("code", "listed") for n in ("leak", "credential", "exact.look")],
                        )
                        """).exits(0).said();
        assertThat(said.get("names").toString()).doesNotContain("leak", "credential", "die");
        assertThat(said.get("tools").toString()).doesNotContain("leak", "credential", "die");
        assertThat(said.get("looks").get("/server/exact.py").asString()).isEqualTo("OK");
        said.get("looks").properties().stream()
                .filter(each -> !each.getKey().equals("/server/exact.py"))
                .forEach(each ->
                        assertThat(each.getValue().asString()).as(each.getKey()).isNotEqualTo("OK"));
        assertThat(said.get("shapes"))
                .allSatisfy(code -> assertThat(code.asString()).isNotEqualTo("OK"));
        assertThat(said.get("raw").asInt()).isEqualTo(400);
        assertThat(said.get("mcp")).allSatisfy(code -> assertThat(code.asInt()).isEqualTo(-32602));
    }
}
