package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Allowance;
import ambit.authority.Budget;
import ambit.authority.Cap;
import ambit.authority.Cost;
import ambit.authority.Grant;
import ambit.authority.Less;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Rate;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Share;
import ambit.authority.signing.Signed;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.End;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets and rates of the core's state machine. */
class SpendingTest {
    private static final int CENTS = 0;
    private static final int TOKENS = 1;

    @TempDir
    private Path directory;

    private World world;

    @BeforeEach
    void start() {
        world = new World(directory.resolve("log"));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static Cap tool(String name, Rate rate, Cost... costs) {
        return new Cap(
                name, Bound.TOOL, "files", 3, -1, List.of(), true, Blob.EMPTY, rate, List.of(costs), Optional.empty());
    }

    private static Cap pay() {
        return tool("bank.pay", Rate.NONE, new Cost(CENTS, Cost.Kind.ARGUMENT, 100, "amount"));
    }

    private static Cap model() {
        return tool("model.chat", Rate.NONE, new Cost(TOKENS, Cost.Kind.METERED, 100, "tokens"));
    }

    private Blob grant(long cents, long tokens, Cap... caps) {
        Grant plain = world.grant(caps);
        return world.signed(new Grant(
                plain.tenant(),
                plain.id(),
                plain.holder(),
                plain.notBefore(),
                plain.expires(),
                plain.depth(),
                plain.agent(),
                plain.caps(),
                List.of(new Memory("own", 3, 1 << 20)),
                0,
                List.of(new Budget("cents", cents), new Budget("tokens", tokens))));
    }

    private Admitted begin(Blob grant, Allowance... allowances) {
        Request plain = world.request(grant);
        Request request = new Request(
                plain.parent(),
                plain.transaction(),
                plain.issuedAt(),
                plain.expires(),
                plain.agent(),
                plain.agentSpec(),
                plain.drop(),
                plain.narrowings(),
                plain.inherits(),
                plain.input(),
                List.of(allowances));
        CoreToBroker reply = world.admit(grant, world.signed(request));
        assertThat(reply).isInstanceOf(Admitted.class);
        return (Admitted) reply;
    }

    private CoreToBroker call(Admitted context, String params) {
        return world.call(context, World.handle(context, 0), params);
    }

    private static void assertDenied(CoreToBroker reply, Denial code) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.code()).isEqualTo(code));
    }

    private static void assertAllowed(CoreToBroker reply) {
        assertThat(reply).isInstanceOf(Permitted.class);
    }

    private void settle(CoreToBroker reply, long tokens) {
        Permit permit = World.permit(reply);
        Receipt plain = world.receipt(permit);
        assertThat(world.outcome(new Receipt(
                        plain.permit(),
                        plain.paramsDigest(),
                        plain.resultDigest(),
                        0,
                        plain.finishedAtMs(),
                        0,
                        List.of(new Receipt.Meter("tokens", tokens)),
                        List.of(),
                        Blob.EMPTY)))
                .isInstanceOf(CoreToDriver.Recorded.class);
    }

    private Admitted spawn(Admitted parent, int index, Blob narrowing) {
        CoreToBroker reply = world.spawn(parent, index, narrowing);
        assertThat(reply).isInstanceOf(Admitted.class);
        return (Admitted) reply;
    }

    @Test
    void anArgumentSpendsOfTheBudgetOfAllRunsAndOfTheOneOfThisRun() {
        Blob grant = grant(10_000, 1, pay());
        Admitted one = begin(grant, new Allowance(CENTS, 5_000));
        assertAllowed(call(one, "{\"amount\":30}"));
        assertDenied(call(one, "{\"amount\":20.01}"), Denial.BUDGET_EXHAUSTED);
        assertAllowed(call(one, "{\"amount\":\"19.99\"}"));
        assertDenied(call(one, "{\"amount\":1}"), Denial.BUDGET_EXHAUSTED);
        Admitted two = begin(grant);
        assertDenied(call(two, "{\"amount\":50.02}"), Denial.BUDGET_EXHAUSTED);
        assertAllowed(call(two, "{\"amount\":50.01}"));
        assertDenied(call(begin(grant), "{\"amount\":0.01}"), Denial.BUDGET_EXHAUSTED);
    }

    @Test
    void whatIsNoAmountIsRefused() {
        Admitted context = begin(grant(1000, 1, pay()));
        for (String amount : List.of(
                "-1", "\"-0.01\"", "0.001", "1e300", "\"x\"", "true", "null", "[]", "[-1]", "9223372036854775807")) {
            assertDenied(call(context, "{\"amount\":" + amount + "}"), Denial.CONSTRAINT);
        }
        assertDenied(call(context, "{}"), Denial.CONSTRAINT);
        assertAllowed(call(context, "{\"amount\":0}"));
        assertAllowed(call(context, "{\"amount\":10}"));
    }

    @Test
    void twoCostsOfOneBudgetAddUpAndARefusedCallTakesOfNone() {
        Cap dear = tool(
                "bank.pay",
                Rate.NONE,
                new Cost(CENTS, Cost.Kind.CALL, 25, ""),
                new Cost(CENTS, Cost.Kind.ARGUMENT, 1, "a/*"),
                new Cost(TOKENS, Cost.Kind.CALL, 1, ""));
        Admitted context = begin(grant(100, 1, dear));
        assertDenied(call(context, "{\"a\":[50,26]}"), Denial.BUDGET_EXHAUSTED);
        assertAllowed(call(context, "{\"a\":[50,25]}"));
        assertDenied(call(context, "{\"a\":[0]}"), Denial.BUDGET_EXHAUSTED);
    }

    @Test
    void whatIsMeteredIsReservedAndThenSettled() {
        Blob grant = grant(1, 250, model());
        Admitted context = begin(grant);
        CoreToBroker first = call(context, "{}");
        assertAllowed(call(context, "{}"));
        assertDenied(call(context, "{}"), Denial.BUDGET_EXHAUSTED);
        settle(first, 10);
        assertAllowed(call(context, "{}"));
        assertDenied(call(context, "{}"), Denial.BUDGET_EXHAUSTED);
        Entry.Outcome outcome = world.log().stream()
                .filter(Entry.Outcome.class::isInstance)
                .map(Entry.Outcome.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(outcome.settled()).extracting(Entry.Debit::taken).containsExactly(110L, 110L);
    }

    @Test
    void aCrashSpendsWhatWasReservedAndASettlementSurvivesIt() {
        Blob grant = grant(1, 250, model());
        Admitted context = begin(grant);
        settle(call(context, "{}"), 40);
        assertAllowed(call(context, "{}"));
        world.restart();
        Admitted later = begin(grant, new Allowance(TOKENS, 110));
        assertAllowed(call(later, "{}"));
        assertDenied(call(later, "{}"), Denial.BUDGET_EXHAUSTED);
        assertDenied(call(begin(grant), "{}"), Denial.BUDGET_EXHAUSTED);
    }

    @Test
    void aSettlementAfterTheContextsEndReachesTheGrant() {
        Blob grant = grant(1, 100, model());
        Admitted context = begin(grant);
        CoreToBroker reply = call(context, "{}");
        assertThat(world.end(context, End.SUCCESS)).isInstanceOf(CoreToBroker.Ended.class);
        assertDenied(call(begin(grant), "{}"), Denial.BUDGET_EXHAUSTED);
        settle(reply, 0);
        assertAllowed(call(begin(grant), "{}"));
    }

    @Test
    void whatACallTakesBeyondItsReservationIsChargedAsFarAsTheLimitGoes() {
        Blob grant = grant(1, 350, model());
        Admitted context = begin(grant);
        settle(call(context, "{}"), 300);
        assertDenied(call(context, "{}"), Denial.BUDGET_EXHAUSTED);
        settle(call(begin(grant(1, 100, model())), "{}"), Long.MAX_VALUE);
    }

    @Test
    void aReceiptWithoutTheMeterLeavesTheReservationSpent() {
        Blob grant = grant(1, 100, model());
        Admitted context = begin(grant);
        Permit permit = World.permit(call(context, "{}"));
        assertThat(world.outcome(world.receipt(permit))).isInstanceOf(CoreToDriver.Recorded.class);
        assertDenied(call(context, "{}"), Denial.BUDGET_EXHAUSTED);
    }

    @Test
    void allChildrenTogetherCannotPassTheirParentNorTheirOwn() {
        world.generations = 2;
        world.share = new Share(Blob.EMPTY, List.of(), List.of(), List.of(new Allowance(CENTS, 600))).toBlob();
        Blob grant = grant(10_000, 1, pay(), World.child("helper", 10));
        Admitted parent = begin(grant, new Allowance(CENTS, 1_000));
        Blob less = new Less(Blob.EMPTY, List.of(), List.of(new Budget("cents", 500)), List.of()).toBlob();
        Admitted one = spawn(parent, 1, Blob.EMPTY);
        Admitted two = spawn(parent, 1, less);
        assertDenied(call(one, "{\"amount\":6.01}"), Denial.BUDGET_EXHAUSTED);
        assertAllowed(call(one, "{\"amount\":6}"));
        assertDenied(call(two, "{\"amount\":5}"), Denial.BUDGET_EXHAUSTED);
        assertAllowed(call(two, "{\"amount\":4}"));
        assertDenied(call(parent, "{\"amount\":0.01}"), Denial.BUDGET_EXHAUSTED);
        Blob unknown = new Less(Blob.EMPTY, List.of(), List.of(new Budget("gold", 5)), List.of()).toBlob();
        assertDenied(world.spawn(parent, 1, unknown), Denial.MALFORMED);
        Blob more = new Less(Blob.EMPTY, List.of(), List.of(new Budget("cents", 99_999)), List.of()).toBlob();
        assertDenied(call(spawn(parent, 1, more), "{\"amount\":0.01}"), Denial.BUDGET_EXHAUSTED);
    }

    @Test
    void aRateHoldsOverAllRunsAndTheirChildrenAndOverARestart() {
        Blob grant = grant(1, 1, tool("model.chat", new Rate(3, 60)), World.child("helper", 10));
        Admitted one = begin(grant);
        Admitted child = spawn(one, 1, Blob.EMPTY);
        assertAllowed(call(one, "{}"));
        world.now += 20_000;
        assertAllowed(call(child, "{}"));
        world.restart();
        Admitted two = begin(grant);
        assertAllowed(call(two, "{}"));
        assertDenied(call(two, "{}"), Denial.RATE_LIMITED);
        world.now += 39_999;
        assertDenied(call(begin(grant), "{}"), Denial.RATE_LIMITED);
        world.now += 1;
        for (int i = 0; i < 3; i++) {
            assertAllowed(call(two, "{}"));
        }
        assertDenied(call(two, "{}"), Denial.RATE_LIMITED);
    }

    @Test
    void aChildsOwnRateIsOneMore() {
        Blob grant = grant(1, 1, tool("model.chat", new Rate(5, 60)), World.child("helper", 10));
        Admitted parent = begin(grant);
        Narrowing slower = new Narrowing(0, List.of(), -1, false, new Rate(1, 60));
        Admitted child = spawn(parent, 1, new Less(Blob.EMPTY, List.of(slower)).toBlob());
        assertAllowed(call(child, "{}"));
        assertDenied(call(child, "{}"), Denial.RATE_LIMITED);
        assertAllowed(call(parent, "{}"));
    }

    @Test
    void concurrentCallsNeverPassABudget() throws Exception {
        Blob grant = grant(1, 1_000, tool("model.chat", Rate.NONE, new Cost(TOKENS, Cost.Kind.CALL, 7, "")));
        AtomicLong spent = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Admitted context = begin(grant);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 60; i++) {
                    if (call(context, "{}") instanceof Permitted) {
                        spent.addAndGet(7);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(spent).hasValue(994);
    }

    @Test
    void aGrantOrRequestWithAnUnknownBudgetIsRefused() {
        Grant plain = world.grant(tool("x.y", Rate.NONE, new Cost(0, Cost.Kind.CALL, 1, "")));
        assertDenied(world.admit(Signed.sign(Domain.GRANT, world.root, plain.toBlob())), Denial.MALFORMED);
        Blob grant = grant(1, 1, model());
        Request request = world.request(grant);
        assertDenied(
                world.admit(
                        grant,
                        world.signed(new Request(
                                request.parent(),
                                request.transaction(),
                                request.issuedAt(),
                                request.expires(),
                                request.agent(),
                                request.agentSpec(),
                                request.drop(),
                                request.narrowings(),
                                request.inherits(),
                                request.input(),
                                List.of(new Allowance(2, 1))))),
                Denial.MALFORMED);
    }
}
