package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Forgetting;
import ambit.authority.Request;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.End;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's word destroys memory for ever, is recorded before and after, and is nobody else's to give. */
class ForgettingTest {
    @TempDir
    private Path directory;

    private World world;
    private Blob grant;

    @BeforeEach
    void begin() {
        world = new World(directory);
        grant = world.signed(world.grant(World.tool("files.read", -1, true)));
    }

    @AfterEach
    void end() {
        world.close();
    }

    private String ended() {
        Admitted context = world.begin(grant);
        world.end(context, End.SUCCESS);
        return context.transaction();
    }

    private CoreToAdmin forget(SigningKey by, Blob principal, String transaction, long agoSeconds) {
        Forgetting word =
                new Forgetting(World.TENANT, principal, transaction, "asked to", world.now / 1000 - agoSeconds);
        return world.admin(new AdminToCore.Forget(Signed.sign(Domain.FORGETTING, by, word.toBlob())));
    }

    private CoreToAdmin forget(Blob principal, String transaction) {
        return forget(world.root, principal, transaction, 0);
    }

    private Blob alice() {
        return world.alice.publicKey();
    }

    private List<CoreToDriver.MapEntry> map() {
        return world.drivers.told(CoreToDriver.MapContext.class).getLast().entries();
    }

    private static void assertDenied(CoreToAdmin answer, Denial code) {
        assertThat(answer)
                .isInstanceOfSatisfying(
                        CoreToAdmin.Denied.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    @Test
    void aTransactionThatIsForgottenCannotBeInheritedFromAnyMoreAlsoAfterARestart() {
        String transaction = ended();
        String kept = ended();
        assertThat(forget(alice(), transaction)).isInstanceOf(CoreToAdmin.Forgotten.class);
        for (int i = 0; i < 3; i++) {
            Request request = world.request(grant, new Request.Inherit(transaction, "plan"));
            CoreToBroker answer = world.admit(grant, world.signed(request));
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            CoreToBroker.Denied.class,
                            it -> assertThat(it.code()).isEqualTo(Denial.NOT_MAPPED));
            Request other = world.request(grant, new Request.Inherit(kept, "plan"));
            assertThat(world.admit(grant, world.signed(other))).isInstanceOf(Admitted.class);
            if (i == 1) {
                world.snapshot();
            }
            world.restart();
        }
    }

    @Test
    void itsIdIsStillNotToBeUsedAgain() {
        Request request = world.request(grant);
        Admitted context = (Admitted) world.admit(grant, world.signed(request));
        world.end(context, End.SUCCESS);
        forget(alice(), context.transaction());
        assertThat(world.admit(grant, world.signed(request)))
                .isInstanceOfSatisfying(
                        CoreToBroker.Denied.class, it -> assertThat(it.code()).isEqualTo(Denial.REPLAYED));
    }

    @Test
    void aPrincipalThatIsForgottenBeginsAgainWithOtherPartitionsAndKeys() {
        ended();
        CoreToDriver.MapEntry notes = map().getLast();
        assertThat(notes.mount()).isEqualTo("user/notes/");
        forget(alice(), "");
        ended();
        assertThat(map().getLast().partition()).isNotEqualTo(notes.partition());
        assertThat(map().getLast().dataKey()).isNotEqualTo(notes.dataKey());
        world.restart();
        ended();
        assertThat(map().getLast().partition()).isNotEqualTo(notes.partition());
    }

    @Test
    void theDriversAreToldAndTheLogSaysSoBeforeAndAfter() {
        String transaction = ended();
        CoreToAdmin answer = forget(alice(), transaction);
        assertThat(world.drivers.told(CoreToDriver.Forget.class))
                .containsExactly(new CoreToDriver.Forget(World.TENANT, alice(), transaction));
        List<Entry.Forgotten> entries = world.log().stream()
                .filter(Entry.Forgotten.class::isInstance)
                .map(Entry.Forgotten.class::cast)
                .toList();
        assertThat(entries).hasSize(2);
        assertThat(entries.getFirst().partitions()).isEqualTo(-1);
        assertThat(entries.getLast().partitions()).isEqualTo(1);
        assertThat(entries.getLast().word()).isEqualTo(entries.getFirst().word());
        assertThat(answer).isEqualTo(new CoreToAdmin.Forgotten(1, 2, 3, world.entries() - 1));
    }

    @Test
    void nobodyButTheTenantIsHeard() {
        String transaction = ended();
        assertDenied(forget(world.alice, alice(), transaction, 0), Denial.UNKNOWN_TENANT);
        assertDenied(forget(SigningKey.generate(), Blob.EMPTY, "", 0), Denial.UNKNOWN_TENANT);
        Forgetting word = new Forgetting("other", alice(), transaction, "", world.now / 1000);
        assertDenied(
                world.admin(new AdminToCore.Forget(Signed.sign(Domain.FORGETTING, world.root, word.toBlob()))),
                Denial.UNKNOWN_TENANT);
        Forgetting mine = new Forgetting(World.TENANT, alice(), transaction, "", world.now / 1000);
        assertDenied(
                world.admin(new AdminToCore.Forget(Signed.sign(Domain.REVOCATION, world.root, mine.toBlob()))),
                Denial.BAD_SIGNATURE);
        assertThat(world.drivers.told(CoreToDriver.Forget.class)).isEmpty();
    }

    @Test
    void aWordIsGoodForFiveMinutes() {
        String transaction = ended();
        assertDenied(forget(world.root, alice(), transaction, 301), Denial.EXPIRED);
        assertDenied(forget(world.root, alice(), transaction, -301), Denial.EXPIRED);
        assertThat(forget(world.root, alice(), transaction, 299)).isInstanceOf(CoreToAdmin.Forgotten.class);
    }

    @Test
    void whatIsInUseIsNotDestroyed() {
        Admitted context = world.begin(grant);
        for (String transaction : List.of("", context.transaction())) {
            assertDenied(forget(alice(), transaction), Denial.CONFLICT);
        }
        assertDenied(forget(Blob.EMPTY, ""), Denial.CONFLICT);
        assertThat(forget(alice(), ended())).isInstanceOf(CoreToAdmin.Forgotten.class);
        world.end(context, End.SUCCESS);
        assertThat(forget(Blob.EMPTY, "")).isInstanceOf(CoreToAdmin.Forgotten.class);
    }

    @Test
    void aTransactionWithoutItsPrincipalIsNoWord() {
        assertDenied(forget(Blob.EMPTY, ended()), Denial.MALFORMED);
    }

    @Test
    void whereTheDriversAreGoneItIsAskedOnceMore() {
        String transaction = ended();
        world.drivers.connection = 0;
        assertThat(forget(alice(), transaction)).isInstanceOf(CoreToAdmin.Denied.class);
        world.drivers.connection = 1;
        assertThat(forget(world.root, alice(), transaction, 1)).isInstanceOf(CoreToAdmin.Forgotten.class);
    }

    @Test
    void aWordIsFollowedOnceAlsoAfterARestart() {
        ended();
        assertThat(forget(alice(), "")).isInstanceOf(CoreToAdmin.Forgotten.class);
        String later = ended();
        for (int i = 0; i < 3; i++) {
            assertDenied(forget(alice(), ""), Denial.REPLAYED);
            Request request = world.request(grant, new Request.Inherit(later, "plan"));
            assertThat(world.admit(grant, world.signed(request))).isInstanceOf(Admitted.class);
            if (i == 1) {
                world.snapshot();
            }
            world.restart();
        }
        assertThat(forget(world.root, alice(), "", 1)).isInstanceOf(CoreToAdmin.Forgotten.class);
    }

    /** What it came to is recorded when it is done; whoever began meanwhile keeps what is its own. */
    @Test
    void whoBeganWhileItWasDestroyedIsNotForgotten() {
        Blob word = Signed.sign(
                Domain.FORGETTING,
                world.root,
                new Forgetting(World.TENANT, alice(), "", "asked to", world.now / 1000).toBlob());
        History history = new History();
        history.apply(begun("before"));
        history.apply(new Entry.Forgotten(world.now, word, -1, 0, 0));
        history.apply(begun("meanwhile"));
        history.apply(new Entry.Forgotten(world.now, word, 1, 2, 3));
        assertThat(history.owner("before")).isEqualTo(Owner.NOBODY);
        assertThat(history.owner("meanwhile")).isEqualTo(new Owner(World.TENANT, alice()));
    }

    private Entry begun(String transaction) {
        Blob none = Blob.EMPTY;
        return new Entry.Admitted(
                world.now, World.id(), transaction, World.TENANT, alice(), "a", none, none, none, none, 0);
    }

    @Test
    void theBodiesOfWhatIsForgottenHaveNoKeyAnyMore() {
        String transaction = ended();
        forget(alice(), transaction);
        assertDenied(
                world.admin(new AdminToCore.ReadBody(World.TENANT, transaction, Blob.EMPTY, "root")),
                Denial.UNKNOWN_TENANT);
    }
}
