package ambit.authority.keyfile;

import ambit.authority.signing.SigningKey;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/** A private key as PKCS#8 in PEM (RFC 8410, RFC 7468), in a file that nobody but its owner may read. */
public final class SecretKeyFile {
    /** Everything of the PKCS#8 encoding before the 32 bytes of the seed. */
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----\n";
    private static final String END = "\n-----END PRIVATE KEY-----\n";
    private static final int MAX_FILE = 512;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private SecretKeyFile() {}

    /**
     * Reads a private key file.
     *
     * @throws IOException also when anyone but the owner may do anything with the file
     */
    public static SigningKey read(Path file) throws IOException {
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException("private key " + file + " is open to others; chmod 600 it");
        }
        String pem = PublicKeyFile.readSmall(file, MAX_FILE);
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
            byte[] seed = Arrays.copyOfRange(encoded, PKCS8.length, PKCS8.length + SigningKey.SEED);
            if (!pem.equals(pem(seed))) {
                throw new MalformedException("private key " + file + " is not Ed25519 in PKCS#8 PEM");
            }
            return SigningKey.ofSeed(seed);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new MalformedException("private key " + file + " is not Ed25519 in PKCS#8 PEM");
        }
    }

    /** Writes a new file with mode 0600; fails where there is one. */
    public static void write(Path file, SigningKey key) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer buffer = ByteBuffer.wrap(pem(key.seed()).getBytes(StandardCharsets.US_ASCII));
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static String pem(byte[] seed) {
        byte[] encoded = ByteBuffer.allocate(PKCS8.length + seed.length)
                .put(PKCS8)
                .put(seed)
                .array();
        return BEGIN + Base64.getEncoder().encodeToString(encoded) + END;
    }
}
