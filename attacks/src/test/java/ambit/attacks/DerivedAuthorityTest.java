package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Where a grant says {@code from}, only what the named tool returned to this transaction can be acted on. */
final class DerivedAuthorityTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "payer", "probe")
            .principal("bob", "payer")
            .agent("payer", """
                    may-use:
                      exact.echo: {where: {text: any}}
                      exact.effect: {where: {name: {from: {field: "exact.echo#content/*/text", calls: 1}}}}
                    may-start: {payee: 100}
                    """)
            .agent("payee", """
                    may-use:
                      exact.echo: {where: {text: any}}
                      exact.effect: {where: {name: any}}
                    """));

    @Test
    void aGuestActsOnWhatAToolReturnedAndOnNothingElse() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode said = ambit.guest("alice", "payer", """
                        guessed = tool("exact.effect", name="DE-derived")["code"]
                        tool("exact.echo", text="DE-derived")
                        once = tool("exact.effect", name="DE-derived")["ok"]
                        twice = tool("exact.effect", name="DE-derived")["code"]
                        tool("exact.echo", text="DE-derived")
                        again = tool("exact.effect", name="DE-derived")["code"]
                        other = tool("exact.effect", name="DE-other")["code"]
                        say(guessed=guessed, once=once, twice=twice, again=again, other=other)
                        """).exits(0).said();
        assertThat(said.get("once").asBoolean()).isTrue();
        for (String refused : new String[] {"guessed", "twice", "again", "other"}) {
            assertThat(said.get(refused).asString()).as(refused).isEqualTo("CONSTRAINT");
        }
        assertThat(ambit.effects("DE-derived")).isEqualTo(1);
        assertThat(ambit.effects("DE-other")).isZero();
        // The control: without `from` the same call reaches the same target.
        assertThat(ambit.guest("alice", "probe", "say(a=tool('exact.effect', name='DE-other')['ok'])")
                        .exits(0)
                        .said()
                        .get("a")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void whatOneTransactionReceivedIsNothingToAnother() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.guest("bob", "payer", "tool('exact.echo', text='DE-bob')").exits(0);
        JsonNode said = ambit.guest("alice", "payer", "say(code=tool('exact.effect', name='DE-bob')['code'])")
                .exits(0)
                .said();
        assertThat(said.get("code").asString()).isEqualTo("CONSTRAINT");
        assertThat(ambit.effects("DE-bob")).isZero();
    }

    @Test
    void aChildHasOnlyTheValuesThatItWasGivenAndSharesTheirCount() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode said = ambit.guest("alice", "payer", """
                        tool("exact.echo", text="DE-child")
                        pay = "print(tool('exact.effect', name='DE-child').get('code', 'OK'))"
                        again = "tool('exact.echo', text='DE-child'); " + pay
                        source = {"received": ["exact.echo#content/*/text"]}
                        without = call(spawn("agent.payee", pay)["handle"], {})
                        given = call(spawn("agent.payee", pay, source)["handle"], {})
                        second = call(spawn("agent.payee", pay, source)["handle"], {})
                        reread = call(spawn("agent.payee", again)["handle"], {})
                        say(without=without, given=given, second=second, reread=reread,
                            own=tool("exact.effect", name="DE-child")["code"])
                        """).exits(0).said();
        assertThat(said.get("without").toString()).contains("CONSTRAINT");
        assertThat(said.get("given").toString()).contains("OK").doesNotContain("CONSTRAINT");
        assertThat(said.get("second").toString()).contains("CONSTRAINT");
        assertThat(said.get("reread").toString()).contains("CONSTRAINT");
        assertThat(said.get("own").asString()).isEqualTo("CONSTRAINT");
        assertThat(ambit.effects("DE-child")).isEqualTo(1);
    }
}
