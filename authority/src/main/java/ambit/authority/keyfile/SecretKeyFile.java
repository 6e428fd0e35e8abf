package ambit.authority.keyfile;

import ambit.authority.signing.SigningKey;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/**
 * A private key as PKCS#8 in PEM (RFC 8410, RFC 7468), in a file that nobody but its owner may read; in the clear, or {@linkplain
 * PassphraseSeal sealed} by a passphrase. OpenSSL reads and writes both.
 */
public final class SecretKeyFile {
    /** Everything of the PKCS#8 encoding before the 32 bytes of the seed. */
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final String CLEAR = "PRIVATE KEY";
    private static final String SEALED = "ENCRYPTED PRIVATE KEY";
    private static final int COLUMNS = 64;
    private static final int MAX_FILE = 1024;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** Knows, or asks for, the passphrase of a sealed file. */
    @FunctionalInterface
    public interface Passphrase {
        char[] of(Path file) throws IOException;
    }

    private SecretKeyFile() {}

    /** Reads a private key file that is in the clear. */
    public static SigningKey read(Path file) throws IOException {
        return read(file, _ -> {
            throw new IOException("private key " + file + " is sealed by a passphrase");
        });
    }

    /**
     * Reads a private key file; the passphrase is asked for if it is sealed.
     *
     * @throws IOException also when anyone but the owner may do anything with the file, or the passphrase is not the right one
     */
    public static SigningKey read(Path file, Passphrase passphrase) throws IOException {
        String pem = text(file);
        if (!isSealed(pem)) {
            return key(body(file, CLEAR, pem), file);
        }
        byte[] sealed = body(file, SEALED, pem);
        char[] secret = passphrase.of(file);
        try {
            byte[] opened = PassphraseSeal.open(sealed, secret, file);
            // One wrong passphrase in 256 leaves a well-formed end; what it opens is no structure.
            if (opened.length == 0 || opened[0] != PKCS8[0]) {
                throw new WrongPassphrase(file);
            }
            return key(opened, file);
        } finally {
            Arrays.fill(secret, '\0');
        }
    }

    /** Whether a passphrase is needed to read this file. */
    public static boolean isSealed(Path file) throws IOException {
        return isSealed(text(file));
    }

    private static boolean isSealed(String pem) {
        return pem.startsWith("-----BEGIN " + SEALED);
    }

    private static String text(Path file) throws IOException {
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException("private key " + file + " is open to others; chmod 600 it");
        }
        return PublicKeyFile.readSmall(file, MAX_FILE);
    }

    private static byte[] body(Path file, String label, String pem) throws MalformedException {
        try {
            String base64 = pem.substring(
                    begin(label).length(), pem.length() - end(label).length());
            byte[] encoded = Base64.getMimeDecoder().decode(base64);
            if (pem.equals(pem(label, encoded))) {
                return encoded;
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // Neither is text of another form.
        }
        throw unreadable(file);
    }

    private static SigningKey key(byte[] pkcs8, Path file) throws MalformedException {
        if (pkcs8.length != PKCS8.length + SigningKey.SEED
                || !Arrays.equals(pkcs8, 0, PKCS8.length, PKCS8, 0, PKCS8.length)) {
            throw unreadable(file);
        }
        return SigningKey.ofSeed(Arrays.copyOfRange(pkcs8, PKCS8.length, pkcs8.length));
    }

    static MalformedException unreadable(Path file) {
        return new MalformedException("private key " + file + " is not Ed25519 in PKCS#8 PEM");
    }

    /** Writes a new file with mode 0600; fails where there is one. */
    public static void write(Path file, SigningKey key) throws IOException {
        create(file, pem(CLEAR, pkcs8(key)));
    }

    /** The same, sealed by a passphrase. */
    public static void write(Path file, SigningKey key, char[] passphrase) throws IOException {
        create(file, pem(SEALED, PassphraseSeal.seal(pkcs8(key), passphrase)));
    }

    /** Puts the key in the clear, or sealed if there is a passphrase, in the place of a file: either is there whole. */
    public static void replace(Path file, SigningKey key, char... passphrase) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        if (passphrase.length == 0) {
            write(fresh, key);
        } else {
            write(fresh, key, passphrase);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void create(Path file, String pem) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SYNC),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer buffer = ByteBuffer.wrap(pem.getBytes(StandardCharsets.US_ASCII));
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static byte[] pkcs8(SigningKey key) {
        return ByteBuffer.allocate(PKCS8.length + SigningKey.SEED)
                .put(PKCS8)
                .put(key.seed())
                .array();
    }

    private static String begin(String label) {
        return "-----BEGIN " + label + "-----\n";
    }

    private static String end(String label) {
        return "\n-----END " + label + "-----\n";
    }

    private static String pem(String label, byte[] encoded) {
        Base64.Encoder lines = Base64.getMimeEncoder(COLUMNS, new byte[] {'\n'});
        return begin(label) + lines.encodeToString(encoded) + end(label);
    }
}
