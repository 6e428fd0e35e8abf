package ambit.core;

import ambit.authority.PublicKeys;
import ambit.authority.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/** The core's own secrets, in its directory and nowhere else; made when it first starts. */
final class CoreKeys {
    private static final int MASTER = 32;

    private CoreKeys() {}

    /** The signing key in {@code core.key}; its public half is in {@code core.pub} for whoever checks the log. */
    static SigningKey signing(Path state) throws IOException {
        Path file = state.resolve("core.key");
        if (!Files.exists(file)) {
            SigningKey.generate().write(file);
        }
        SigningKey key = SigningKey.read(file);
        if (!Files.exists(state.resolve("core.pub"))) {
            PublicKeys.write(state.resolve("core.pub"), key.publicKey());
        }
        return key;
    }

    /** The key that all partitions' keys come from, in {@code master.key}. */
    static byte[] master(Path state) throws IOException {
        Path file = state.resolve("master.key");
        if (!Files.exists(file)) {
            byte[] fresh = new byte[MASTER];
            new SecureRandom().nextBytes(fresh);
            Path temporary = state.resolve("master.key.new");
            Files.deleteIfExists(temporary);
            Files.createFile(
                    temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(temporary, fresh, StandardOpenOption.SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length != MASTER) {
            throw new IOException(file + " is not a key of 32 bytes");
        }
        return key;
    }
}
