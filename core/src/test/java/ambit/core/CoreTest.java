package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ambit.audit.LogVerifier;
import ambit.authority.Bitmap;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Grant;
import ambit.authority.Less;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.Share;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.ChildResult;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Ended;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.Syscall;
import ambit.wire.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreTest {
    @TempDir
    Path directory;

    private World world;

    @BeforeEach
    void start() {
        world = new World(directory.resolve("log"));
    }

    @AfterEach
    void stop() {
        world.close();
        assertThat(LogVerifier.verify(directory.resolve("log"), world.coreKey.publicKey()))
                .isInstanceOf(LogVerifier.Intact.class);
    }

    private static void assertDenied(CoreToBroker reply, Denial code) {
        assertThat(reply).isInstanceOf(Denied.class);
        assertThat(((Denied) reply).code()).isEqualTo(code);
    }

    private static void assertAllowed(CoreToBroker reply) {
        assertThat(reply).isInstanceOf(Permitted.class);
    }

    // ---- admission

    @Test
    void anAdmittedContextHasHandlesForItsGrantAndAMapInTheMemoryDriver() {
        Admitted context = world.begin(World.tool("files.read", 3, true), World.child("helper", 1));
        assertThat(context.agent()).isEqualTo("agent");
        assertThat(context.capabilities()).extracting(c -> c.name()).containsExactly("files.read", "helper");
        assertThat(context.capabilities()).extracting(c -> c.usesLeft()).containsExactly(3L, 1L);
        assertThat(context.memory()).extracting(m -> m.mount()).containsExactly("", "user/notes/");
        assertThat(world.drivers.told(CoreToDriver.MapContext.class))
                .singleElement()
                .satisfies(m -> assertThat(m.context()).isEqualTo(context.context()));
    }

    @Test
    void aGrantOfAnUnregisteredKeyIsRefused() {
        Grant grant = world.grant(World.tool("files.read", -1, true));
        Blob forged = Signed.sign(Domain.GRANT, SigningKey.generate(), grant.toBlob());
        assertDenied(world.admit(forged), Denial.UNKNOWN_TENANT);
    }

    @Test
    void aGrantThatOneTenantSignsInTheNameOfAnotherIsRefused() {
        SigningKey other = SigningKey.generate();
        world.admin(new AdminToCore.Register("other", other.publicKey()));
        Grant grant = world.grant(World.tool("files.read", -1, true));
        assertDenied(world.admit(Signed.sign(Domain.GRANT, other, grant.toBlob())), Denial.UNKNOWN_TENANT);
    }

    @Test
    void aTenantsNameAndKeyCannotBeTakenOver() {
        SigningKey thief = SigningKey.generate();
        assertThat(world.admin(new AdminToCore.Register(World.TENANT, thief.publicKey())))
                .isInstanceOf(CoreToAdmin.Denied.class);
        assertThat(world.admin(new AdminToCore.Register("other", world.root.publicKey())))
                .isInstanceOf(CoreToAdmin.Denied.class);
        assertThat(world.admin(new AdminToCore.Register(World.TENANT, world.root.publicKey())))
                .isInstanceOf(CoreToAdmin.Registered.class);
    }

    @Test
    void aRequestThatTheHolderDidNotSignIsRefused() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Blob request = Signed.sign(
                Domain.REQUEST, SigningKey.generate(), world.request(grant).toBlob());
        assertDenied(world.admit(grant, request), Denial.BAD_SIGNATURE);
    }

    @Test
    void aRequestOfAnotherGrantIsRefused() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Blob other = world.signed(world.grant(World.tool("files.write", -1, false)));
        assertDenied(world.admit(grant, world.signed(world.request(other))), Denial.UNKNOWN_GRANT);
    }

    @Test
    void aReplayedRequestIsRefusedAlsoAfterARestart() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Blob request = world.signed(world.request(grant));
        assertThat(world.admit(grant, request)).isInstanceOf(Admitted.class);
        assertDenied(world.admit(grant, request), Denial.REPLAYED);
        world.restart();
        assertDenied(world.admit(grant, request), Denial.REPLAYED);
    }

    @Test
    void aRequestOutsideItsWindowIsRefused() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Blob request = world.signed(world.request(grant));
        world.now += 301_000;
        Blob early = world.signed(world.request(grant));
        assertDenied(world.admit(grant, request), Denial.EXPIRED);
        world.now -= 301_000;
        assertDenied(world.admit(grant, early), Denial.NOT_YET_VALID);
    }

    @Test
    void anExpiredGrantBeginsNothing() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        world.now += 3_600_000;
        assertDenied(world.admit(grant), Denial.EXPIRED);
    }

    @Test
    void anotherAgentThanTheRequestedIsRefused() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Blob request = world.signed(world.request(grant));
        Blob spec = world.spec().children().values().iterator().next().toBlob();
        assertDenied(world.core.answer(new BrokerToCore.Admit(grant, request, spec)), Denial.BAD_SIGNATURE);
    }

    @Test
    void withoutAMemoryDriverNothingBegins() {
        world.drivers.connection = 0;
        assertDenied(world.admit(world.signed(world.grant())), Denial.DRIVER_UNAVAILABLE);
        assertThat(world.core.answer(new BrokerToCore.Poll())).isEqualTo(new CoreToBroker.ToKill(List.of()));
    }

    // ---- decisions

    @Test
    void anAllowedCallGetsAPermitForExactlyItsBytes() throws Exception {
        Admitted context = world.begin(World.tool("files.write", 5, false));
        CoreToBroker reply = world.call(context);
        Permit permit = World.permit(reply);
        assertThat(permit.driver()).isEqualTo("files");
        assertThat(permit.context()).isEqualTo(context.context());
        assertThat(permit.paramsDigest())
                .isEqualTo(World.json("{\"path\":\"/repo/a\"}").sha256());
        assertThat(permit.expiresAtMs()).isBetween(world.now + 1, world.now + 10_000);
        Signed.verify(Domain.PERMIT, world.coreKey.publicKey(), ((Permitted) reply).permit());
        assertThat(((Permitted) reply).left()).isEqualTo(4);
    }

    @Test
    void argumentsOutsideTheGrantAreRefusedWithTheirCode() {
        Admitted context = world.begin(World.tool("files.read", 5, true));
        Blob handle = World.handle(context, 0);
        assertDenied(world.call(context, handle, "{\"path\":\"/etc/passwd\"}"), Denial.CONSTRAINT);
        assertDenied(world.call(context, handle, "{}"), Denial.ARGUMENT_MISSING);
        assertDenied(world.call(context, handle, "{\"path\":\"/repo/a\",\"x\":1}"), Denial.ARGUMENT_NOT_NAMED);
        assertDenied(world.call(context, handle, "{\"path\":\"/repo/a\",\"path\":\"/etc\"}"), Denial.MALFORMED);
        assertDenied(world.call(context, handle, "[]"), Denial.MALFORMED);
        assertAllowed(world.call(context));
    }

    @Test
    void aRefusalNamesTheConstraintOrTheArgument() {
        Admitted context = world.begin(World.tool("files.read", 5, true));
        assertThat(sentence(context, "{\"path\":\"/etc/passwd\"}")).endsWith(": path at or under \"/repo\"");
        assertThat(sentence(context, "{}")).endsWith(": path at or under \"/repo\"");
        assertThat(sentence(context, "{\"path\":\"/repo/a\",\"force\":true}")).endsWith(": force");
        assertThat(sentence(context, "{\"path\":\"/repo/a\",\"" + "\uD83D\uDE00".repeat(5000) + "\":1}"))
                .hasSizeLessThan(400)
                .endsWith("\uD83D\uDE00…");
    }

    private String sentence(Admitted context, String params) {
        return ((Denied) world.call(context, World.handle(context, 0), params)).sentence();
    }

    @Test
    void aHandleOfAnotherContextIsUnknown() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Admitted one = world.begin(grant);
        Admitted two = world.begin(grant);
        assertDenied(world.call(one, World.handle(two, 0), "{\"path\":\"/repo/a\"}"), Denial.UNKNOWN_HANDLE);
        assertDenied(world.call(one, two.context(), "{\"path\":\"/repo/a\"}"), Denial.UNKNOWN_HANDLE);
    }

    @Test
    void usesAreCountedOverContextsAndRestartsAndNeverExceeded() {
        Blob grant = world.signed(world.grant(World.tool("files.write", 5, false)));
        Admitted one = world.begin(grant);
        assertAllowed(world.call(one));
        assertAllowed(world.call(one));
        world.restart();
        Admitted two = world.begin(grant);
        Admitted three = world.begin(grant);
        assertThat(two.capabilities().getFirst().usesLeft()).isEqualTo(3);
        assertAllowed(world.call(two));
        assertAllowed(world.call(three));
        world.end(two, End.SUCCESS);
        world.restart();
        Admitted four = world.begin(grant);
        assertAllowed(world.call(four));
        assertDenied(world.call(four), Denial.USES_EXHAUSTED);
        world.restart();
        assertDenied(world.call(world.begin(grant)), Denial.USES_EXHAUSTED);
    }

    @Test
    void aRefusedCallSpendsNothing() {
        Admitted context = world.begin(World.tool("files.write", 1, false));
        assertDenied(world.call(context, World.handle(context, 0), "{\"path\":\"/x\"}"), Denial.CONSTRAINT);
        world.drivers.connected.remove("files");
        assertDenied(world.call(context), Denial.DRIVER_UNAVAILABLE);
        world.drivers.connected.add("files");
        assertAllowed(world.call(context));
        assertDenied(world.call(context), Denial.USES_EXHAUSTED);
    }

    @Test
    void concurrentCallsNeverPassTheCount() throws Exception {
        Blob grant = world.signed(world.grant(World.tool("files.read", 100, true)));
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger allowed = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Admitted context = world.begin(grant);
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < 50; i++) {
                    if (world.call(context) instanceof Permitted) {
                        allowed.incrementAndGet();
                    }
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(allowed).hasValue(100);
    }

    @Test
    void anExpiredContextGetsNothingAndIsToBeKilled() {
        Admitted context = world.begin(World.tool("files.read", -1, true));
        world.now = context.expiresAtMs();
        assertDenied(world.call(context), Denial.EXPIRED);
        assertThat(world.core.answer(new BrokerToCore.Poll()))
                .isEqualTo(new CoreToBroker.ToKill(List.of(context.context())));
    }

    @Test
    void aClockThatIsSetBackRevivesNothing() {
        Blob grant = world.signed(world.grant(World.tool("files.read", -1, true)));
        Admitted context = world.begin(grant);
        long began = world.now;
        world.now += 700_000;
        assertDenied(world.call(context), Denial.EXPIRED);
        Admitted later = world.begin(grant);
        world.now = began;
        assertDenied(world.call(context), Denial.EXPIRED);
        assertAllowed(world.call(later));
        // After a restart it is no earlier than the log says.
        world.now = began + 700_000;
        Blob request = world.signed(world.request(grant));
        world.begin(grant);
        world.now = began;
        world.restart();
        assertThat(world.admit(grant, request)).isInstanceOf(Admitted.class);
        assertDenied(world.admit(grant), Denial.EXPIRED);
    }

    @Test
    void everyDecisionIsInTheLog() {
        Admitted context = world.begin(World.tool("files.write", 1, false));
        Permit permit = World.permit(world.call(context));
        assertDenied(world.call(context), Denial.USES_EXHAUSTED);
        world.outcome(world.receipt(permit));
        world.end(context, End.SUCCESS);
        List<Entry> log = world.log();
        assertThat(log)
                .extracting(e -> (Object) e.getClass())
                .containsExactly(
                        Entry.Boot.class,
                        Entry.TenantRegistered.class,
                        Entry.GrantSeen.class,
                        Entry.Admitted.class,
                        Entry.Allowed.class,
                        Entry.Denied.class,
                        Entry.Outcome.class,
                        Entry.CommitIntended.class,
                        Entry.Ended.class);
        Entry.Allowed allowed = (Entry.Allowed) log.get(4);
        assertThat(allowed.permit()).isEqualTo(permit.id());
        assertThat(allowed.debits())
                .extracting(d -> d.taken() + "/" + d.limit())
                .containsExactly("1/1", "1/-1");
        assertThat(((Entry.Denied) log.get(5)).capability()).isEqualTo("files.write");
    }

    @Test
    void whatMayOnlyBeDelegatedIsUsedByChildrenAloneAndWhatMayOnlyBeUsedByNoChild() {
        Cap both = World.tool("files.read", -1, true);
        Cap handedOn = flagged(both, "files.write", Cap.DELEGATE);
        Cap kept = flagged(both, "files.list", Cap.USE);
        Admitted parent = world.begin(handedOn, kept, World.child("helper", 5));
        assertDenied(world.call(parent, World.handle(parent, 0), "{\"path\":\"/repo/a\"}"), Denial.MAY_NOT_USE);
        assertAllowed(world.call(parent, World.handle(parent, 1), "{\"path\":\"/repo/a\"}"));
        Admitted child = (Admitted) world.spawn(parent, 2, Blob.EMPTY);
        assertThat(child.capabilities()).extracting(c -> c.name()).containsExactly("files.write", "helper");
        assertAllowed(world.call(child, World.handle(child, 0), "{\"path\":\"/repo/a\"}"));
    }

    @Test
    void whatWouldKeepTheCoreJudgingForLongIsRefused() {
        List<Constraint> globs = IntStream.range(0, 64)
                .mapToObj(_ -> new Constraint("xs/*", Kind.GLOB, List.of(Cbor.of("**a".repeat(170))), false))
                .toList();
        Cap cap = new Cap("files.read", Bound.TOOL, "files", 7, -1, globs, false, Blob.EMPTY);
        Admitted context = world.begin(cap);
        String element = "\"" + "b".repeat(4000) + "\"";
        String xs = "{\"xs\":[" + String.join(",", Collections.nCopies(200, element)) + "]}";
        assertDenied(world.call(context, World.handle(context, 0), xs), Denial.TOO_LARGE);
        assertDenied(world.call(context, World.handle(context, 0), "{\"xs\":[\"b\"]}"), Denial.CONSTRAINT);
    }

    private static Cap flagged(Cap cap, String name, int flags) {
        return new Cap(
                name, cap.kind(), cap.driver(), flags, cap.uses(), cap.constraints(), cap.other(), cap.definition());
    }

    // ---- memory

    @Test
    void memoryIsWhatTheContextsMapSays() {
        Admitted context = world.begin();
        assertAllowed(world.read(context, "a"));
        assertAllowed(world.write(context, "a"));
        assertAllowed(world.read(context, "user/notes/x"));
        assertDenied(world.write(context, "user/notes/x"), Denial.READ_ONLY);
        assertDenied(world.read(context, "user/other/x"), Denial.NOT_MAPPED);
        assertDenied(world.read(context, "user/notes/"), Denial.NOT_MAPPED);
        assertDenied(world.read(context, "inherited/a"), Denial.NOT_MAPPED);
        assertDenied(world.write(context, "inherited/a"), Denial.NOT_MAPPED);
        assertDenied(world.read(context, ""), Denial.NOT_MAPPED);
    }

    @Test
    void anotherPrincipalOrTransactionHasAnotherPartitionAndKey() {
        world.begin();
        world.begin();
        List<MapEntry> entries = world.drivers.told(CoreToDriver.MapContext.class).stream()
                .flatMap(m -> m.entries().stream())
                .toList();
        assertThat(entries).hasSize(4);
        assertThat(entries.get(0).partition()).isNotEqualTo(entries.get(2).partition());
        assertThat(entries.get(0).dataKey()).isNotEqualTo(entries.get(2).dataKey());
        assertThat(entries.get(1)).isEqualTo(entries.get(3));
    }

    @Test
    void onlyOneNamedKeyOfAnOwnTransactionIsInheritedReadOnly() {
        Blob grant = world.signed(world.grant());
        Admitted first = world.begin(grant);
        world.end(first, End.SUCCESS);
        Request.Inherit inherit = new Request.Inherit(first.transaction(), "plan");
        CoreToBroker reply = world.admit(grant, world.signed(world.request(grant, inherit)));
        assertThat(reply).isInstanceOf(Admitted.class);
        Admitted second = (Admitted) reply;
        assertAllowed(world.read(second, "inherited/plan"));
        assertDenied(world.write(second, "inherited/plan"), Denial.READ_ONLY);
        assertDenied(world.read(second, "inherited/other"), Denial.NOT_MAPPED);
        List<CoreToDriver.MapContext> maps = world.drivers.told(CoreToDriver.MapContext.class);
        assertThat(maps.get(1).entries().getLast().partition())
                .isEqualTo(maps.get(0).entries().getFirst().partition());
    }

    @Test
    void theLargestMapThatAGrantAndARequestCanAskForIsStillAMessageToTheDrivers() {
        Grant plain = world.grant();
        List<Memory> memory = new ArrayList<>(List.of(new Memory("own", 3, 1)));
        for (int i = memory.size(); i < Grant.MAX_MEMORY; i++) {
            memory.add(new Memory("user/" + "n".repeat(121) + (10 + i), 3, 1));
        }
        Blob grant = world.signed(new Grant(
                plain.tenant(),
                World.id(),
                plain.holder(),
                plain.notBefore(),
                plain.expires(),
                plain.depth(),
                plain.agent(),
                plain.caps(),
                memory));
        String first = world.begin(grant).transaction();
        List<Request.Inherit> inherits = new ArrayList<>();
        for (int i = 0; i < Request.MAX_INHERITS; i++) {
            inherits.add(new Request.Inherit(first, "k".repeat(Request.Inherit.MAX_KEY - 2) + (10 + i)));
        }
        Request.Inherit[] most = inherits.toArray(new Request.Inherit[0]);
        assertThat(world.admit(grant, world.signed(world.request(grant, most)))).isInstanceOf(Admitted.class);
        for (String key : List.of("", "k".repeat(Request.Inherit.MAX_KEY + 1))) {
            Request request = world.request(grant, new Request.Inherit(first, key));
            assertDenied(world.admit(grant, world.signed(request)), Denial.MALFORMED);
        }
    }

    @Test
    void aChildWithoutMemoryBegins() {
        world.share = new Share(Bitmap.of(List.of()), List.of(), List.of()).toBlob();
        Admitted parent = world.begin(World.tool("files.read", -1, true), World.child("helper", 5));
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        assertDenied(world.read(child, "draft"), Denial.NOT_MAPPED);
        assertDenied(world.write(child, "draft"), Denial.NOT_MAPPED);
        assertAllowed(world.read(parent, "draft"));
    }

    @Test
    void nothingIsInheritedFromAStranger() {
        Admitted first = world.begin();
        SigningKey bob = SigningKey.generate();
        Grant mine = world.grant();
        Grant his = new Grant(
                mine.tenant(),
                World.id(),
                bob.publicKey(),
                mine.notBefore(),
                mine.expires(),
                mine.depth(),
                mine.agent(),
                mine.caps(),
                mine.memory());
        Blob grant = world.signed(his);
        Request request = world.request(grant, new Request.Inherit(first.transaction(), "plan"));
        assertDenied(world.admit(grant, Signed.sign(Domain.REQUEST, bob, request.toBlob())), Denial.NOT_MAPPED);
    }

    // ---- receipts

    @Test
    void aReceiptIsTakenOnceAndAnsweredWithAProof() throws Exception {
        Admitted context = world.begin(World.tool("files.read", -1, true));
        Permit permit = World.permit(world.call(context));
        Receipt receipt = world.receipt(permit);
        CoreToDriver reply = world.outcome(receipt);
        assertThat(reply).isInstanceOf(CoreToDriver.Recorded.class);
        CoreToDriver.Recorded recorded = (CoreToDriver.Recorded) reply;
        Proof proof = Proof.parse(Signed.verify(Domain.PROOF, world.coreKey.publicKey(), recorded.proof()));
        assertThat(proof.context()).isEqualTo(context.context());
        assertThat(proof.sequence()).isEqualTo(permit.sequence());
        assertThat(proof.paramsDigest()).isEqualTo(permit.paramsDigest());
        assertThat(proof.logIndex()).isEqualTo(recorded.logIndex());
        assertThat(world.outcome(receipt))
                .isEqualTo(new CoreToDriver.Denied(Denial.REPLAYED, "there is no such permit without a receipt"));
    }

    @Test
    void hostileReceiptsAreRefusedAndSpendNothing() {
        Admitted context = world.begin(World.tool("files.read", -1, true));
        Permit permit = World.permit(world.call(context));
        Receipt good = world.receipt(permit);
        Receipt wrongDigest = new Receipt(permit.id(), Blob.EMPTY.sha256(), good.resultDigest(), 0, world.now, 0);
        Receipt unknown = new Receipt(World.id(), good.paramsDigest(), good.resultDigest(), 0, world.now, 0);
        assertThat(world.outcome(wrongDigest)).isInstanceOf(CoreToDriver.Denied.class);
        assertThat(world.outcome(unknown)).isInstanceOf(CoreToDriver.Denied.class);
        assertThat(outcome(good, SigningKey.generate(), World.DRIVERS)).isEqualTo(Denial.BAD_SIGNATURE);
        assertThat(outcome(good, world.receiptKey, List.of("other"))).isEqualTo(Denial.BAD_SIGNATURE);
        CoreToDriver unsigned = world.core.outcome(
                world.receiptKey.publicKey(), World.DRIVERS, new DriverToCore.Outcome(good.toBlob()));
        assertThat(unsigned).isInstanceOf(CoreToDriver.Denied.class);
        assertThat(world.outcome(good)).isInstanceOf(CoreToDriver.Recorded.class);
    }

    private Denial outcome(Receipt receipt, SigningKey by, List<String> names) {
        Blob cose = Signed.sign(Domain.RECEIPT, by, receipt.toBlob());
        CoreToDriver reply = world.core.outcome(world.receiptKey.publicKey(), names, new DriverToCore.Outcome(cose));
        assertThat(reply).isInstanceOf(CoreToDriver.Denied.class);
        return ((CoreToDriver.Denied) reply).code();
    }

    // ---- revocation

    @Test
    void whenRevokeReturnsNothingBelowGetsAPermitAlsoAfterARestart() {
        Grant grant = world.grant(World.tool("files.read", -1, true), World.child("helper", 5));
        Blob signed = world.signed(grant);
        Admitted parent = world.begin(signed);
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        Admitted bystander = world.begin(World.tool("files.read", -1, true));
        assertAllowed(world.call(child));
        assertThat(world.revoke(grant.id(), world.root)).isInstanceOf(CoreToAdmin.Revoked.class);
        assertDenied(world.call(parent), Denial.REVOKED);
        assertDenied(world.call(child), Denial.REVOKED);
        assertDenied(world.read(parent, "a"), Denial.REVOKED);
        assertDenied(world.spawn(parent, 1, Blob.EMPTY), Denial.REVOKED);
        assertDenied(world.admit(signed), Denial.REVOKED);
        assertAllowed(world.call(bystander));
        assertThat(world.core.answer(new BrokerToCore.Poll()))
                .isEqualTo(new CoreToBroker.ToKill(List.of(parent.context(), child.context())));
        world.restart();
        assertDenied(world.admit(signed), Denial.REVOKED);
    }

    @Test
    void revokingAChildsBlockLeavesItsParentAlone() {
        Admitted parent = world.begin(World.tool("files.read", -1, true), World.child("helper", 5));
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        Entry.Spawned spawned = (Entry.Spawned) world.log().stream()
                .filter(Entry.Spawned.class::isInstance)
                .findFirst()
                .orElseThrow();
        world.revoke(spawned.delegationHash(), world.root);
        assertDenied(world.call(child), Denial.REVOKED);
        assertAllowed(world.call(parent));
    }

    @Test
    void revokingAPrincipalsKeyEndsAllThatItWasAndWillBeGranted() {
        Admitted before = world.begin(World.tool("files.read", -1, true));
        assertThat(world.revoke(world.alice.publicKey(), world.root)).isInstanceOf(CoreToAdmin.Revoked.class);
        assertDenied(world.call(before), Denial.REVOKED);
        world.restart();
        assertDenied(world.admit(world.signed(world.grant(World.tool("files.read", -1, true)))), Denial.REVOKED);
    }

    @Test
    void aNewGenerationEndsEveryGrantOfEarlierOnesAndNeverGoesBack() {
        Admitted before = world.begin(World.tool("files.read", -1, true));
        Blob old = world.signed(world.grant(World.tool("files.read", -1, true)));
        assertThat(world.revoke(Revocation.before(3), world.root)).isInstanceOf(CoreToAdmin.Revoked.class);
        assertThat(world.revoke(Revocation.before(2), world.root)).isInstanceOf(CoreToAdmin.Revoked.class);
        assertDenied(world.call(before), Denial.REVOKED);
        assertDenied(world.admit(old), Denial.REVOKED);
        world.restart();
        assertDenied(world.admit(old), Denial.REVOKED);
        assertThat(world.admin(new AdminToCore.Register(World.TENANT, world.root.publicKey())))
                .isInstanceOfSatisfying(
                        CoreToAdmin.Registered.class,
                        registered -> assertThat(registered.generation()).isEqualTo(3));
        assertDenied(world.admit(world.signed(generation(2))), Denial.REVOKED);
        assertAllowed(world.call(world.begin(world.signed(generation(3)))));
    }

    private Grant generation(long generation) {
        Grant first = world.grant(World.tool("files.read", -1, true));
        return new Grant(
                first.tenant(),
                first.id(),
                first.holder(),
                first.notBefore(),
                first.expires(),
                first.depth(),
                first.agent(),
                first.caps(),
                first.memory(),
                generation,
                List.of());
    }

    @Test
    void whatIsRevokedDoesNotCommit() {
        Grant grant = world.grant();
        Admitted context = world.begin(world.signed(grant));
        world.revoke(grant.id(), world.root);
        assertThat(world.end(context, End.SUCCESS)).isInstanceOf(Ended.class);
        assertThat(world.drivers.told(CoreToDriver.CommitContext.class)).isEmpty();
        assertThat(world.drivers.told(CoreToDriver.DropContext.class)).hasSize(1);
    }

    @Test
    void aRevocationThatTheTenantDidNotSignIsRefused() {
        Grant grant = world.grant(World.tool("files.read", -1, true));
        Admitted context = world.begin(world.signed(grant));
        SigningKey other = SigningKey.generate();
        world.admin(new AdminToCore.Register("other", other.publicKey()));
        assertThat(world.revoke(grant.id(), other)).isInstanceOf(CoreToAdmin.Denied.class);
        assertThat(world.revoke(grant.id(), world.alice)).isInstanceOf(CoreToAdmin.Denied.class);
        assertAllowed(world.call(context));
    }

    @Test
    void aStoppedTransactionIsKilledWithItsChildren() {
        Admitted parent = world.begin(World.tool("files.read", -1, true), World.child("helper", 5));
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        assertThat(world.admin(new AdminToCore.Stop(parent.transaction(), "enough")))
                .isInstanceOf(CoreToAdmin.Stopped.class);
        assertDenied(world.call(parent), Denial.CONTEXT_ENDED);
        assertDenied(world.call(child), Denial.CONTEXT_ENDED);
        assertThat(world.core.answer(new BrokerToCore.Poll()))
                .isEqualTo(new CoreToBroker.ToKill(List.of(parent.context(), child.context())));
        assertThat(world.log())
                .filteredOn(Entry.Stopped.class::isInstance)
                .containsExactly(new Entry.Stopped(world.now, parent.transaction(), "enough"));
    }

    // ---- children

    @Test
    void aChildsUsesCountOnItsParentAndItsGrant() {
        Blob grant = world.signed(world.grant(World.tool("files.write", 3, false), World.child("helper", 5)));
        Admitted parent = world.begin(grant);
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        assertAllowed(world.call(child));
        assertAllowed(world.call(parent));
        Admitted sibling = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        assertAllowed(world.call(sibling));
        assertDenied(world.call(child), Denial.USES_EXHAUSTED);
        assertDenied(world.call(parent), Denial.USES_EXHAUSTED);
        world.restart();
        assertDenied(world.call(world.begin(grant)), Denial.USES_EXHAUSTED);
    }

    @Test
    void aChildsEndLeavesItsParentWhatItHas() {
        Admitted parent = world.begin(World.tool("files.write", 3, false), World.child("helper", 5));
        Admitted child = (Admitted) world.spawn(parent, 1, Blob.EMPTY);
        assertAllowed(world.call(child));
        world.end(child, End.SUCCESS);
        assertAllowed(world.call(parent));
        assertThat(world.spawn(parent, 1, Blob.EMPTY)).isInstanceOf(Admitted.class);
        assertAllowed(world.call(parent));
        assertDenied(world.call(parent), Denial.USES_EXHAUSTED);
    }

    @Test
    void aNarrowedChildMayDoLess() {
        Admitted parent = world.begin(
                World.tool("files.read", -1, true), World.tool("files.write", -1, false), World.child("helper", 5));
        Blob dropWriteAndOneRead =
                new Less(Blob.of(new byte[] {2}), List.of(new Narrowing(0, List.of(), 1, false))).toBlob();
        Admitted child = (Admitted) world.spawn(parent, 2, dropWriteAndOneRead);
        assertThat(child.capabilities()).extracting(c -> c.name()).containsExactly("files.read", "helper");
        assertAllowed(world.call(child));
        assertDenied(world.call(child), Denial.USES_EXHAUSTED);
        assertAllowed(world.call(parent));
    }

    @Test
    void aChildGetsNoMoreThanTheRequestSaysWhateverTheBrokerAsks() {
        Constraint one = new Constraint("path", Constraint.Kind.EQ, List.of(Cbor.of("/repo/a")), false);
        world.share = new Share(
                        Bitmap.of(List.of(1)),
                        List.of(new Narrowing(0, List.of(one), 2, true)),
                        List.of(new Memory("own", 3, 100)))
                .toBlob();
        Admitted parent = world.begin(
                World.tool("files.read", -1, true), World.tool("files.write", -1, false), World.child("helper", 5));
        Admitted child = (Admitted) world.spawn(parent, 2, Blob.EMPTY);
        assertThat(child.capabilities()).extracting(c -> c.name()).containsExactly("files.read", "helper");
        assertThat(child.memory()).extracting(m -> m.mount()).containsExactly("");
        assertDenied(world.call(child, World.handle(child, 0), "{\"path\":\"/repo/b\"}"), Denial.CONSTRAINT);
        assertDenied(world.read(child, "user/notes/x"), Denial.NOT_MAPPED);
        assertAllowed(world.call(parent, World.handle(parent, 0), "{\"path\":\"/repo/b\"}"));
        assertAllowed(world.call(child));
        assertAllowed(world.call(child));
        assertDenied(world.call(child), Denial.USES_EXHAUSTED);
        // What the parent asks for besides comes on top, and gives nothing back.
        Blob openAndMany = new Less(Blob.EMPTY, List.of(new Narrowing(0, List.of(), 1_000_000, false))).toBlob();
        Admitted other = (Admitted) world.spawn(parent, 2, openAndMany);
        assertDenied(world.call(other, World.handle(other, 0), "{\"path\":\"/repo/b\"}"), Denial.CONSTRAINT);
        assertAllowed(world.call(other));
        assertAllowed(world.call(other));
        assertDenied(world.call(other), Denial.USES_EXHAUSTED);
    }

    @Test
    void childrenAreOnlySpawnedAsDeepAndAsOftenAsGranted() {
        Admitted parent = world.begin(World.child("helper", 2));
        assertThat(world.spawn(parent, 0, Blob.EMPTY)).isInstanceOf(Admitted.class);
        Admitted child = (Admitted) world.spawn(parent, 0, Blob.EMPTY);
        assertDenied(world.spawn(parent, 0, Blob.EMPTY), Denial.USES_EXHAUSTED);
        assertDenied(world.spawn(child, 0, Blob.EMPTY), Denial.USES_EXHAUSTED);
    }

    @Test
    void aChainOfSixtyFourDelegationsDebitsEveryBlockAndEndsThere() {
        world.generations = 66;
        Grant two = world.grant(World.child("agent.helper", -1), World.tool("files.read", 1, true));
        Blob grant = world.signed(new Grant(
                two.tenant(),
                two.id(),
                two.holder(),
                two.notBefore(),
                two.expires(),
                Grant.MAX_DEPTH,
                two.agent(),
                two.caps(),
                two.memory()));
        Admitted deepest = world.begin(grant);
        Admitted first = deepest;
        for (int i = 0; i < 64; i++) {
            deepest = (Admitted) world.spawn(deepest, 0, Blob.EMPTY);
        }
        assertThat(world.spawn(deepest, 0, Blob.EMPTY))
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.code()).isEqualTo(Denial.DEPTH_EXCEEDED));
        World.permit(world.call(deepest, World.handle(deepest, 1), "{\"path\":\"/repo/a\"}"));
        List<Entry> log = world.log();
        assertThat(log.getLast())
                .isInstanceOfSatisfying(
                        Entry.Allowed.class,
                        allowed -> assertThat(allowed.debits()).hasSize(66));
        assertThat(world.call(first, World.handle(first, 1), "{\"path\":\"/repo/a\"}"))
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.code()).isEqualTo(Denial.USES_EXHAUSTED));
    }

    @Test
    void onlyTheParentReadsItsChildsResult() {
        Admitted parent = world.begin(World.child("helper", 2));
        Admitted stranger = world.begin(World.child("helper", 2));
        Admitted child = (Admitted) world.spawn(parent, 0, Blob.EMPTY);
        assertDenied(world.call(stranger, child.context(), "{}"), Denial.UNKNOWN_HANDLE);
        assertDenied(world.call(parent, child.context(), "{}"), Denial.UNKNOWN_HANDLE);
        world.end(child, End.SUCCESS, World.json("done").sha256());
        assertDenied(world.call(stranger, child.context(), "{}"), Denial.UNKNOWN_HANDLE);
        assertThat(world.call(parent, child.context(), "{}")).isInstanceOf(ChildResult.class);
    }

    @Test
    void theProofOfAChildsResultSaysWhatTheChildEndedWithAndWhoAsked() throws Exception {
        Admitted parent = world.begin(World.child("helper", 2));
        Admitted child = (Admitted) world.spawn(parent, 0, Blob.EMPTY);
        world.end(child, End.AGENT_FAILED, World.json("done").sha256());
        ChildResult first = (ChildResult) world.call(parent, child.context(), "{}");
        ChildResult second = (ChildResult) world.call(parent, child.context(), "{\"again\":1}");
        assertThat(second.sequence()).isEqualTo(first.sequence() + 1);
        assertThat(proof(second.proof()))
                .isEqualTo(new Proof(
                        parent.context(),
                        second.sequence(),
                        World.json("{\"again\":1}").sha256(),
                        World.json("done").sha256(),
                        0,
                        second.logIndex(),
                        parent.transaction(),
                        Blob.EMPTY));
        assertThat(world.log().get((int) second.logIndex())).isInstanceOf(Entry.Allowed.class);
    }

    @Test
    void aChildThatTheCoreDidNotLetSucceedHasNoResult() {
        Admitted parent = world.begin(World.child("helper", 2));
        Admitted child = (Admitted) world.spawn(parent, 0, Blob.EMPTY);
        world.admin(new AdminToCore.Stop(child.transaction(), "enough"));
        world.end(child, End.SUCCESS, World.json("done").sha256());
        assertDenied(world.call(parent, child.context(), "{}"), Denial.UNKNOWN_HANDLE);
        Admitted other = (Admitted) world.spawn(parent, 0, Blob.EMPTY);
        world.drivers.breakAfterCommit = true;
        assertThat(world.end(other, End.SUCCESS, World.json("done").sha256())).isInstanceOf(Denied.class);
        assertDenied(world.call(parent, other.context(), "{}"), Denial.UNKNOWN_HANDLE);
    }

    private Proof proof(Blob bytes) throws Exception {
        return Proof.parse(Signed.verify(Domain.PROOF, world.coreKey.publicKey(), bytes));
    }

    // ---- the end

    @Test
    void successCommitsAndReportsEachKey() {
        Admitted context = world.begin();
        CoreToBroker reply = world.end(context, End.SUCCESS);
        assertThat(reply).isInstanceOf(Ended.class);
        assertThat(((Ended) reply).verdicts()).containsExactly(Verdict.committed("key", 1));
        assertDenied(world.end(context, End.SUCCESS), Denial.CONTEXT_ENDED);
        assertDenied(world.read(context, "a"), Denial.CONTEXT_ENDED);
    }

    @Test
    void moreKeysThanAnEntryHoldsAreAllReportedInTheLog() {
        world.drivers.keysWritten = 70;
        assertThat(world.end(world.begin(), End.SUCCESS)).isInstanceOf(Ended.class);
        List<Entry> log = world.log();
        assertThat(log.subList(log.size() - 3, log.size()))
                .extracting(e -> e instanceof Entry.Wrote w
                        ? w.verdicts().size()
                        : ((Entry.Ended) e).verdicts().size())
                .containsExactly(32, 32, 6);
    }

    @Test
    void aGrantCannotMapWhatIsNoNamespace() {
        for (String name : List.of("", "user", "user/", "user/a/", "inherited", "0123456789abcdef0123456789abcdef")) {
            Grant plain = world.grant();
            Grant odd = new Grant(
                    plain.tenant(),
                    World.id(),
                    plain.holder(),
                    plain.notBefore(),
                    plain.expires(),
                    plain.depth(),
                    plain.agent(),
                    plain.caps(),
                    List.of(new Memory(name, 3, 1)));
            assertDenied(world.admit(world.signed(odd)), Denial.NOT_MAPPED);
        }
    }

    @Test
    void everyOtherEndDrops() {
        for (End how : End.values()) {
            if (how != End.SUCCESS) {
                assertThat(world.end(world.begin(), how)).isInstanceOf(Ended.class);
            }
        }
        assertThat(world.drivers.told(CoreToDriver.CommitContext.class)).isEmpty();
        assertThat(world.drivers.told(CoreToDriver.DropContext.class)).hasSize(End.values().length - 1);
    }

    @Test
    void aParentsEndEndsItsChildrenFirst() {
        Admitted parent = world.begin(World.child("helper", 2));
        Admitted child = (Admitted) world.spawn(parent, 0, Blob.EMPTY);
        world.end(parent, End.SUCCESS);
        List<Entry.Ended> ended = world.log().stream()
                .filter(Entry.Ended.class::isInstance)
                .map(Entry.Ended.class::cast)
                .toList();
        assertThat(ended).extracting(Entry.Ended::context).containsExactly(child.context(), parent.context());
        assertThat(ended).extracting(Entry.Ended::how).containsExactly(End.KILLED.number(), End.SUCCESS.number());
    }

    @Test
    void aCoreThatCrashedEndsWhatLived() {
        Admitted context = world.begin(World.tool("files.read", -1, true));
        world.restart();
        assertDenied(world.call(context), Denial.CONTEXT_ENDED);
        assertThat(world.log().stream().filter(Entry.Ended.class::isInstance))
                .singleElement()
                .satisfies(e -> assertThat(((Entry.Ended) e).how()).isEqualTo(End.CRASHED.number()));
    }

    @Test
    void aCommitWhoseAnswerWasLostIsSettledWhenTheDriverIsBack() throws Exception {
        for (boolean restart : new boolean[] {false, true}) {
            world.drivers.breakAfterCommit = true;
            Admitted context = world.begin();
            assertDenied(world.end(context, End.SUCCESS), Denial.DRIVER_FAILED);
            world.drivers.breakAfterCommit = false;
            if (restart) {
                world.restart();
            }
            world.core.ending.settle();
            assertThat(world.log()).contains(new Entry.Recovered(world.now, context.transaction(), true));
            assertThat(world.log().getLast()).isInstanceOf(Entry.Ended.class);
            int settled = world.log().size();
            world.core.ending.settle();
            assertThat(world.log()).hasSize(settled);
        }
    }

    @Test
    void aCommitIsSettledOnceHoweverOftenTheDriverComesBackMeanwhile() throws Exception {
        world.drivers.breakAfterCommit = true;
        Admitted context = world.begin();
        assertDenied(world.end(context, End.SUCCESS), Denial.DRIVER_FAILED);
        world.drivers.whileAsked = () -> {
            world.drivers.whileAsked = () -> {};
            assertThatCode(world.core.ending::settle).doesNotThrowAnyException();
        };
        world.core.ending.settle();
        assertThat(world.log().stream().filter(Entry.Ended.class::isInstance)).hasSize(1);
        assertThat(world.log().stream().filter(Entry.Recovered.class::isInstance))
                .containsExactly(new Entry.Recovered(world.now, context.transaction(), true));
    }

    @Test
    void aDriverThatWasRestartedHasLostWhatTheContextWrote() {
        Admitted context = world.begin();
        world.drivers.connection++;
        assertDenied(world.read(context, "a"), Denial.DRIVER_UNAVAILABLE);
        assertDenied(world.end(context, End.SUCCESS), Denial.DRIVER_UNAVAILABLE);
        assertThat(world.drivers.told(CoreToDriver.CommitContext.class)).isEmpty();
    }

    @Test
    void withoutABrokerEverythingEndsAsCrashed() {
        Admitted parent = world.begin(World.child("helper", 2));
        world.spawn(parent, 0, Blob.EMPTY);
        world.begin();
        world.core.ending.brokerGone();
        assertThat(world.log().stream().filter(Entry.Ended.class::isInstance).map(e -> ((Entry.Ended) e).how()))
                .hasSize(3)
                .doesNotContain(End.SUCCESS.number());
    }

    @Test
    void withoutABrokerAndWithoutALogEverythingIsOverAllTheSame() throws Exception {
        FailingStorage storage = new FailingStorage();
        world.moveTo(storage);
        List<Admitted> contexts = List.of(world.begin(World.child("helper", 2)), world.begin(), world.begin());
        Admitted child = (Admitted) world.spawn(contexts.getFirst(), 0, Blob.EMPTY);
        storage.fail();
        world.core.ending.brokerGone();
        List<Blob> all = Stream.concat(contexts.stream(), Stream.of(child))
                .map(Admitted::context)
                .toList();
        assertThat(world.drivers.told(CoreToDriver.DropContext.class))
                .extracting(CoreToDriver.DropContext::context)
                .containsExactlyInAnyOrderElementsOf(all);
        for (Blob context : all) {
            assertDenied(world.core.answer(new BrokerToCore.LogEvent(context, World.json("{}"))), Denial.CONTEXT_ENDED);
        }
    }

    // ---- events and the log

    @Test
    void aGuestsEventsAreRecordedAsTheyAreAndProvedAndBounded() throws Exception {
        Admitted context = world.begin();
        Blob event = World.json("{\"step\":1}");
        CoreToBroker.Logged logged =
                (CoreToBroker.Logged) world.core.answer(new BrokerToCore.LogEvent(context.context(), event));
        assertThat(proof(logged.proof()))
                .isEqualTo(new Proof(
                        context.context(),
                        logged.sequence(),
                        event.sha256(),
                        World.json("{}").sha256(),
                        0,
                        logged.logIndex(),
                        context.transaction(),
                        Blob.EMPTY));
        assertThat(world.log().getLast())
                .isEqualTo(new Entry.GuestEvent(world.now, context.context(), context.transaction(), event));
        assertDenied(
                world.core.answer(new BrokerToCore.LogEvent(context.context(), World.json("{"))), Denial.MALFORMED);
    }

    @Test
    void aContextThatIsRefusedWithoutEndWritesNoMoreThanItsPartOfTheLog() {
        Admitted flooding = world.begin();
        Admitted other = world.begin();
        long before = world.entries();
        for (int i = 0; i < 10_500; i++) {
            assertDenied(world.call(flooding, Blob.EMPTY, "{}"), Denial.UNKNOWN_HANDLE);
        }
        assertThat(world.entries() - before).isEqualTo(10_000);
        assertThat(((Denied) world.call(flooding, Blob.EMPTY, "{}")).logIndex()).isNegative();
        assertThat(((Denied) world.call(other, Blob.EMPTY, "{}")).logIndex()).isEqualTo(before + 10_000);
    }

    @Test
    void aReadThatIsCountedWaitsForTheDiskAndAnotherDoesNot() throws Exception {
        FailingStorage storage = new FailingStorage();
        world.moveTo(storage);
        Admitted context = world.begin(World.tool("files.read", 5, true), World.tool("files.list", -1, true));
        storage.fail();
        assertAllowed(world.call(context, World.handle(context, 1), "{\"path\":\"/repo\"}"));
        assertDenied(world.call(context, World.handle(context, 0), "{\"path\":\"/repo\"}"), Denial.LOG_UNAVAILABLE);
    }

    @Test
    void theBoundaryOfAContextIsReportedOnce() {
        Admitted context = world.begin();
        Blob report = World.json("{\"uid\":1}");
        assertThat(world.core.answer(new BrokerToCore.Report(context.context(), report)))
                .isInstanceOf(CoreToBroker.Logged.class);
        assertThat(world.log().getLast())
                .isEqualTo(new Entry.BoundaryReport(world.now, context.context(), context.transaction(), report));
        assertDenied(world.core.answer(new BrokerToCore.Report(context.context(), report)), Denial.REPLAYED);
    }

    @Test
    void withoutALogNothingIsAllowedAndDenialsStillAnswer() throws Exception {
        FailingStorage storage = new FailingStorage();
        world.moveTo(storage);
        Admitted context = world.begin(World.tool("files.write", -1, false));
        assertAllowed(world.call(context));
        storage.fail();
        assertDenied(world.call(context), Denial.LOG_UNAVAILABLE);
        assertDenied(world.call(context), Denial.LOG_UNAVAILABLE);
        assertDenied(world.call(context, World.id(), "{}"), Denial.UNKNOWN_HANDLE);
        assertDenied(world.admit(world.signed(world.grant())), Denial.LOG_UNAVAILABLE);
        assertThat(world.revoke(World.id(), world.root)).isInstanceOf(CoreToAdmin.Denied.class);
    }

    @Test
    void syscallsThatAreNotDecidedHereAreMalformed() {
        Admitted context = world.begin(World.tool("files.read", -1, true));
        assertDenied(
                world.core.answer(new BrokerToCore.Decide(
                        context.context(), Syscall.LOG, World.handle(context, 0), World.json("{}"))),
                Denial.MALFORMED);
    }
}
