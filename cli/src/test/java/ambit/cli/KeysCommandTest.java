package ambit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ambit keys} does without a kernel. */
class KeysCommandTest {
    private static final Map<String, String> SECRET = Map.of("AMBIT_PASSPHRASE", "correct horse");

    @TempDir
    private Path directory;

    private Path key(String name) {
        return directory.resolve(".ambit/keys/" + name + ".key");
    }

    private Blob open(String name) throws IOException {
        return PublicKeyFile.read(directory.resolve(".ambit/keys/" + name + ".pub"));
    }

    private Shell shell() {
        return new Shell(directory);
    }

    private Shell shell(Map<String, String> environment) {
        return new Shell(directory, environment);
    }

    @Test
    void initSealsEachKeyThatOpenSslThenOpens() throws Exception {
        assertThat(shell(SECRET).run("init", "--passphrase")).isZero();
        for (String name : new String[] {"tenant", "alice"}) {
            assertThat(Files.readString(key(name))).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key(name))))
                    .isEqualTo("rw-------");
            assertThat(SecretKeyFile.read(key(name), _ -> "correct horse".toCharArray())
                            .publicKey())
                    .isEqualTo(open(name));
            Process openssl = new ProcessBuilder(
                            "/usr/bin/openssl", "pkey", "-in", key(name).toString(), "-passin", "pass:correct horse")
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(openssl.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("-----BEGIN PRIVATE KEY-----\n");
            assertThat(openssl.waitFor()).isZero();
        }
    }

    @Test
    void withoutATerminalAndWithoutAPassphraseNothingIsMade() {
        assertThat(shell().run("init", "--passphrase")).isEqualTo(2);
    }

    @Test
    void aKeyIsSealedAndOpenedAgain() throws Exception {
        shell().run("init");
        byte[] seed = SecretKeyFile.read(key("alice")).seed();
        Shell shell = shell(SECRET);
        assertThat(shell.run("keys", "unprotect", "alice")).isEqualTo(2);
        assertThat(shell.err()).contains("alice.key is not sealed");
        assertThat(shell.run("keys", "protect", "alice")).isZero();
        assertThat(SecretKeyFile.isSealed(key("alice"))).isTrue();
        assertThat(SecretKeyFile.isSealed(key("tenant"))).isFalse();
        assertThat(shell.run("keys", "protect", "alice")).isEqualTo(2);
        assertThat(shell.err()).contains("sealed by a passphrase already");
        assertThat(shell.run("keys")).isZero();
        assertThat(shell.out()).containsPattern("alice +ambit-ed25519 [^ ]+ +sealed by a passphrase\n");
        assertThat(shell.out()).containsPattern("tenant +ambit-ed25519 [^ ]+ +in the clear\n");
        assertThat(shell.run("keys", "unprotect", "alice")).isZero();
        assertThat(SecretKeyFile.read(key("alice")).seed()).isEqualTo(seed);
        assertThat(shell.run("keys", "protect", "mallory")).isEqualTo(2);
        assertThat(shell.err()).contains("there is no secret key of 'mallory'");
    }

    @Test
    void aWrongPassphraseIsOneErrorAndChangesNothing() throws Exception {
        shell(SECRET).run("init", "--passphrase");
        String before = Files.readString(key("tenant"));
        Shell wrong = shell(Map.of("AMBIT_PASSPHRASE", "battery staple"));
        assertThat(wrong.run("keys", "unprotect", "tenant")).isEqualTo(2);
        assertThat(wrong.err())
                .isEqualTo("ambit: error: the passphrase does not open "
                        + key("tenant").toRealPath() + "\n");
        assertThat(key("tenant")).hasContent(before);
    }

    @Test
    void aPassphraseComesFromTheFirstLineOfAFile() throws Exception {
        shell(SECRET).run("init", "--passphrase");
        Path file = Files.writeString(directory.resolve("secret"), "correct horse\nnot this\n");
        assertThat(shell(Map.of("AMBIT_PASSPHRASE_FILE", file.toString())).run("keys", "unprotect", "tenant"))
                .isZero();
        Files.writeString(file, "");
        Shell empty = shell(Map.of("AMBIT_PASSPHRASE_FILE", file.toString()));
        assertThat(empty.run("keys", "unprotect", "alice")).isEqualTo(2);
        assertThat(empty.err()).contains("there is no passphrase in " + file);
        Shell missing = shell(Map.of("AMBIT_PASSPHRASE_FILE", file + ".not"));
        assertThat(missing.run("keys", "unprotect", "alice")).isEqualTo(2);
        assertThat(missing.err()).contains("cannot read " + file + ".not");
    }

    @Test
    void aKeyThatOthersMayReadIsRefusedWithTheWayToMendIt() throws Exception {
        shell().run("init");
        Files.setPosixFilePermissions(key("alice"), PosixFilePermissions.fromString("rw-r--r--"));
        Shell shell = shell(SECRET);
        assertThat(shell.run("keys", "protect", "alice")).isEqualTo(2);
        assertThat(shell.err())
                .isEqualTo("ambit: error: private key " + key("alice").toRealPath()
                        + " is open to others; chmod 600 it\n");
    }

    @Test
    void aPrincipalsNewKeyTakesThePlaceOfTheFormerOneWhichStays() throws Exception {
        shell(SECRET).run("init", "--passphrase");
        Blob first = open("alice");
        Shell shell = shell(SECRET);
        assertThat(shell.run("keys", "rotate", "alice")).isZero();
        Blob second = open("alice");
        assertThat(second).isNotEqualTo(first);
        assertThat(open("alice.1")).isEqualTo(first);
        assertThat(SecretKeyFile.read(key("alice"), _ -> "correct horse".toCharArray())
                        .publicKey())
                .isEqualTo(second);
        assertThat(SecretKeyFile.read(key("alice.1"), _ -> "correct horse".toCharArray())
                        .publicKey())
                .isEqualTo(first);
        assertThat(shell.run("keys", "rotate", "alice")).isZero();
        assertThat(open("alice.1")).isEqualTo(first);
        assertThat(open("alice.2")).isEqualTo(second);
        assertThat(shell.run("keys")).isZero();
        assertThat(shell.out()).containsPattern("alice.1 .* former, sealed by a passphrase\n");
        assertThat(shell.run("keys", "rotate", "alice.1")).isEqualTo(2);
        assertThat(shell.run("keys", "rotate", "bob")).isEqualTo(2);
        assertThat(shell.run("keys", "retire", "tenant")).isEqualTo(2);
        assertThat(shell.err()).contains("'tenant' has no former key that is still good");
    }

    @Test
    void aRotationThatWasKilledIsFinishedByTheNext() throws Exception {
        shell().run("init");
        Blob first = open("alice");
        // Killed after the new key was made.
        SigningKey next = SigningKey.generate();
        SecretKeyFile.write(key("alice.next"), next);
        assertThat(shell().run("keys", "rotate", "alice")).isZero();
        assertThat(open("alice")).isEqualTo(next.publicKey());
        assertThat(open("alice.1")).isEqualTo(first);
        // Killed after the public half had changed its place and before the secret one.
        SigningKey third = SigningKey.generate();
        SecretKeyFile.write(key("alice.next"), third);
        Path keys = directory.resolve(".ambit/keys");
        Files.copy(key("alice"), key("alice.2"));
        Files.copy(keys.resolve("alice.pub"), keys.resolve("alice.2.pub"));
        Files.delete(keys.resolve("alice.pub"));
        PublicKeyFile.write(keys.resolve("alice.pub"), third.publicKey());
        assertThat(shell().run("keys", "rotate", "alice")).isZero();
        assertThat(open("alice")).isEqualTo(third.publicKey());
        assertThat(SecretKeyFile.read(key("alice")).publicKey()).isEqualTo(third.publicKey());
        assertThat(open("alice.2")).isEqualTo(next.publicKey());
        assertThat(keys.resolve("alice.3.pub")).doesNotExist();
    }

    @Test
    void noPrincipalIsCalledLikeTheCore() {
        assertThat(shell().run("init", "--principal", "core")).isEqualTo(2);
    }
}
