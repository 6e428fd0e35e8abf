package ambit.cli.backup;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.wire.Blob;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A backup on the disk: a line that says what it is, then the manifest with its length and SHA-256, then the bytes of each file. All after
 * the line is {@linkplain SealedBlocks sealed} where there is a passphrase.
 */
public final class BackupFile {
    static final String CONFIG = "ambit.yaml";
    static final String STATE = "state/";

    private static final String CLEAR = "ambit-backup 1 clear \n";
    private static final String SEALED = "ambit-backup 1 sealed\n";
    private static final int LARGEST_MANIFEST = 256 << 20;
    private static final int PIECE = 1 << 16;

    /** Gets each file of a backup, in its order. */
    @FunctionalInterface
    public interface Sink {
        /** Where the bytes of this file go. */
        OutputStream open(Item item) throws IOException;
    }

    /** Where the bytes of a file are while a backup is written. */
    @FunctionalInterface
    interface Origin {
        Path of(Item item);
    }

    private final Path file;

    public BackupFile(Path file) {
        this.file = file;
    }

    /** Writes it whole, for its owner alone, and reads it back; or leaves nothing. */
    void write(Manifest manifest, Origin origin, Optional<char[]> passphrase) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try {
            try (FileChannel channel = FileChannel.open(
                    fresh,
                    Set.of(CREATE_NEW, WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), PIECE);
                out.write((passphrase.isPresent() ? SEALED : CLEAR).getBytes(StandardCharsets.US_ASCII));
                OutputStream body = passphrase.isPresent() ? SealedBlocks.seal(out, passphrase.get()) : out;
                body(manifest, origin, body);
                if (passphrase.isPresent()) {
                    body.close();
                }
                out.flush();
                channel.force(true);
            }
            char[] same = passphrase.orElse(new char[0]);
            new BackupFile(fresh).read(same::clone, _ -> OutputStream.nullOutputStream());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void body(Manifest manifest, Origin origin, OutputStream body) throws IOException {
        byte[] list = manifest.bytes();
        DataOutputStream data = new DataOutputStream(body);
        data.writeInt(list.length);
        data.write(sha256().digest(list));
        data.write(list);
        for (Item item : manifest.items()) {
            Files.copy(origin.of(item), data);
        }
        data.flush();
    }

    /**
     * Reads all of it, and checks all of it.
     *
     * @param passphrase asked for if it is sealed
     * @throws DamagedBackup at the first thing that is wrong
     */
    public Manifest read(Supplier<char[]> passphrase, Sink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), PIECE)) {
            String line = new String(in.readNBytes(SEALED.length()), StandardCharsets.US_ASCII);
            return switch (line) {
                case CLEAR -> body(in, sink);
                case SEALED -> {
                    char[] secret = passphrase.get();
                    try {
                        yield body(SealedBlocks.open(in, secret), sink);
                    } finally {
                        Arrays.fill(secret, '\0');
                    }
                }
                default -> throw new DamagedBackup("is no backup that this Ambit can read");
            };
        } catch (EOFException e) {
            throw new DamagedBackup("is cut off");
        }
    }

    private static Manifest body(InputStream in, Sink sink) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int length = data.readInt();
        if (length < 0 || length > LARGEST_MANIFEST) {
            throw new DamagedBackup("was changed since it was written");
        }
        byte[] digest = data.readNBytes(sha256().getDigestLength());
        byte[] list = data.readNBytes(length);
        if (list.length < length) {
            throw new DamagedBackup("is cut off");
        }
        if (!Arrays.equals(digest, sha256().digest(list))) {
            throw new DamagedBackup("was changed since it was written: its list of files");
        }
        Manifest manifest = Manifest.parse(list);
        for (Item item : manifest.items()) {
            try (OutputStream out = sink.open(item)) {
                copy(data, item, out);
            }
        }
        if (data.read() >= 0) {
            throw new DamagedBackup("has something after its end");
        }
        return manifest;
    }

    private static void copy(InputStream in, Item item, OutputStream out) throws IOException {
        MessageDigest digest = sha256();
        byte[] piece = new byte[PIECE];
        for (long left = item.size(); left > 0; ) {
            int some = in.read(piece, 0, (int) Math.min(piece.length, left));
            if (some < 0) {
                throw new DamagedBackup("is cut off in " + item.path());
            }
            digest.update(piece, 0, some);
            out.write(piece, 0, some);
            left -= some;
        }
        if (!Blob.of(digest.digest()).equals(item.sha256())) {
            throw new DamagedBackup("was changed since it was written: " + item.path());
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
