package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Endorsement;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose;
import ambit.wire.FrameChannel;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Exchanging keys while the kernel is in use, and what somebody with a former one can still do: nothing. */
final class KeysTest {
    @RegisterExtension
    static final Kernel KERNEL = Kernel.usual();

    private static final Map<String, String> SECRET = Map.of("AMBIT_PASSPHRASE", "correct horse");

    @Test
    void aTenantsKeysOverlapUntilTheFormerOneIsRetired() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.ambit("grant", "bob", "probe").exits(0);
        assertThat(ambit.ambit("keys", "rotate", "tenant").exits(0).err()).contains("by the former one's word");
        ambit.guest("alice", "probe", "say(x=1)").exits(0);
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.guest("alice", "probe", "say(x=1)").exits(0);
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        String admitted = last(ambit, "admitted").get("transaction").asString();
        assertThat(ambit.ambit("keys", "retire", "tenant", "--why", "it was on a lost laptop")
                        .exits(0)
                        .err())
                .contains("retired tenant.1");
        ambit.guest("alice", "probe", "say(x=1)").exits(0);
        assertThat(ambit.guest("bob", "probe", "say(x=1)").exits(3).err()).contains("REVOKED");
        assertThat(ambit.state().resolve("keys/tenant.1.key")).doesNotExist();
        assertThat(ambit.ambit("log").exits(0).out()).contains("it was on a lost laptop");
        JsonNode revoked = last(ambit, "revoked");
        assertThat(revoked.get("why").asString()).isEqualTo("it was on a lost laptop");
        assertThat(ambit.ambit("why", revoked.get("index").asString()).exits(0).out())
                .contains("✓ revocation")
                .contains("it was on a lost laptop");
        assertThat(ambit.ambit("why", admitted).exits(0).out()).contains("✓ grant");
        ambit.down();
        ambit.up();
        ambit.guest("alice", "probe", "say(x=1)").exits(0);
        assertThat(ambit.guest("bob", "probe", "say(x=1)").exits(3).err()).contains("REVOKED");
        ambit.ambit("grant", "bob", "probe").exits(0);
        ambit.guest("bob", "probe", "say(x=1)").exits(0);
        String under = last(ambit, "admitted").get("transaction").asString();
        assertThat(ambit.ambit("why", under).exits(0).out()).contains("by the word of the key before it");
    }

    private static JsonNode last(Installation ambit, String kind) throws Exception {
        return ambit.log().stream()
                .filter(entry -> entry.get("kind").asString().equals(kind))
                .reduce((_, second) -> second)
                .orElseThrow();
    }

    @Test
    void aCopyOfTheStateFromBeforeARotationIsRefusedAfterIt() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.up();
        ambit.down();
        Path copy = ambit.root().resolve("copy-of-state");
        run("cp", "-a", ambit.state().toString(), copy.toString());
        ambit.up();
        ambit.ambit("keys", "rotate", "tenant").exits(0);
        ambit.ambit("keys", "rotate", "core").exits(0);
        ambit.down();
        Path present = ambit.root().resolve("present-state");
        run("mv", ambit.state().toString(), present.toString());
        run("cp", "-a", copy.toString(), ambit.state().toString());
        assertThat(ambit.ambit("up").exits(5).err()).contains("older");
        ambit.ambit("down");
        run("rm", "-rf", ambit.state().toString());
        run("mv", present.toString(), ambit.state().toString());
        // The control: the state that is not older goes on.
        ambit.up();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void whoPinnedTheCoresFirstKeyFollowsTheLogToItsPresentOne() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.up();
        Path pinned =
                Files.copy(ambit.state().resolve("core/core.pub"), ambit.root().resolve("pinned.pub"));
        ambit.guest("say(x=1)").exits(0);
        ambit.ambit("keys", "rotate", "core").exits(0);
        ambit.guest("say(x=1)").exits(0);
        ambit.ambit("keys", "rotate", "core").exits(0);
        ambit.guest("say(x=1)").exits(0);
        Blob present = PublicKeyFile.read(ambit.state().resolve("core/core.pub"));
        assertThat(present).isNotEqualTo(PublicKeyFile.read(pinned));
        ambit.ambit("log", "verify", "--key", pinned.toString()).exits(0);
        ambit.ambit("log", "verify").exits(0);
        Path stranger = ambit.root().resolve("stranger.pub");
        PublicKeyFile.write(stranger, SigningKey.generate().publicKey());
        assertThat(ambit.ambit("log", "verify", "--key", stranger.toString())
                        .exits(1)
                        .err())
                .contains("not signed");
        assertThat(ambit.ambit("log").exits(0).out()).contains("follows it");
    }

    @Test
    void aTransactionThatRunsKeepsTheCoreItsKeyUntilTheNextStart() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.up();
        Blob before = PublicKeyFile.read(ambit.state().resolve("core/core.pub"));
        try (Running guest =
                ambit.beginGuest("alice", "probe", "print('here', flush=True); import time; time.sleep(600)")) {
            guest.printed("here");
            assertThat(ambit.ambit("keys", "rotate", "core").exits(0).err()).contains("from its next start on");
            assertThat(PublicKeyFile.read(ambit.state().resolve("core/core.pub")))
                    .isEqualTo(before);
            String transaction = last(ambit, "admitted").get("transaction").asString();
            assertThat(ambit.ambit("stop", transaction, "--why", "it took too long")
                            .exits(0)
                            .err())
                    .contains("stopped " + transaction);
            assertThat(ambit.ambit("status", "--json").exits(0).out()).contains("\"transactions\":[]");
            guest.finish().exits(1);
            assertThat(ambit.ambit("log", "--transaction", transaction).exits(0).out())
                    .contains("stopped: it took too long");
            String ended = last(ambit, "ended").get("index").asString();
            assertThat(ambit.ambit("why", ended).exits(0).out()).contains("stopped: it took too long");
        }
        ambit.down();
        ambit.up();
        assertThat(PublicKeyFile.read(ambit.state().resolve("core/core.pub"))).isNotEqualTo(before);
        ambit.guest("say(x=1)").exits(0);
    }

    @Test
    void sealedKeysSignWithTheirPassphraseAndWithNothingElse() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.begin(SECRET, "keys", "protect", "alice").finish().exits(0);
        ambit.begin(SECRET, "keys", "protect", "tenant").finish().exits(0);
        ambit.begin(SECRET, "grant", "alice", "probe").finish().exits(0);
        Running running = ambit.begin(SECRET, "run", "--as", "alice", "probe", "--", "say(x=1)");
        running.finish().exits(0);
        assertThat(ambit.guest("say(x=1)").exits(2).err())
                .contains("a passphrase is needed")
                .contains("AMBIT_PASSPHRASE");
        Map<String, String> wrong = Map.of("AMBIT_PASSPHRASE", "battery staple");
        Outcome refused = ambit.begin(wrong, "run", "--as", "alice", "probe", "--", "say(x=1)")
                .finish()
                .exits(2);
        assertThat(refused.err()).contains("the passphrase does not open").doesNotContain("Exception");
        ambit.begin(wrong, "revoke", "--all").finish().exits(2);
        ambit.begin(SECRET, "keys", "rotate", "tenant").finish().exits(0);
        assertThat(Files.readString(ambit.state().resolve("keys/tenant.key"))).contains("ENCRYPTED");
        ambit.begin(SECRET, "keys", "unprotect", "alice").finish().exits(0);
        ambit.begin(SECRET, "keys", "unprotect", "tenant").finish().exits(0);
        ambit.guest("say(x=1)").exits(0);
    }

    @Test
    void aStrangersWordAddsNoKeyAndAKeyThatSomebodyElseAddedIsSeenAndEnded() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.up();
        SigningKey mallory = SigningKey.generate();
        Blob word = Signed.sign(
                Cose.Domain.TENANT_KEY,
                mallory,
                new Endorsement("acme", mallory.publicKey(), System.currentTimeMillis() / 1000).toBlob());
        Path file = Files.write(ambit.root().resolve("word"), word.toArray());
        assertThat(ambit.ambit("inspect", file.toString()).exits(0).out()).contains("word for the key");
        assertThat(administer(ambit, new AdminToCore.AddKey("acme", mallory.publicKey(), word)))
                .isInstanceOf(CoreToAdmin.Denied.class);
        assertThat(ambit.ambit("keys").exits(0).err()).isEmpty();
        // The control: who administers the kernel can, and it shows.
        assertThat(administer(ambit, new AdminToCore.AddKey("acme", mallory.publicKey(), Blob.EMPTY)))
                .isInstanceOf(CoreToAdmin.Registered.class);
        String hex = mallory.publicKey().toHex();
        assertThat(ambit.ambit("keys").exits(0).err()).contains("not here").contains("ambit revoke " + hex);
        ambit.ambit("revoke", hex, "--why", "nobody knows it").exits(0);
        assertThat(ambit.ambit("keys").exits(0).err()).isEmpty();
        assertThat(administer(ambit, new AdminToCore.AddKey("acme", mallory.publicKey(), Blob.EMPTY)))
                .isInstanceOf(CoreToAdmin.Denied.class);
    }

    private static CoreToAdmin administer(Installation ambit, AdminToCore message) throws Exception {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(ambit.runtime().resolve("core-admin/core.sock")));
            FrameChannel channel = new FrameChannel(socket);
            channel.send(message.toCbor());
            return CoreToAdmin.fromCbor(channel.receive());
        }
    }

    @Test
    void aLostKeyIsReplacedByTheWordOfWhoeverAdministersTheKernel() throws Exception {
        Installation ambit = KERNEL.get();
        ambit.up();
        Files.delete(ambit.state().resolve("keys/tenant.key"));
        ambit.ambit("keys", "rotate", "tenant").exits(2);
        assertThat(ambit.ambit("keys", "rotate", "tenant", "--lost").exits(0).err())
                .contains("by your word");
        ambit.ambit("keys", "retire", "tenant").exits(0);
        ambit.ambit("grant", "alice", "probe").exits(0);
        ambit.guest("say(x=1)").exits(0);
        assertThat(ambit.ambit("why", last(ambit, "admitted").get("transaction").asString())
                        .exits(0)
                        .out())
                .contains("administered the kernel");
    }
}
