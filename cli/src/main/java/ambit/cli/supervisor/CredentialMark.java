package ambit.cli.supervisor;

import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Something that shows whether a credential in the environment is still the one that the kernel was started with, without
 * showing the credential: a keyed digest, whose key is the state directory's own.
 */
final class CredentialMark {

    private static final int KEY = 32;

    private CredentialMark() {}

    /** Empty where there is no credential. */
    static String of(Places places, String name, String secret) throws IOException {
        if (secret.isEmpty()) {
            return "";
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key(places), "HmacSHA256"));
            byte[] digest = mac.doFinal((name + "=" + secret).getBytes(StandardCharsets.UTF_8));
            return Blob.of(digest).toHex().substring(0, 16);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    private static byte[] key(Places places) throws IOException {
        Path file = places.state().resolve("credentials.mark");
        byte[] fresh = new byte[KEY];
        new SecureRandom().nextBytes(fresh);
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, fresh);
            return fresh;
        } catch (FileAlreadyExistsException e) {
            return Files.readAllBytes(file);
        }
    }
}
