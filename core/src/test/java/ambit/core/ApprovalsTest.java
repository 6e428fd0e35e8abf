package ambit.core;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Cap;
import ambit.authority.Grant;
import ambit.authority.approval.Approval;
import ambit.authority.approval.Question;
import ambit.authority.approval.Word;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Pending;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that people approve: what an approval is good for, and what it is not. */
class ApprovalsTest {
    private static final String PAY = "{\"amount\":5}";

    private final SigningKey bob = SigningKey.generate();
    private final SigningKey carol = SigningKey.generate();
    private final SigningKey dave = SigningKey.generate();

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private World world;

    @BeforeEach
    void begin() {
        world = new World(directory);
    }

    @AfterEach
    void end() {
        world.close();
    }

    // ---- what it is good for

    @Test
    void aCallWaitsUntilEnoughApproversHaveSaidYesAndTakesNothingMeanwhile() {
        Admitted context = world.begin(pay(2, 1, 60, 1));
        Blob asked = pending(call(context, PAY));
        assertThat(answer(yes(bob, asked))).isEqualTo(1);
        pending(call(context, PAY));
        assertThat(answer(yes(carol, asked))).isZero();
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
        assertThat(((Permitted) allowedOnce()).left()).isZero();
    }

    /** The one use of a grant is still there after a call that waited. */
    private CoreToBroker allowedOnce() {
        Admitted context = world.begin(pay(1, 1, 60, 1));
        answer(yes(bob, pending(call(context, PAY))));
        return call(context, PAY);
    }

    @Test
    void anApprovalServesTheRerunOfTheSameCallAndIsAskedForOnce() {
        Blob grant = world.signed(world.grant(pay(1, 1, 0, -1)));
        assertDenied(call(world.begin(grant), PAY), Denial.APPROVAL_REQUIRED);
        assertDenied(call(world.begin(grant), PAY), Denial.APPROVAL_REQUIRED);
        answer(yes(bob, open().digest()));
        assertThat(call(world.begin(grant), PAY)).isInstanceOf(Permitted.class);
        assertThat(world.log().stream().filter(Entry.Asked.class::isInstance)).hasSize(1);
    }

    @Test
    void theLogNamesWhoApprovedAndTheCallSaysByWhat() throws Exception {
        Admitted context = world.begin(pay(1, 1, 60, -1));
        Blob asked = pending(call(context, PAY));
        answer(yes(bob, asked));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
        Entry.Approved approved = only(Entry.Approved.class);
        assertThat(approved.approver()).isEqualTo(bob.publicKey());
        assertThat(Word.parse(Signed.verify(Domain.APPROVAL, bob.publicKey(), approved.artifact()))
                        .params())
                .isEqualTo(World.json(PAY).sha256());
        assertThat(only(Entry.Allowed.class).approval()).isEqualTo(asked);
        assertThat(only(Entry.Asked.class).approval()).isEqualTo(asked);
    }

    @Test
    void aCallThatOtherwiseIsRefusedIsNotAskedAbout() {
        Admitted context = world.begin(World.tool("files.read", 1, true));
        assertThat(call(context, "{\"path\":\"/etc\"}")).isInstanceOf(CoreToBroker.Denied.class);
        Admitted spent = world.begin(pay(1, 1, 60, 0));
        assertDenied(call(spent, PAY), Denial.USES_EXHAUSTED);
        assertThat(questions()).isEmpty();
    }

    @Test
    void aChildNeedsTheApprovalThatItsParentNeeds() {
        Blob grant = world.signed(world.grant(pay(1, 1, 60, -1), World.child("agent.helper", 1)));
        Admitted parent = world.begin(grant);
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        Blob asked = pending(call(child, PAY));
        answer(yes(bob, asked));
        assertThat(call(child, PAY)).isInstanceOf(Permitted.class);
        pending(call(parent, PAY));
    }

    // ---- how long, how often

    @Test
    void anApprovalIsGoodForItsUsesAlsoAcrossARestart() {
        Blob grant = world.signed(world.grant(pay(1, 3, 60, -1)));
        Admitted context = world.begin(grant);
        answer(yes(bob, pending(call(context, PAY))));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
        world.restart();
        Admitted again = world.begin(grant);
        assertThat(call(again, PAY)).isInstanceOf(Permitted.class);
        assertThat(call(again, PAY)).isInstanceOf(Permitted.class);
        pending(call(again, PAY));
    }

    @Test
    void itsUsesAreExactHoweverManyCallAtOnce() throws Exception {
        Blob grant = world.signed(world.grant(pay(1, 5, 60, -1)));
        answer(yes(bob, pending(call(world.begin(grant), PAY))));
        AtomicInteger permitted = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Admitted context = world.begin(grant);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 12; i++) {
                    if (call(context, PAY) instanceof Permitted) {
                        permitted.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(permitted).hasValue(5);
    }

    @Test
    void aWordThatWasTakenIsNotTakenAgainNotEvenWhenItsUsesAreGoneAndAfterARestart() {
        Blob grant = world.signed(world.grant(pay(1, 1, 60, -1)));
        Admitted context = world.begin(grant);
        Blob word = yes(bob, pending(call(context, PAY)));
        answer(word);
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
        pending(call(context, PAY));
        assertRefused(word, Denial.REPLAYED);
        world.restart();
        pending(call(world.begin(grant), PAY));
        assertRefused(word, Denial.REPLAYED);
        world.now += 601_000;
        pending(call(world.begin(grant), PAY));
        assertRefused(word, Denial.EXPIRED);
    }

    @Test
    void anApprovalExpiresByTheCoresClockWhateverTheApproversSays() {
        Admitted context = world.begin(pay(1, 9, 600, -1));
        Blob asked = pending(call(context, PAY));
        assertRefused(signed(bob, word(asked, true, world.now + 61_000, "")), Denial.NOT_YET_VALID);
        assertRefused(signed(bob, word(asked, true, world.now - 600_000, "")), Denial.EXPIRED);
        answer(signed(bob, word(asked, true, world.now + 59_000, "")));
        world.now += 599_999;
        assertThat(call(world.begin(grantOf(context)), PAY)).isInstanceOf(Permitted.class);
        world.now += 1;
        pending(call(world.begin(grantOf(context)), PAY));
    }

    @Test
    void aCallThatNobodyApprovesInTimeFailsAndSaysWhatToApprove() {
        Admitted context = world.begin(pay(1, 1, 60, -1));
        Blob asked = pending(call(context, PAY));
        world.now += 59_999;
        pending(call(context, PAY));
        world.now += 1;
        CoreToBroker.Denied denied = assertDenied(call(context, PAY), Denial.APPROVAL_REQUIRED);
        assertThat(denied.sentence()).contains(asked.toHex().substring(0, 32));
        answer(yes(bob, asked));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
    }

    @Test
    void aCallThatWaitsLongerThanAnApprovalLastsIsAskedAboutOnceAndThenFails() {
        Approval approval = new Approval(1, List.of(bob.publicKey()), 60, 1, 120);
        Admitted context = world.begin(cap("bank.pay", Blob.EMPTY, -1, approval));
        Blob asked = pending(call(context, PAY));
        world.now += 120_000;
        assertDenied(call(context, PAY), Denial.APPROVAL_REQUIRED);
        assertThat(world.log()).filteredOn(Entry.Asked.class::isInstance).hasSize(1);
        answer(yes(bob, asked));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
    }

    // ---- who

    @Test
    void theSameApproverTwiceIsOne() {
        Admitted context = world.begin(pay(2, 1, 60, -1));
        Blob asked = pending(call(context, PAY));
        assertThat(answer(yes(bob, asked))).isEqualTo(1);
        world.now += 1;
        assertThat(answer(yes(bob, asked))).isEqualTo(1);
        pending(call(context, PAY));
    }

    @Test
    void whoIsNotAnApproverApprovesNothing() {
        Admitted context = world.begin(pay(1, 1, 60, -1));
        Blob asked = pending(call(context, PAY));
        assertRefused(yes(dave, asked), Denial.BAD_SIGNATURE);
        assertRefused(yes(world.alice, asked), Denial.BAD_SIGNATURE);
        assertRefused(yes(world.root, asked), Denial.BAD_SIGNATURE);
        pending(call(context, PAY));
    }

    @Test
    void aRevokedApproversWordDoesNotCountAnyMore() {
        Admitted context = world.begin(pay(1, 9, 60, -1));
        Blob asked = pending(call(context, PAY));
        answer(yes(bob, asked));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
        assertThat(world.revoke(bob.publicKey(), world.root)).isInstanceOf(CoreToAdmin.Revoked.class);
        pending(call(context, PAY));
        world.now += 1;
        assertRefused(yes(bob, asked), Denial.REVOKED);
        answer(yes(carol, asked));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
    }

    @Test
    void aRevocationThatOvertakesACallOnItsWayToTheDiskTakesThePermitBack() throws Exception {
        FailingStorage disk = new FailingStorage();
        world.moveTo(disk);
        Admitted context = world.begin(pay(1, 9, 60, -1));
        answer(yes(bob, pending(call(context, PAY))));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
        disk.hold();
        CompletableFuture<CoreToBroker> late;
        CompletableFuture<CoreToAdmin> revoked;
        try {
            late = recorded(() -> call(context, PAY));
            revoked = recorded(() -> world.revoke(bob.publicKey(), world.root));
        } finally {
            disk.letGo();
        }
        assertThat(revoked.get(10, SECONDS)).isInstanceOf(CoreToAdmin.Revoked.class);
        assertDenied(late.get(10, SECONDS), Denial.REVOKED);
    }

    /** What goes on until its entry is in the log, and waits there for the disk. */
    private <T> CompletableFuture<T> recorded(Supplier<T> step) throws InterruptedException {
        long before = world.entries();
        CompletableFuture<T> waiting = CompletableFuture.supplyAsync(step, Thread::startVirtualThread);
        long patience = System.nanoTime() + SECONDS.toNanos(10);
        while (world.entries() == before && System.nanoTime() < patience) {
            MILLISECONDS.sleep(1);
        }
        assertThat(world.entries()).isEqualTo(before + 1);
        return waiting;
    }

    @Test
    void oneRefusalEndsItUntilThatApproverThinksBetterOfIt() {
        Admitted context = world.begin(pay(1, 1, 60, -1));
        Blob asked = pending(call(context, PAY));
        answer(signed(bob, word(asked, false, world.now, "not on a Sunday")));
        assertThat(assertDenied(call(context, PAY), Denial.APPROVAL_REFUSED).sentence())
                .contains("not on a Sunday");
        answer(yes(carol, asked));
        assertDenied(call(context, PAY), Denial.APPROVAL_REFUSED);
        world.now += 1;
        answer(yes(bob, asked));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
    }

    @Test
    void aRefusalSurvivesARestartAndEndsWithItsTime() {
        Blob grant = world.signed(world.grant(pay(1, 1, 60, -1)));
        answer(signed(bob, word(pending(call(world.begin(grant), PAY)), false, world.now, "no")));
        world.restart();
        assertDenied(call(world.begin(grant), PAY), Denial.APPROVAL_REFUSED);
        world.now += 600_000;
        pending(call(world.begin(grant), PAY));
    }

    // ---- what else it is not good for

    @Test
    void anApprovalIsForTheExactParameters() {
        Admitted context = world.begin(pay(1, 9, 60, -1));
        answer(yes(bob, pending(call(context, PAY))));
        pending(call(context, "{\"amount\":6}"));
        pending(call(context, "{\"amount\": 5}"));
        pending(call(
                context,
                "{\"amount\":5,\"approved\":true,\"approval\":\""
                        + bob.publicKey().toHex() + "\"}"));
        assertThat(call(context, PAY)).isInstanceOf(Permitted.class);
    }

    @Test
    void anApprovalIsForOneGrantOnePrincipalOneCapabilityAndOneDefinition() {
        Cap pay = pay(1, 9, 60, -1);
        Grant grant = world.grant(pay, named("bank.refund", Blob.EMPTY));
        Admitted context = world.begin(world.signed(grant));
        answer(yes(bob, pending(call(context, PAY))));
        pending(world.call(context, World.handle(context, 1), PAY));
        pending(call(world.begin(world.signed(world.grant(pay))), PAY));
        Blob digest = World.json(PAY).sha256();
        Blob hash = digest.sha256();
        Blob here = Question.digest(hash, world.alice.publicKey(), pay, digest);
        assertThat(Question.digest(hash, bob.publicKey(), pay, digest)).isNotEqualTo(here);
        assertThat(Question.digest(hash, world.alice.publicKey(), named("bank.pay", hash), digest))
                .isNotEqualTo(here);
    }

    @Test
    void aWordThatSaysAnotherCoreOrOtherParametersIsRefused() {
        Admitted context = world.begin(pay(1, 1, 60, -1));
        Blob asked = pending(call(context, PAY));
        Blob shown = World.json(PAY).sha256();
        Word elsewhere = new Word(dave.publicKey(), asked, shown, true, world.now, "");
        assertRefused(signed(bob, elsewhere), Denial.BAD_SIGNATURE);
        Word other = new Word(world.coreKey.publicKey(), asked, shown.sha256(), true, world.now, "");
        assertRefused(signed(bob, other), Denial.BAD_SIGNATURE);
        Word unknown = new Word(world.coreKey.publicKey(), shown, shown, true, world.now, "");
        assertRefused(signed(bob, unknown), Denial.UNKNOWN_HANDLE);
        Blob request = Signed.sign(
                Domain.REQUEST, bob, word(asked, true, world.now, "").toBlob());
        assertRefused(request, Denial.BAD_SIGNATURE);
        pending(call(context, PAY));
    }

    @Test
    void aGuestCannotFillWhatOthersAreAskedIn() {
        Admitted context = world.begin(pay(1, 1, 60, -1));
        for (int i = 0; i < 32; i++) {
            pending(call(context, "{\"amount\":" + i + "}"));
        }
        assertDenied(call(context, "{\"amount\":99}"), Denial.TOO_LARGE);
        Admitted long_ = world.begin(pay(1, 1, 60, -1));
        assertDenied(call(long_, "{\"amount\":\"" + "9".repeat(Question.MAX_PARAMS) + "\"}"), Denial.TOO_LARGE);
        world.now += 600_000;
        pending(call(world.begin(pay(1, 1, 60, -1)), PAY));
    }

    @Test
    void aGrantWithAnApproverTwiceOrTooFewOrAnUnsoundOneIsRefused() {
        Blob key = bob.publicKey();
        assertDenied(admit(new Approval(1, List.of(key, key), 600, 1, 60)), Denial.MALFORMED);
        assertDenied(admit(new Approval(2, List.of(key), 600, 1, 60)), Denial.MALFORMED);
        Blob identity = Blob.fromHex("01" + "00".repeat(31));
        assertDenied(admit(new Approval(1, List.of(identity), 600, 1, 60)), Denial.MALFORMED);
        assertDenied(admit(new Approval(0, List.of(key), 600, 1, 60)), Denial.MALFORMED);
        Cap child = new Cap(
                "agent.helper",
                Bound.CHILD,
                "",
                3,
                1,
                List.of(),
                true,
                Blob.EMPTY,
                ambit.authority.Rate.NONE,
                List.of(),
                Optional.of(new Approval(1, List.of(key), 600, 1, 60)));
        assertDenied(world.admit(world.signed(world.grant(child))), Denial.MALFORMED);
    }

    // ---- what these are made of

    private CoreToBroker admit(Approval approval) {
        return world.admit(world.signed(world.grant(cap("bank.pay", Blob.EMPTY, -1, approval))));
    }

    private Cap pay(int need, long uses, long patience, long calls) {
        List<Blob> approvers = List.of(bob.publicKey(), carol.publicKey());
        return cap("bank.pay", Blob.EMPTY, calls, new Approval(need, approvers, 600, uses, patience));
    }

    private Cap named(String name, Blob definition) {
        return cap(name, definition, -1, new Approval(1, List.of(bob.publicKey()), 600, 1, 60));
    }

    private static Cap cap(String name, Blob definition, long calls, Approval approval) {
        return new Cap(
                name,
                Bound.TOOL,
                "files",
                3,
                calls,
                List.of(),
                true,
                definition,
                ambit.authority.Rate.NONE,
                List.of(),
                Optional.of(approval));
    }

    private CoreToBroker call(Admitted context, String params) {
        return world.call(context, World.handle(context, 0), params);
    }

    private Blob grantOf(Admitted context) {
        return world.log().stream()
                .filter(Entry.GrantSeen.class::isInstance)
                .map(it -> ((Entry.GrantSeen) it).grant())
                .findFirst()
                .orElseThrow(() -> new AssertionError(context.transaction()));
    }

    private static Blob pending(CoreToBroker reply) {
        assertThat(reply).isInstanceOf(Pending.class);
        return ((Pending) reply).approval();
    }

    private Word word(Blob asked, boolean approves, long issued, String why) {
        Blob params = questions().stream()
                .filter(it -> it.digest().equals(asked))
                .map(it -> it.params().sha256())
                .findFirst()
                .orElse(asked);
        return new Word(world.coreKey.publicKey(), asked, params, approves, issued, why);
    }

    private static Blob signed(SigningKey by, Word word) {
        return Signed.sign(Domain.APPROVAL, by, word.toBlob());
    }

    private Blob yes(SigningKey by, Blob asked) {
        return signed(by, word(asked, true, world.now, ""));
    }

    /** How many more are needed. */
    private int answer(Blob word) {
        CoreToAdmin reply = world.admin(new AdminToCore.Answer(word));
        assertThat(reply).isInstanceOf(CoreToAdmin.Answered.class);
        return ((CoreToAdmin.Answered) reply).missing();
    }

    private void assertRefused(Blob word, Denial code) {
        CoreToAdmin reply = world.admin(new AdminToCore.Answer(word));
        assertThat(reply).isInstanceOf(CoreToAdmin.Denied.class);
        assertThat(((CoreToAdmin.Denied) reply).code()).isEqualTo(code);
    }

    private static CoreToBroker.Denied assertDenied(CoreToBroker reply, Denial code) {
        assertThat(reply).isInstanceOf(CoreToBroker.Denied.class);
        CoreToBroker.Denied denied = (CoreToBroker.Denied) reply;
        assertThat(denied.code()).isEqualTo(code);
        return denied;
    }

    private Question open() {
        assertThat(questions()).hasSize(1);
        return questions().getFirst();
    }

    private List<Question> questions() {
        return ((CoreToAdmin.Asked) world.admin(new AdminToCore.Approvals()))
                .cases().stream().map(ApprovalsTest::question).toList();
    }

    private static Question question(CoreToAdmin.Case it) {
        try {
            return Question.parse(it.question());
        } catch (MalformedException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T extends Entry> T only(Class<T> kind) {
        List<T> found =
                world.log().stream().filter(kind::isInstance).map(kind::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
