package ambit.retrieval.encryption;

import ambit.wire.Blob;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the files of one partition's index are sealed with: a key for each file, derived (HKDF-SHA-256, RFC 5869) from the
 * partition's data key and the 32 random bytes at the head of the file.
 *
 * <p>Since a key is for one file that is written once, the number of a block is its nonce and no nonce can come twice. Safe for use by
 * several threads.
 */
public final class FileKeys {
    static final int SALT = 32;
    static final int TAG = 16;
    private static final int NONCE = 12;

    private final Blob partition;
    private final SecretKey extracted;

    /**
     * Derives them.
     *
     * @param partition its id, 32 bytes
     * @param dataKey 32 bytes, as the core sent them
     */
    public FileKeys(Blob partition, Blob dataKey) {
        this.partition = Blob.sized(partition.toArray(), 32);
        try {
            this.extracted = hkdf().deriveKey(
                            "Generic",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(new SecretKeySpec(dataKey.toArray(), "Generic"))
                                    .addSalt(this.partition.toArray())
                                    .thenExpand("ambit/index/v1".getBytes(StandardCharsets.US_ASCII), 32));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 25 platform has HKDF-SHA256", e);
        }
    }

    public Blob partition() {
        return partition;
    }

    private static KDF hkdf() throws GeneralSecurityException {
        return KDF.getInstance("HKDF-SHA256");
    }

    /** The key of the file with this salt, bound to its name. */
    FileKey file(byte[] salt, String name) {
        try {
            byte[] label = ("ambit/index/file/v1/" + name).getBytes(StandardCharsets.UTF_8);
            byte[] info = ByteBuffer.allocate(salt.length + label.length)
                    .put(salt)
                    .put(label)
                    .array();
            return new FileKey(
                    hkdf().deriveKey("AES", HKDFParameterSpec.expandOnly(extracted, info, 32)), partition.toArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 25 platform has HKDF-SHA256", e);
        }
    }

    @Override
    public String toString() {
        return "FileKeys";
    }

    /** Seals and opens the blocks of one file. Used by one thread at a time to seal, by any number to open. */
    static final class FileKey {
        private final SecretKey key;
        private final byte[] partition;

        private FileKey(SecretKey key, byte[] partition) {
            this.key = key;
            this.partition = partition;
        }

        /** Ciphertext and tag of a block. {@code last} says whether the file ends with it, which makes a shorter one another file. */
        byte[] seal(long block, boolean last, byte[] plain, int length) {
            try {
                return cipher(Cipher.ENCRYPT_MODE, block, last).doFinal(plain, 0, length);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has AES-GCM", e);
            }
        }

        /** What was sealed; fails when anything was changed, moved, cut off or made with another key. */
        byte[] open(long block, boolean last, byte[] box, int length) throws GeneralSecurityException {
            return cipher(Cipher.DECRYPT_MODE, block, last).doFinal(box, 0, length);
        }

        private Cipher cipher(int mode, long block, boolean last) throws GeneralSecurityException {
            byte[] nonce = ByteBuffer.allocate(NONCE)
                    .putInt(last ? 1 : 0)
                    .putLong(block)
                    .array();
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
            cipher.updateAAD(partition);
            return cipher;
        }
    }
}
