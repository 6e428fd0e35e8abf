package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Over all children, siblings and restarts, uses never exceed the count. */
final class CountedTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "crowd", "plenty", "careful", "twice", "narrowing")
            .principal("bob", "crowd")
            .agent("crowd", """
                    may-use:
                      exact.effect: {where: {name: any}, at-most: 40}
                    may-start: {child: 100}
                    """)
            .agent("plenty", """
                    may-use:
                      exact.effect: {where: {name: any}, at-most: 1000}
                    """)
            .agent("careful", """
                    may-use:
                      exact.effect: {where: {name: any}, at-most: 10, per-run: 3}
                    """)
            .agent("narrowing", """
                    may-use:
                      exact.effect: {where: {name: any}, at-most: 20}
                    may-start: {child: 100}
                    """)
            .agent("twice", """
                    may-use:
                      exact.effect: {where: {name: any}, at-most: 20}
                    may-start: {child: 100}
                    """));

    /** 8 calls at once here and 8 at once in each of two children. */
    private static final String CROWD = """
            def act(name):
                answers = parallel(8, lambda i: post("/syscall/tool_call", {"handle": H, "params": {"name": name}}))
                return [a.get("code", "OK") for a in answers]
            H = handle("exact.effect")
            program = '''
            H = handle("exact.effect")
            answers = parallel(8, lambda i: post("/syscall/tool_call", {"handle": H, "params": {"name": "NAME"}}))
            print(json.dumps([a.get("code", "OK") for a in answers]))
            '''
            children = [spawn("agent.child", program) for _ in range(2)]
            mine = act("NAME")
            theirs = [call(child["handle"], {}) for child in children]
            for each in theirs:
                each.pop("proof", None)  # whose letters may look like an outcome
            say(mine=mine, theirs=[json.dumps(each) for each in theirs])
            """;

    @Test
    void callsAtOnceOfSeveralTransactionsAndTheirChildrenShareOneCountExactly() throws Exception {
        Installation ambit = KERNEL.get();
        List<Running> crowds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            crowds.add(ambit.beginGuest("alice", "crowd", CROWD.replace("NAME", "crowded")));
        }
        int allowed = 0;
        int refused = 0;
        for (Running crowd : crowds) {
            String said = crowd.finish().exits(0).said().toString();
            allowed += occurrences(said, "OK");
            refused += occurrences(said, "USES_EXHAUSTED");
        }
        // 4 transactions of 3 contexts with 8 calls each: 40 of 96 are allowed.
        assertThat(allowed).isEqualTo(40);
        assertThat(refused).isEqualTo(56);
        assertThat(ambit.effects("crowded")).isEqualTo(40);
        // The control: another grant, and another principal's, still have theirs.
        assertThat(ambit.guest("alice", "plenty", "say(a=tool('exact.effect', name='plenty')['ok'])")
                        .exits(0)
                        .said()
                        .get("a")
                        .asBoolean())
                .isTrue();
        assertThat(ambit.guest("bob", "crowd", "say(a=tool('exact.effect', name='of bob')['ok'])")
                        .exits(0)
                        .said()
                        .get("a")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aCountGoesOnAfterTheKernelWasStoppedAndAfterItWasKilled() throws Exception {
        Installation ambit = KERNEL.get();
        String ten = "say(codes=[tool('exact.effect', name='twice').get('code', 'OK') for _ in range(9)])";
        ambit.guest("alice", "twice", ten).exits(0);
        ambit.down();
        ambit.up();
        ambit.guest("alice", "twice", ten).exits(0);
        ProcessHandle.of(ambit.pid("core")).orElseThrow().destroyForcibly();
        Await.until(
                "the kernel's restart",
                () -> ambit.status().get("restarts").asInt() == 1
                        && ambit.status().get("state").asString().equals("ready"));
        String said = ambit.guest("alice", "twice", ten).exits(0).said().toString();
        assertThat(occurrences(said, "OK")).isEqualTo(2);
        assertThat(occurrences(said, "USES_EXHAUSTED")).isEqualTo(7);
        assertThat(ambit.effects("twice")).isEqualTo(20);
    }

    @Test
    void whatARunMayUseIsCountedForTheRunAndForTheGrant() throws Exception {
        Installation ambit = KERNEL.get();
        String five = "say(codes=[tool('exact.effect', name='careful').get('code', 'OK') for _ in range(5)])";
        List<Integer> perRun = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String said = ambit.guest("alice", "careful", five).exits(0).said().toString();
            perRun.add(occurrences(said, "OK"));
        }
        assertThat(perRun).containsExactly(3, 3, 3, 1);
        assertThat(ambit.effects("careful")).isEqualTo(10);
    }

    @Test
    void aChildCannotRaiseTheCountThatItWasGiven() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode said = ambit.guest("alice", "narrowing", """
                        program = "print([tool('exact.effect', name='narrowed').get('code', 'OK') for _ in range(4)])"
                        less = spawn("agent.child", program, {"exact.effect": {"at-most": 0}})
                        more = spawn("agent.child", program, {"exact.effect": {"at-most": 1000000}})
                        none = spawn("agent.child", "print(sorted(handles()))", {"exact.effect": False})
                        say(less=call(less["handle"], {}), more=call(more["handle"], {}), none=call(none["handle"], {}),
                            left=handles()["exact.effect"]["usesLeft"])
                        """).exits(0).said();
        assertThat(occurrences(said.get("less").toString(), "'OK'")).isZero();
        assertThat(occurrences(said.get("more").toString(), "'OK'")).isLessThanOrEqualTo(4);
        assertThat(said.get("none").toString()).doesNotContain("exact.effect");
        assertThat(ambit.effects("narrowed")).isLessThanOrEqualTo(4);
    }

    @Test
    void refusedCallsCostNothing() throws Exception {
        JsonNode said = KERNEL.get().guest("alice", "plenty", """
                        before = handles()["exact.effect"]["usesLeft"]
                        refused = [call(handle("exact.effect"), {"nam": "x"})["code"] for _ in range(5)]
                        allowed = tool("exact.effect", name="counted once")["ok"]
                        say(refused=refused, allowed=allowed, spent=before - handles()["exact.effect"]["usesLeft"])
                        """).exits(0).said();
        assertThat(said.get("refused")).hasSize(5);
        assertThat(said.get("allowed").asBoolean()).isTrue();
        assertThat(said.get("spent").asInt()).isEqualTo(1);
    }

    private static int occurrences(String text, String word) {
        return text.split(java.util.regex.Pattern.quote(word), -1).length - 1;
    }
}
