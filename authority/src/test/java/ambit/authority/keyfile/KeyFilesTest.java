package ambit.authority.keyfile;

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
import java.util.Base64;
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
