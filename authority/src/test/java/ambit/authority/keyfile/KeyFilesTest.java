package ambit.authority.keyfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilesTest {
    @TempDir
    private Path dir;

    @Test
    void aPrivateKeyComesBackFromItsFileThatOnlyItsOwnerMayRead() throws Exception {
        SigningKey key = SigningKey.generate();
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        SigningKey read = SecretKeyFile.read(file);
        assertThat(read.publicKey()).isEqualTo(key.publicKey());
        assertThat(read.seed()).isEqualTo(key.seed());
        assertThatThrownBy(() -> SecretKeyFile.write(file, key)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void theFileIsPkcs8ThatOthersRead() throws Exception {
        SigningKey key = SigningKey.generate();
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, key);
        String body = Files.readString(file).replaceAll("-----[A-Z ]+-----|\n", "");
        PrivateKey read = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
        assertThat(((EdECPrivateKey) read).getBytes()).contains(key.seed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw---x---", "rwx------"})
    void aPrivateKeyThatOthersMayTouchIsRefused(String mode) throws Exception {
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, SigningKey.generate());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> SecretKeyFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void whatIsNoPrivateKeyIsRefusedAndNotQuoted() throws Exception {
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, SigningKey.generate());
        String pem = Files.readString(file);
        for (String broken : new String[] {
            "",
            "x",
            pem + "x",
            " " + pem,
            pem.substring(0, pem.length() - 1),
            pem.replace("MC4C", "MC4D"),
            pem.replace("PRIVATE", "PUBLIC"),
            "x".repeat(10_000),
            pem.replace("\n", "\r\n")
        }) {
            Files.writeString(file, broken);
            assertThatThrownBy(() -> SecretKeyFile.read(file))
                    .isInstanceOf(MalformedException.class)
                    .message()
                    .doesNotContain(pem.substring(60, 70));
        }
    }

    @Test
    void aSealedKeyComesBackWithItsPassphraseAndWithNoOther() throws Exception {
        SigningKey key = SigningKey.generate();
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, key, "corréct horse".toCharArray());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(SecretKeyFile.isSealed(file)).isTrue();
        assertThat(SecretKeyFile.read(file, _ -> "corréct horse".toCharArray()).seed())
                .isEqualTo(key.seed());
        assertThatThrownBy(() -> SecretKeyFile.read(file, _ -> "correct horse".toCharArray()))
                .isInstanceOf(WrongPassphrase.class)
                .hasMessage("the passphrase does not open " + file);
        assertThatThrownBy(() -> SecretKeyFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sealed by a passphrase");
    }

    @Test
    void aPassphraseIsAskedForOnlyWhereOneIsNeededAndForgottenAfter() throws Exception {
        SigningKey key = SigningKey.generate();
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, key);
        assertThat(SecretKeyFile.isSealed(file)).isFalse();
        assertThat(SecretKeyFile.read(file, _ -> {
                            throw new IOException("nobody is to be asked");
                        })
                        .publicKey())
                .isEqualTo(key.publicKey());
        char[] given = "secret".toCharArray();
        SecretKeyFile.replace(file, key, given);
        assertThat(SecretKeyFile.isSealed(file)).isTrue();
        SecretKeyFile.read(file, _ -> given);
        assertThat(given).containsOnly('\0');
        SecretKeyFile.replace(file, key);
        assertThat(SecretKeyFile.read(file).seed()).isEqualTo(key.seed());
        assertThat(dir.toFile().list()).containsExactly("a.key");
    }

    @Test
    void openSslReadsWhatIsSealedHere() throws Exception {
        SigningKey key = SigningKey.generate();
        Path file = dir.resolve("a.key");
        SecretKeyFile.write(file, key, "pässword".toCharArray());
        Path clear = dir.resolve("clear.pem");
        openssl("pkey", "-in", file.toString(), "-passin", "pass:pässword", "-out", clear.toString());
        assertThat(SecretKeyFile.read(clear).seed()).isEqualTo(key.seed());
    }

    @Test
    void whatOpenSslMakesAndSealsIsReadHere() throws Exception {
        Path clear = dir.resolve("clear.pem");
        openssl("genpkey", "-algorithm", "ed25519", "-out", clear.toString());
        Path file = dir.resolve("a.key");
        openssl("pkey", "-in", clear.toString(), "-aes256", "-passout", "pass:pw", "-out", file.toString());
        Path slow = dir.resolve("b.key");
        openssl(
                "pkcs8",
                "-topk8",
                "-in",
                clear.toString(),
                "-v2",
                "aes-256-cbc",
                "-v2prf",
                "hmacWithSHA256",
                "-iter",
                "100000",
                "-passout",
                "pass:pw",
                "-out",
                slow.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(slow, PosixFilePermissions.fromString("rw-------"));
        byte[] seed = SecretKeyFile.read(clear).seed();
        assertThat(SecretKeyFile.read(file, _ -> "pw".toCharArray()).seed()).isEqualTo(seed);
        assertThat(SecretKeyFile.read(slow, _ -> "pw".toCharArray()).seed()).isEqualTo(seed);
    }

    @Test
    void whatIsSealedInAnotherWayOrIsAnotherKeyIsRefusedAndSaysSo() throws Exception {
        Path clear = dir.resolve("clear.pem");
        openssl("genpkey", "-algorithm", "ed25519", "-out", clear.toString());
        Path file = dir.resolve("a.key");
        openssl("pkey", "-in", clear.toString(), "-aes128", "-passout", "pass:pw", "-out", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> SecretKeyFile.read(file, _ -> "pw".toCharArray()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("PBES2");
        Path curve = dir.resolve("curve.pem");
        openssl("genpkey", "-algorithm", "x25519", "-aes256", "-pass", "pass:pw", "-out", curve.toString());
        Files.setPosixFilePermissions(curve, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> SecretKeyFile.read(curve, _ -> "pw".toCharArray()))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("not Ed25519");
    }

    @Test
    void whateverByteOfASealedFileIsChangedNoOtherKeyComesOut() throws Exception {
        Path clear = dir.resolve("clear.pem");
        openssl("genpkey", "-algorithm", "ed25519", "-out", clear.toString());
        Path file = dir.resolve("a.key");
        // Few iterations, so that many wrong files can be tried.
        openssl("pkey", "-in", clear.toString(), "-aes256", "-passout", "pass:pw", "-out", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String pem = Files.readString(file);
        for (int i = 0; i < pem.length(); i++) {
            char other = pem.charAt(i) == 'A' ? 'B' : 'A';
            Files.writeString(file, pem.substring(0, i) + other + pem.substring(i + 1));
            try {
                SigningKey read = SecretKeyFile.read(file, _ -> "pw".toCharArray());
                // The seed's own ciphertext has no MAC: what its last two blocks give is another seed, never a crash.
                assertThat(read.seed()).hasSize(SigningKey.SEED);
            } catch (IOException e) {
                assertThat(String.valueOf(e.getMessage())).contains(file.toString());
            }
        }
    }

    private static void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void aPrivateKeyIsNeverPrinted() {
        assertThat(SigningKey.generate()).hasToString("SigningKey");
    }

    @Test
    void aPublicKeyComesBackFromItsLine() throws Exception {
        Blob key = SigningKey.generate().publicKey();
        Path file = dir.resolve("a.pub");
        PublicKeyFile.write(file, key);
        assertThat(Files.readString(file)).isEqualTo(PublicKeys.toLine(key) + "\n");
        assertThat(PublicKeyFile.read(file)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ambit-ed25519",
                "ambit-ed25519 ",
                "ambit-ed25519 !",
                "ssh-ed25519 AAAA",
                "ambit-ed25519 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", // the identity
                "ambit-ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo", // no padding
                "ambit-ed25519  11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" // two spaces
            })
    void whatIsNoPublicKeyLineIsRefused(String line) {
        assertThatThrownBy(() -> PublicKeyFile.parse(line)).isInstanceOf(MalformedException.class);
    }

    @Test
    void theLineOfTheRfcsFirstKeyIsRead() throws Exception {
        assertThat(PublicKeyFile.parse("ambit-ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n")
                        .toHex())
                .isEqualTo("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    }
}
