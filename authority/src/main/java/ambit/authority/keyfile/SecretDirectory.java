package ambit.authority.keyfile;

import ambit.authority.signing.SigningKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;

/**
 * A directory with secrets of 32 bytes in files that are their owner's alone, and public files beside them. A file is there as it was or
 * as it is to be, whole, whatever happens meanwhile. For one process and one thread at a time.
 */
public record SecretDirectory(Path directory) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** The directory of this name in it, its owner's alone. */
    public SecretDirectory below(String name) throws IOException {
        Path below = directory.resolve(name);
        Files.createDirectories(below);
        Files.setPosixFilePermissions(below, PosixFilePermissions.fromString("rwx------"));
        return new SecretDirectory(below);
    }

    /** Whether there is a file of this name. */
    public boolean has(String name) {
        return Files.exists(directory.resolve(name));
    }

    /**
     * The secret of this name; a fresh one where there is none yet.
     *
     * @throws IOException also if anyone but the owner may do anything with the file, or it has not 32 bytes
     */
    public byte[] secret(String name) throws IOException {
        if (!has(name)) {
            byte[] fresh = new byte[SigningKey.SEED];
            new SecureRandom().nextBytes(fresh);
            replace(name, fresh);
        }
        Path file = directory.resolve(name);
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException(name + " in " + directory + " is open to others; chmod 600 it");
        }
        byte[] secret = Files.readAllBytes(file);
        if (secret.length != SigningKey.SEED) {
            throw new IOException(file + " is not a key of " + SigningKey.SEED + " bytes");
        }
        return secret;
    }

    /** What the file of this name holds; nothing where there is none. */
    public byte[] read(String name) throws IOException {
        try {
            return Files.readAllBytes(directory.resolve(name));
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    /** Has this content in a file that is its owner's alone, durably. */
    public void replace(String name, byte[] content) throws IOException {
        Path temporary = directory.resolve(name + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.write(temporary, content, StandardOpenOption.SYNC);
        move(name + ".new", name);
    }

    /** Overwrites a secret and deletes its file, durably; harmless where there is none. */
    public void destroy(String name) throws IOException {
        if (has(name)) {
            Path gone = directory.resolve(name + ".gone");
            move(name, name + ".gone");
            Files.write(gone, new byte[SigningKey.SEED], StandardOpenOption.SYNC);
            Files.delete(gone);
            sync();
        }
    }

    /** Has this ASCII text in a file that everybody may read. */
    public void publish(String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (!Arrays.equals(read(name), bytes)) {
            replace(name, bytes);
            Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** Gives a file the name and the place of another one, durably. */
    public void move(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        sync();
    }

    private void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
