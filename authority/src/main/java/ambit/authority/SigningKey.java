package ambit.authority;

import ambit.wire.Blob;
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
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/**
 * An Ed25519 private key (RFC 8032). It signs through {@link Signed}, and its file is PKCS#8 in PEM (RFC 8410, RFC 7468) that nobody
 * but its owner may read. Immutable; never printed.
 */
public final class SigningKey {
    /** Everything of the PKCS#8 encoding before the 32 bytes of the seed. */
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----\n";
    private static final String END = "\n-----END PRIVATE KEY-----\n";
    private static final int MAX_FILE = 512;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final PrivateKey privateKey;
    private final Blob publicKey;

    private SigningKey(KeyPair pair) {
        byte[] encoded = pair.getPublic().getEncoded();
        this.privateKey = pair.getPrivate();
        this.publicKey = Blob.of(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    /** A new key from the system's source of randomness. */
    public static SigningKey generate() {
        return from(new SecureRandom());
    }

    /** The provider takes the 32 bytes of the seed from {@code random} and nothing else. */
    private static SigningKey from(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519", Signed.JDK);
            generator.initialize(255, random);
            return new SigningKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has Ed25519", e);
        }
    }

    /** The key with this seed of 32 bytes, the private key of RFC 8032. */
    static SigningKey ofSeed(byte[] seed) throws MalformedException {
        SigningKey key = from(new Fixed(seed));
        if (!Arrays.equals(key.privateKey.getEncoded(), pkcs8(seed))) {
            throw new MalformedException("not an Ed25519 private key");
        }
        return key;
    }

    PrivateKey privateKey() {
        return privateKey;
    }

    /** Raw, 32 bytes. */
    public Blob publicKey() {
        return publicKey;
    }

    /**
     * Reads a private key file.
     *
     * @throws IOException also when anyone but the owner may do anything with the file
     */
    public static SigningKey read(Path file) throws IOException {
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException("private key " + file + " is open to others; chmod 600 it");
        }
        String pem = PublicKeys.readSmall(file, MAX_FILE);
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
            byte[] seed = Arrays.copyOfRange(encoded, PKCS8.length, PKCS8.length + 32);
            if (!pem.equals(pem(seed))) {
                throw new MalformedException("private key " + file + " is not Ed25519 in PKCS#8 PEM");
            }
            return ofSeed(seed);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new MalformedException("private key " + file + " is not Ed25519 in PKCS#8 PEM");
        }
    }

    /** Writes a new file with mode 0600; fails where there is one. */
    public void write(Path file) throws IOException {
        byte[] encoded = privateKey.getEncoded();
        byte[] pem =
                pem(Arrays.copyOfRange(encoded, PKCS8.length, encoded.length)).getBytes(StandardCharsets.US_ASCII);
        try (SeekableByteChannel channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer buffer = ByteBuffer.wrap(pem);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static byte[] pkcs8(byte[] seed) {
        return ByteBuffer.allocate(PKCS8.length + seed.length)
                .put(PKCS8)
                .put(seed)
                .array();
    }

    private static String pem(byte[] seed) {
        return BEGIN + Base64.getEncoder().encodeToString(pkcs8(seed)) + END;
    }

    @Override
    public String toString() {
        return "SigningKey";
    }

    /** Hands out one seed. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] seed;

        Fixed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
