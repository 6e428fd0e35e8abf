package ambit.core;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.SigningKey;
import ambit.log.LogKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The core's own secrets, 32 bytes each, in its directory and nowhere else; made when it first starts. */
final class CoreKeys {
    private static final int SIZE = SigningKey.SEED;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** A key that the log does not endorse yet; {@code core.next} is one that it does, which takes over at the next start. */
    private static final String PREPARED = "core.prepared";

    private static final String NEXT = "core.next";
    private static final String KEY = "core.key";
    private static final String FORMER = "core.former";
    private static final String POST_QUANTUM = "core.ml-dsa.key";

    private CoreKeys() {}

    /** The signing key, whose seed is in {@code core.key}. A successor that is endorsed takes its place. */
    static SigningKey signing(Path state) throws IOException {
        if (Files.exists(state.resolve(NEXT))) {
            Blob old = SigningKey.ofSeed(secret(state, KEY)).publicKey();
            List<Blob> former = new ArrayList<>(former(state));
            former.remove(old);
            former.add(old);
            byte[] all = new byte[former.size() * SIZE];
            for (int i = 0; i < former.size(); i++) {
                System.arraycopy(former.get(i).toArray(), 0, all, i * SIZE, SIZE);
            }
            replace(state, FORMER, all);
            Files.deleteIfExists(state.resolve(POST_QUANTUM));
            move(state, NEXT, KEY);
        }
        return SigningKey.ofSeed(secret(state, KEY));
    }

    /** The key that signs checkpoints beside {@link #signing}, which is called first: each of those has another beside it. */
    static MlDsaKey postQuantum(Path state) throws IOException {
        return MlDsaKey.ofSeed(secret(state, POST_QUANTUM));
    }

    /** The public keys that the core signed with before, from {@code core.former}. */
    static List<Blob> former(Path state) throws IOException {
        List<Blob> former = new ArrayList<>();
        if (Files.exists(state.resolve(FORMER))) {
            byte[] all = Files.readAllBytes(state.resolve(FORMER));
            for (int from = 0; from < all.length; from += SIZE) {
                former.add(PublicKeys.requireSound(Blob.of(Arrays.copyOfRange(all, from, from + SIZE))));
            }
        }
        return former;
    }

    /**
     * Has the public half of the signing key in {@code core.pub}, for the other processes and whoever checks the log, and what the log's
     * checkpoints are signed with in {@code core.vkey}, for tools that are not Ambit's.
     */
    static void publish(Path state, LogKey key) throws IOException {
        publish(state, "core.pub", PublicKeys.toLine(key.key().publicKey()) + "\n");
        publish(state, "core.vkey", key.verifiers());
    }

    private static void publish(Path state, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Path file = state.resolve(name);
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
            replace(state, name, bytes);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** Makes a key that may follow, and answers its public half. Nothing finds it before {@link #settle}. */
    static Blob prepare(Path state) throws IOException {
        SigningKey next = SigningKey.generate();
        replace(state, PREPARED, next.seed());
        return next.publicKey();
    }

    /** Has the prepared key take over at the next start. */
    static void settle(Path state) throws IOException {
        move(state, PREPARED, NEXT);
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
            replace(state, name, fresh);
        }
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException(name + " in the core's directory is open to others; chmod 600 it");
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length != SIZE) {
            throw new IOException(file + " is not a key of " + SIZE + " bytes");
        }
        return key;
    }

    /** Has this content in a file that is its owner's alone; the old content or the new one is there, whole. */
    private static void replace(Path state, String name, byte[] content) throws IOException {
        Path temporary = state.resolve(name + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.write(temporary, content, StandardOpenOption.SYNC);
        move(state, name + ".new", name);
    }

    private static void move(Path state, String from, String to) throws IOException {
        Files.move(state.resolve(from), state.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(state, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
