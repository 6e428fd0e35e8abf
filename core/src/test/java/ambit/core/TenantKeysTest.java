package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Endorsement;
import ambit.authority.Revocation;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tenant may have several root keys at a time, and retire all but one. */
class TenantKeysTest {
    @TempDir
    private Path directory;

    private World world;
    private final SigningKey second = SigningKey.generate();

    @BeforeEach
    void begin() {
        world = new World(directory);
    }

    @AfterEach
    void end() {
        world.close();
    }

    private Blob word(SigningKey by, String tenant, Blob key) {
        return Signed.sign(Domain.TENANT_KEY, by, new Endorsement(tenant, key, world.now / 1000).toBlob());
    }

    private CoreToAdmin add(SigningKey by, SigningKey key) {
        return add(World.TENANT, key.publicKey(), word(by, World.TENANT, key.publicKey()));
    }

    private CoreToAdmin add(String tenant, Blob key, Blob word) {
        return world.admin(new AdminToCore.AddKey(tenant, key, word));
    }

    private Blob grantBy(SigningKey key) {
        return Signed.sign(
                Domain.GRANT,
                key,
                world.grant(World.tool("files.read", -1, true)).toBlob());
    }

    private CoreToAdmin retire(SigningKey key, SigningKey by) {
        return world.revoke(key.publicKey(), by);
    }

    private static void added(CoreToAdmin answer) {
        assertThat(answer).isInstanceOf(CoreToAdmin.Registered.class);
    }

    private static void refused(CoreToAdmin answer) {
        assertThat(answer).isInstanceOf(CoreToAdmin.Denied.class);
    }

    private static void denied(CoreToBroker answer, Denial code) {
        assertThat(answer).isInstanceOf(CoreToBroker.Denied.class);
        assertThat(((CoreToBroker.Denied) answer).code()).isEqualTo(code);
    }

    private static void allowed(CoreToBroker answer) {
        assertThat(answer).isInstanceOf(CoreToBroker.Permitted.class);
    }

    @Test
    void grantsUnderEitherKeyAreHonouredWhileBothAreInForce() {
        Blob before = grantBy(world.root);
        denied(world.admit(grantBy(second)), Denial.UNKNOWN_TENANT);
        added(add(world.root, second));
        allowed(world.call(world.begin(before)));
        allowed(world.call(world.begin(grantBy(second))));
        world.restart();
        allowed(world.call(world.begin(grantBy(world.root))));
        allowed(world.call(world.begin(grantBy(second))));
    }

    @Test
    void nothingUnderARetiredKeyGetsAnotherPermitAlsoAfterARestart() {
        Blob old = grantBy(world.root);
        added(add(world.root, second));
        Admitted under = world.begin(old);
        Admitted other = world.begin(grantBy(second));
        assertThat(retire(world.root, second)).isInstanceOf(CoreToAdmin.Revoked.class);
        denied(world.call(under), Denial.REVOKED);
        assertThat(world.core.answer(new BrokerToCore.Poll()))
                .isEqualTo(new CoreToBroker.ToKill(List.of(under.context())));
        denied(world.admit(old), Denial.REVOKED);
        denied(world.admit(grantBy(world.root)), Denial.REVOKED);
        allowed(world.call(other));
        world.restart();
        denied(world.admit(old), Denial.REVOKED);
        allowed(world.call(world.begin(grantBy(second))));
    }

    @Test
    void aRetiredKeyNeitherRevokesNorEndorsesNorComesBack() {
        Blob grant = grantBy(second);
        Blob earlierWord = word(world.root, World.TENANT, second.publicKey());
        added(add(World.TENANT, second.publicKey(), earlierWord));
        assertThat(retire(world.root, second)).isInstanceOf(CoreToAdmin.Revoked.class);
        refused(world.revoke(grant.sha256(), world.root));
        refused(retire(second, world.root));
        refused(add(world.root, SigningKey.generate()));
        refused(add(second, world.root));
        refused(add(World.TENANT, world.root.publicKey(), Blob.EMPTY));
        refused(world.admin(new AdminToCore.Register(World.TENANT, world.root.publicKey())));
        refused(world.admin(new AdminToCore.Register("other", world.root.publicKey())));
        allowed(world.call(world.begin(grant)));
    }

    @Test
    void aWordThatWasUsedBringsNoRetiredKeyBack() {
        Blob word = word(world.root, World.TENANT, second.publicKey());
        added(add(World.TENANT, second.publicKey(), word));
        added(add(World.TENANT, second.publicKey(), word));
        assertThat(world.log())
                .filteredOn(Entry.TenantKeyAdded.class::isInstance)
                .hasSize(1);
        assertThat(retire(second, world.root)).isInstanceOf(CoreToAdmin.Revoked.class);
        refused(add(World.TENANT, second.publicKey(), word));
        denied(world.admit(grantBy(second)), Denial.REVOKED);
    }

    @Test
    void aForgedWordAddsNoKey() {
        Blob key = second.publicKey();
        Blob good = word(world.root, World.TENANT, key);
        refused(add(second, second));
        refused(add(world.alice, second));
        refused(add("nobody", key, word(world.root, "nobody", key)));
        refused(add(World.TENANT, SigningKey.generate().publicKey(), good));
        refused(add(World.TENANT, key, word(world.root, "other", key)));
        Endorsement endorsement = new Endorsement(World.TENANT, key, world.now / 1000);
        for (Domain domain : Domain.values()) {
            if (domain != Domain.TENANT_KEY) {
                refused(add(World.TENANT, key, Signed.sign(domain, world.root, endorsement.toBlob())));
            }
        }
        byte[] bytes = good.toArray();
        for (int i = 0; i < bytes.length; i += 3) {
            byte[] bad = bytes.clone();
            bad[i] ^= 1;
            refused(add(World.TENANT, key, Blob.of(bad)));
        }
        denied(world.admit(grantBy(second)), Denial.UNKNOWN_TENANT);
        added(add(World.TENANT, key, good));
    }

    @Test
    void noTwoTenantsShareAKey() {
        SigningKey other = SigningKey.generate();
        added(world.admin(new AdminToCore.Register("other", other.publicKey())));
        refused(add(world.root, other));
        refused(add(World.TENANT, other.publicKey(), Blob.EMPTY));
        refused(add("other", world.root.publicKey(), word(other, "other", world.root.publicKey())));
        added(add(world.root, second));
        refused(world.admin(new AdminToCore.Register("third", second.publicKey())));
        refused(add("other", second.publicKey(), word(other, "other", second.publicKey())));
        refused(add(other, SigningKey.generate()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
            })
    void aKeyOfSmallOrderOrWithoutOneSpellingIsRefusedWhoeverVouchesForIt(String hex) {
        Blob key = Blob.fromHex(hex);
        refused(add(World.TENANT, key, Blob.EMPTY));
        refused(add(World.TENANT, key, word(world.root, World.TENANT, key)));
        refused(world.admin(new AdminToCore.Register("other", key)));
    }

    @Test
    void theLastKeyCannotBeRetiredAndTheAdministratorsWordReplacesALostOne() {
        refused(retire(world.root, world.root));
        allowed(world.call(world.begin(grantBy(world.root))));
        added(add(World.TENANT, second.publicKey(), Blob.EMPTY));
        assertThat(retire(world.root, second)).isInstanceOf(CoreToAdmin.Revoked.class);
        refused(retire(second, second));
        allowed(world.call(world.begin(grantBy(second))));
        refused(add("nobody", SigningKey.generate().publicKey(), Blob.EMPTY));
    }

    @Test
    void aTenantCannotRetireTheKeyOfAnother() {
        SigningKey other = SigningKey.generate();
        added(world.admin(new AdminToCore.Register("other", other.publicKey())));
        Revocation word = new Revocation("other", world.root.publicKey(), "mine now", world.now / 1000);
        world.admin(new AdminToCore.Revoke(Signed.sign(Domain.REVOCATION, other, word.toBlob())));
        allowed(world.call(world.begin(grantBy(world.root))));
    }
}
