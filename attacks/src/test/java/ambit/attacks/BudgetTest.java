package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Over all runs, children and restarts, calls never spend more than a budget has, nor faster than a rate allows. */
final class BudgetTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.with(Configuration.usual()
            .principal("alice", "spender", "talker", "whisperer", "leaver", "hasty", "probe")
            .agent("spender", """
                    budgets: {marks: {at-most: 40, per-run: 25}}
                    may-use:
                      exact.effect: {where: {name: any}, costs: {marks: 5}}
                    may-start: {spent: 100}
                    """)
            .agent("spent", """
                    budgets: {marks: 10}
                    may-use:
                      exact.effect: {where: {name: any}, costs: {marks: 5}}
                    """)
            .agent("talker", """
                    budgets: {tokens: 100}
                    may-use:
                      model.chat: {where: any, costs: {tokens: {meter: tokens, at-most: 60}}}
                    """)
            .agent("whisperer", """
                    budgets: {tokens: 100}
                    may-use:
                      model.chat: {where: any, costs: {tokens: {meter: tokens, at-most: 10}}}
                    """)
            .agent("leaver", """
                    budgets: {tokens: {at-most: 100000, per-run: 10000}}
                    may-use:
                      model.chat: {where: any, costs: {tokens: {meter: tokens, at-most: 500}}}
                    """)
            .agent("hasty", """
                    may-use:
                      exact.effect: {where: {name: any}, rate: {uses: 3, per: 1 h}}
                    """));

    private static int occurrences(String text, String word) {
        return text.split(Pattern.quote(word), -1).length - 1;
    }

    @Test
    void runsAndTheirChildrenSpendOneBudgetAndTheirOwnShareOfIt() throws Exception {
        Installation ambit = KERNEL.get();
        String spend = "print([tool('exact.effect', name='spent').get('code', 'OK') for _ in range(4)])";
        JsonNode first = ambit.guest("alice", "spender", """
                        child = call(spawn("agent.spent", "PROGRAM")["handle"], {})
                        less = call(spawn("agent.spent", "PROGRAM", {"budgets": {"marks": 5}})["handle"], {})
                        mine = [tool("exact.effect", name="spent").get("code", "OK") for _ in range(4)]
                        say(child=child, less=less, mine=mine)
                        """.replace("PROGRAM", spend))
                .exits(0)
                .said();
        // In quotes, since the letters alone may stand in a proof.
        assertThat(occurrences(first.get("child").toString(), "'OK'")).isEqualTo(2);
        assertThat(occurrences(first.get("less").toString(), "'OK'")).isEqualTo(1);
        assertThat(first.get("mine").toString()).isEqualTo("[\"OK\",\"OK\",\"BUDGET_EXHAUSTED\",\"BUDGET_EXHAUSTED\"]");
        ambit.down();
        ambit.up();
        String rest = ambit.guest(
                        "alice",
                        "spender",
                        "say(a=[tool('exact.effect', name='spent').get('code', 'OK') for _ in range(5)])")
                .exits(0)
                .said()
                .toString();
        assertThat(occurrences(rest, "OK")).isEqualTo(3);
        assertThat(occurrences(rest, "BUDGET_EXHAUSTED")).isEqualTo(2);
        assertThat(ambit.effects("spent")).isEqualTo(8);
    }

    @Test
    void aModelsAnswerSettlesTheTokensThatItTookWholeAndStreamed() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode said = ambit.guest("alice", "talker", """
                        asked = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}
                        streamed = asked | {"stream": True, "stream_options": {"include_usage": True}}
                        statuses = []
                        while 403 not in statuses and len(statuses) < 60:
                            body = streamed if len(statuses) % 2 else asked
                            statuses.append(request("POST", "/v1/chat/completions", body, via="tcp")[0])
                        say(calls=statuses.count(200), refused=statuses.count(403),
                            code=call(handle("model.chat"), asked)["code"])
                        """).exits(0).said();
        // Each takes 2 tokens and reserves 60, so the last one is made when 40 of the 100 are spent.
        assertThat(said.get("calls").asInt()).isEqualTo(21);
        assertThat(said.get("refused").asInt()).isEqualTo(1);
        assertThat(said.get("code").asString()).isEqualTo("BUDGET_EXHAUSTED");
    }

    @Test
    void aStreamThatDoesNotAskForTheMeterIsMeteredAndToldNothingOfIt() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode said = ambit.guest("alice", "whisperer", """
                        long = {"role": "user", "content": "so " * 40}
                        asked = {"model": "echo", "stream": True, "messages": [long]}
                        replies = [request("POST", "/v1/chat/completions", asked, via="tcp") for _ in range(20)]
                        say(calls=[reply[0] for reply in replies].count(200), told=str(replies[0]))
                        """).exits(0).said();
        // Each takes 80 tokens though it reserves 10: the second begins when 20 are left, and is the last.
        assertThat(said.get("calls").asInt()).isEqualTo(2);
        assertThat(said.get("told").asString()).contains("[DONE]").doesNotContain("prompt_tokens");
    }

    @Test
    void aGuestThatHangsUpBeforeItsAnswerIsDoneIsMeteredAllTheSame() throws Exception {
        Installation ambit = KERNEL.get();
        JsonNode said = ambit.guest("alice", "leaver", """
                        import http.client, json, time
                        asked = json.dumps({"model": "stall", "stream": True,
                                            "messages": [{"role": "user", "content": "so " * 1300}]})
                        statuses = []
                        for _ in range(20):
                            door = http.client.HTTPConnection("127.0.0.1", 7070)
                            door.request("POST", "/v1/chat/completions", asked, {"Content-Type": "application/json"})
                            reply = door.getresponse()
                            statuses.append(reply.status)
                            reply.read1(1)
                            reply.close()
                            door.close()
                            time.sleep(0.2)
                        say(calls=statuses.count(200), refused=statuses.count(403))
                        """).exits(0).said();
        assertThat(said.get("calls").asInt()).isLessThanOrEqualTo(3);
        assertThat(said.get("refused").asInt()).isGreaterThanOrEqualTo(17);
    }

    @Test
    void aRateRefusesWhatComesTooFastAndSaysSoAsTooManyRequests() throws Exception {
        Installation ambit = KERNEL.get();
        String five = "say(a=[tool('exact.effect', name='hasty').get('code', 'OK') for _ in range(5)])";
        String said = ambit.guest("alice", "hasty", five).exits(0).said().toString();
        assertThat(occurrences(said, "OK")).isEqualTo(3);
        assertThat(occurrences(said, "RATE_LIMITED")).isEqualTo(2);
        assertThat(ambit.guest("alice", "hasty", five).exits(0).said().toString())
                .doesNotContain("OK");
        assertThat(ambit.effects("hasty")).isEqualTo(3);
        // The control: without a rate the same calls pass.
        assertThat(ambit.guest("alice", "probe", five.replace("hasty", "steady"))
                        .exits(0)
                        .said()
                        .toString())
                .doesNotContain("RATE_LIMITED");
    }
}
