package ambit.attacks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A call that people have to approve is made when they have, and not before; whoever waits for them waits alone. */
final class ApprovedTest {
    private static final List<JsonNode> TOLD = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static HttpServer hook;

    @SuppressWarnings("NullAway.Init")
    private static Installation ambit;

    @BeforeAll
    static void up() throws Exception {
        hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        List<String> seen = new CopyOnWriteArrayList<>();
        hook.createContext("/hook", exchange -> {
            JsonNode told = new JsonMapper().readTree(exchange.getRequestBody().readAllBytes());
            boolean again = seen.contains(told.get("id").asString());
            seen.add(told.get("id").asString());
            if (again) {
                TOLD.add(told);
            }
            // Down for the first of each: it is told again.
            exchange.sendResponseHeaders(again ? 204 : 503, -1);
            exchange.close();
        });
        hook.start();
        ambit = Installation.make(
                Mode.best(),
                Configuration.usual()
                        .principal("alice", "careful", "hasty", "brief", "probe")
                        .webhook("http://127.0.0.1:" + hook.getAddress().getPort() + "/hook")
                        .agent("careful", """
                                may-use:
                                  exact.effect: {where: {name: any}, approval: {of: [bob, alice], for: 10 min, wait: 1 min}}
                                  exact.echo: {where: {text: any}}
                                """)
                        .agent("hasty", """
                                may-use:
                                  exact.effect: {where: {name: any}, approval: {of: [bob], for: 10 min}}
                                """)
                        .agent("brief", """
                                may-use:
                                  exact.effect: {where: {name: any}, approval: {of: [bob], for: 5 s, uses: 9, wait: 1 s}}
                                """));
        ambit.up();
    }

    @AfterAll
    static void down() {
        ambit.close();
        hook.stop(0);
    }

    /** The open question about an effect of this name. */
    private static JsonNode question(String name) throws Exception {
        return Await.some("the question about " + name, () -> {
            JsonNode all = ambit.ambit("approvals", "--json").exits(0).json();
            for (JsonNode one : all) {
                if (one.get("params").get("name").asString().equals(name)) {
                    return Optional.of(one);
                }
            }
            return Optional.empty();
        });
    }

    @Test
    void aCallWaitsForItsApprovalAndGoesOnWhileOthersAreServed() throws Exception {
        try (Running running = ambit.beginGuest("alice", "careful", """
                import threading
                answers = []
                waiting = threading.Thread(target=lambda: answers.append(tool('exact.effect', name='paid')))
                waiting.start()
                echoed = tool('exact.echo', text='meanwhile')
                waiting.join()
                say(paid=answers[0], echoed=echoed)
                """)) {
            String id = question("paid").get("id").asString();
            assertThat(ambit.guest("say(other=tool('exact.echo', text='hi'))")
                            .exits(0)
                            .out())
                    .contains("hi");
            assertThat(ambit.effects("paid")).isZero();
            Outcome approved = ambit.ambit("approve", id, "--as", "bob").exits(0);
            assertThat(approved.err()).contains("\"name\": \"paid\"", "SHA-256 of the parameters");
            Outcome done = running.finish().exits(0);
            assertThat(done.said().get("paid").get("ok").asBoolean()).isTrue();
            assertThat(done.said().get("echoed").toString()).contains("meanwhile");
            assertThat(done.err()).contains("waits for approval", "ambit approve " + id);
        }
        assertThat(ambit.effects("paid")).isEqualTo(1);
        JsonNode allowed = ambit.log().stream()
                .filter(it -> it.get("kind").asString().equals("allowed")
                        && !it.get("approval").asString().isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(ambit.ambit("why", "#" + allowed.get("index").asLong())
                        .exits(0)
                        .out())
                .contains(
                        "the word of bob",
                        "approver's word",
                        "approval of " + allowed.get("approval").asString());
    }

    @Test
    void aRefusalReachesTheAgentWithItsReason() throws Exception {
        try (Running running = ambit.beginGuest("alice", "careful", "say(a=tool('exact.effect', name='refused'))")) {
            String id = question("refused").get("id").asString();
            ambit.ambit("refuse", id, "--why", "not this one", "--as", "bob").exits(0);
            assertThat(running.finish().exits(0).out()).contains("APPROVAL_REFUSED", "not this one");
        }
        assertThat(ambit.effects("refused")).isZero();
    }

    @Test
    void aCallThatDoesNotWaitFailsAndItsRerunIsServedByTheApproval() throws Exception {
        String program = "say(a=tool('exact.effect', name='later'))";
        String id = question(ambit.guest("alice", "hasty", program)).get("id").asString();
        assertThat(ambit.ambit("approve", id).exits(0).out()).contains("approved " + id);
        assertThat(ambit.guest("alice", "hasty", program)
                        .exits(0)
                        .said()
                        .get("a")
                        .get("ok")
                        .asBoolean())
                .isTrue();
        assertThat(ambit.guest("alice", "hasty", program).exits(0).out()).contains("APPROVAL_REQUIRED");
        assertThat(ambit.effects("later")).isEqualTo(1);
    }

    @Test
    void aCallThatNobodyAnswersInTimeFailsAndIsServedWhenTriedAgainUntilTheApprovalIsOver() throws Exception {
        try (Running running = ambit.beginGuest("alice", "brief", """
                import time
                def effect():
                    return tool('exact.effect', name='brief')
                first = again = effect()
                while not again.get('ok'):
                    time.sleep(0.1)
                    again = effect()
                time.sleep(5)
                say(first=first, again=again, over=effect())
                """)) {
            String id = question("brief").get("id").asString();
            Await.until(
                    "the call's failure",
                    () -> ambit.log().stream()
                            .anyMatch(it -> it.get("kind").asString().equals("denied")
                                    && it.toString().contains(id)));
            assertThat(ambit.effects("brief")).isZero();
            ambit.ambit("approve", id, "--as", "bob").exits(0);
            JsonNode said = running.finish().exits(0).said();
            assertThat(said.get("first").toString()).contains("APPROVAL_REQUIRED", id);
            assertThat(said.get("again").get("ok").asBoolean()).isTrue();
            assertThat(said.get("over").toString()).contains("APPROVAL_REQUIRED", id);
        }
        assertThat(ambit.effects("brief")).isEqualTo(1);
    }

    private static JsonNode question(Outcome refused) throws Exception {
        assertThat(refused.exits(0).out()).contains("APPROVAL_REQUIRED");
        JsonNode question = question("later");
        assertThat(refused.out()).contains(question.get("id").asString());
        return question;
    }

    @Test
    void theWebhookIsToldOfEachQuestionUntilItTakesIt() throws Exception {
        ambit.guest("alice", "hasty", "tool('exact.effect', name='told')").exits(0);
        JsonNode told = Await.some(
                "the webhook",
                () -> TOLD.stream()
                        .filter(it -> it.get("params").get("name").asString().equals("told"))
                        .findFirst());
        assertThat(told.get("capability").asString()).isEqualTo("exact.effect");
        assertThat(told.get("need").asInt()).isEqualTo(1);
        assertThat(told.get("id").asString())
                .isEqualTo(question("told").get("id").asString());
    }

    @Test
    void whatAGuestAsksForCannotDrawOnTheApproversTerminal() throws Exception {
        String evil = "\u001b[2J\u202eevil\u0430";
        ambit.guest("alice", "hasty", "tool('exact.effect', name='\\x1b[2J\\u202eevil\\u0430')")
                .exits(0);
        question(evil);
        String shown = ambit.ambit("approvals").exits(0).out();
        assertThat(shown).contains("\\u001b[2J\\u202eevil\\u0430");
        assertThat(shown.getBytes(UTF_8)).doesNotContain((byte) 0x1b);
    }

    @Test
    void whoIsNoApproverOrNamesNothingThatWaitsIsToldSo() throws Exception {
        ambit.guest("alice", "hasty", "tool('exact.effect', name='whose')").exits(0);
        String id = question("whose").get("id").asString();
        assertThat(ambit.ambit("approve", id, "--as", "alice").exits(3).err())
                .contains("the core does not take your word", "only the keys that the grant names");
        assertThat(ambit.ambit("approve", id.substring(0, 8)).exits(2).err()).contains("waits for approval");
        assertThat(ambit.ambit("approve", id, "--as", "nobody").exits(2).err()).contains("there is no key of nobody");
    }
}
