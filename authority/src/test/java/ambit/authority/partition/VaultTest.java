package ambit.authority.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.keyfile.SecretDirectory;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and keys of memory: whose they are, how long they last, and that nothing brings back what was destroyed. */
class VaultTest {
    private static final byte[] MASTER = new byte[32];
    private static final Blob ALICE = Blob.EMPTY.sha256();
    private static final Blob BOB = ALICE.sha256();

    @TempDir
    private Path directory;

    private Vault vault;

    @BeforeEach
    void open() throws IOException {
        vault = new Vault(MASTER, new SecretDirectory(directory).below("memory"));
    }

    private Vault again() throws IOException {
        return new Vault(MASTER, new SecretDirectory(directory).below("memory"));
    }

    @Test
    void everyTenantPrincipalAndPathHasAnotherNameAndAnotherKey() throws IOException {
        Set<Blob> seen = new HashSet<>();
        int made = 0;
        for (String tenant : List.of("acme", "acm", "")) {
            for (Blob principal : List.of(ALICE, BOB, Blob.EMPTY)) {
                for (String path : List.of("user/notes", "user/note", "tenant/faq", "")) {
                    Partition partition = vault.partition(tenant, principal, path);
                    seen.addAll(List.of(partition.id(), partition.wrapping(), vault.bodies(tenant, principal, path)));
                    made += 3;
                }
            }
        }
        assertThat(seen).hasSize(made);
    }

    @Test
    void namesAndKeysAreTheSameAfterARestartAndOthersUnderAnotherMasterKey() throws IOException {
        Partition before = vault.partition("acme", ALICE, "user/notes");
        assertThat(again().partition("acme", ALICE, "user/notes")).isEqualTo(before);
        byte[] other = MASTER.clone();
        other[0] = 1;
        Partition elsewhere =
                new Vault(other, new SecretDirectory(directory).below("memory")).partition("acme", ALICE, "user/notes");
        assertThat(elsewhere.id()).isNotEqualTo(before.id());
        assertThat(elsewhere.wrapping()).isNotEqualTo(before.wrapping());
    }

    @Test
    void theyAreDerivedAsTheFormatsSay() throws Exception {
        Partition partition = vault.partition("acme", ALICE, "user/notes");
        byte[] tenant = hmac(MASTER, "ambit/tenant/v1", file("acme", Blob.EMPTY));
        byte[] principal = hmac(tenant, "ambit/principal/v1", file("acme", ALICE));
        assertThat(partition.id()).isEqualTo(Blob.of(hmac(principal, "ambit/partition/v2", "user/notes")));
        assertThat(partition.wrapping()).isEqualTo(Blob.of(hmac(principal, "ambit/wrapping/v1", partition.id())));
        assertThat(vault.bodies("acme", ALICE, "t")).isEqualTo(Blob.of(hmac(principal, "ambit/bodies/v2", "t")));
        assertThat(vault.partition("acme", Blob.EMPTY, "tenant/faq").id())
                .isEqualTo(Blob.of(hmac(tenant, "ambit/partition/v2", "tenant/faq")));
    }

    private Blob file(String tenant, Blob principal) throws IOException {
        String name =
                Blob.of(Cbor.encode(Cbor.array(tenant, principal))).sha256().toHex() + ".secret";
        return Blob.of(Files.readAllBytes(directory.resolve("memory").resolve(name)));
    }

    private static byte[] hmac(byte[] key, Object... of) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(Cbor.encode(Cbor.array(of)));
    }

    @Test
    void whatAPrincipalHadIsGoneWithItsSecretAndNobodyElses() throws IOException {
        Partition alices = vault.partition("acme", ALICE, "user/notes");
        Partition bobs = vault.partition("acme", BOB, "user/notes");
        Partition shared = vault.partition("acme", Blob.EMPTY, "tenant/faq");
        Blob kept = alices.fresh();
        vault.destroy("acme", ALICE);
        assertThat(vault.partition("acme", ALICE, "user/notes").id()).isNotEqualTo(alices.id());
        assertThatThrownBy(() -> again().partition("acme", ALICE, "user/notes").unwrap(kept))
                .isInstanceOf(MalformedException.class);
        assertThat(vault.partition("acme", BOB, "user/notes")).isEqualTo(bobs);
        assertThat(vault.partition("acme", Blob.EMPTY, "tenant/faq")).isEqualTo(shared);
    }

    @Test
    void whatATenantHadIsGoneWithItsSecretWithAllItsPrincipals() throws IOException {
        Partition alices = vault.partition("acme", ALICE, "user/notes");
        Partition others = vault.partition("other", ALICE, "user/notes");
        vault.destroy("acme", Blob.EMPTY);
        assertThat(again().partition("acme", ALICE, "user/notes").id()).isNotEqualTo(alices.id());
        assertThat(again().partition("other", ALICE, "user/notes")).isEqualTo(others);
    }

    @Test
    void destroyingWhatIsNotThereChangesNothing() throws IOException {
        Partition bobs = vault.partition("acme", BOB, "user/notes");
        vault.destroy("acme", ALICE);
        vault.destroy("nobody", Blob.EMPTY);
        assertThat(again().partition("acme", BOB, "user/notes")).isEqualTo(bobs);
    }

    @Test
    void aWrappedKeyOpensForItsPartitionOnly() throws IOException {
        Partition notes = vault.partition("acme", ALICE, "user/notes");
        Blob wrapped = notes.fresh();
        assertThat(wrapped.size()).isEqualTo(40);
        assertThat(notes.unwrap(wrapped).size()).isEqualTo(32);
        assertThat(notes.unwrap(notes.fresh())).isNotEqualTo(notes.unwrap(wrapped));
        for (Partition other :
                List.of(vault.partition("acme", ALICE, "user/other"), vault.partition("acme", BOB, "user/notes"))) {
            assertThatThrownBy(() -> other.unwrap(wrapped)).isInstanceOf(MalformedException.class);
        }
        for (int i = 0; i < wrapped.size(); i++) {
            byte[] flipped = wrapped.toArray();
            flipped[i] ^= 1;
            assertThatThrownBy(() -> notes.unwrap(Blob.of(flipped))).isInstanceOf(MalformedException.class);
        }
        assertThatThrownBy(() -> notes.unwrap(Blob.EMPTY)).isInstanceOf(MalformedException.class);
    }

    @Test
    void secretsAreTheirOwnersAloneAndKeysAreNeverPrinted() throws IOException {
        Partition notes = vault.partition("acme", ALICE, "user/notes");
        assertThat(notes.toString()).doesNotContain(notes.wrapping().toHex());
        Path memory = directory.resolve("memory");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(memory)))
                .isEqualTo("rwx------");
        try (var files = Files.list(memory)) {
            assertThat(files.toList())
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }
}
