package ambit.core;

import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/** The core's own secrets, 32 bytes each, in its directory and nowhere else; made when it first starts. */
final class CoreKeys {
    private static final int SIZE = SigningKey.SEED;

    private CoreKeys() {}

    /** The signing key, whose seed is in {@code core.key}; its public half is in {@code core.pub} for whoever checks the log. */
    static SigningKey signing(Path state) throws IOException {
        SigningKey key = SigningKey.ofSeed(secret(state, "core.key"));
        if (!Files.exists(state.resolve("core.pub"))) {
            Files.writeString(state.resolve("core.pub"), PublicKeys.toLine(key.publicKey()) + "\n");
        }
        return key;
    }

    /** The key that all partitions' keys come from, in {@code master.key}. */
    static byte[] master(Path state) throws IOException {
        return secret(state, "master.key");
    }

    private static byte[] secret(Path state, String name) throws IOException {
        Path file = state.resolve(name);
        if (!Files.exists(file)) {
            byte[] fresh = new byte[SIZE];
            new SecureRandom().nextBytes(fresh);
            Path temporary = state.resolve(name + ".new");
            Files.deleteIfExists(temporary);
            Files.createFile(
                    temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(temporary, fresh, StandardOpenOption.SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length != SIZE) {
            throw new IOException(file + " is not a key of " + SIZE + " bytes");
        }
        return key;
    }
}
