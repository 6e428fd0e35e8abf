package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What one partition is sealed with: AES-256-GCM under a key derived from the partition's data key (HKDF-SHA-256, RFC 5869),
 * with a fresh random nonce of 96 bits each time, and HMAC-SHA-256 under another derived key, by which entries are found
 * without storing their names in the clear.
 *
 * <p>A sealed value is bound to its partition, its key and its version, so the store cannot pass one off as another. Safe for
 * use by several threads.
 */
final class PartitionKeys {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Blob partition;
    private final SecretKey sealing;
    private final SecretKey naming;

    /**
     * @param partition its id, 32 bytes
     * @param dataKey 32 bytes, as the core sent them
     */
    PartitionKeys(Blob partition, Blob dataKey) {
        this.partition = partition;
        this.sealing = derive(dataKey, "ambit/memory/seal/v1", "AES");
        this.naming = derive(dataKey, "ambit/memory/name/v1", "HmacSHA256");
    }

    private SecretKey derive(Blob dataKey, String purpose, String algorithm) {
        try {
            HKDFParameterSpec.ExtractThenExpand parameters = HKDFParameterSpec.ofExtract()
                    .addIKM(new SecretKeySpec(dataKey.toArray(), "Generic"))
                    .addSalt(partition.toArray())
                    .thenExpand(purpose.getBytes(StandardCharsets.US_ASCII), 32);
            return KDF.getInstance("HKDF-SHA256").deriveKey(algorithm, parameters);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 25 platform has HKDF-SHA256", e);
        }
    }

    Blob partition() {
        return partition;
    }

    /** What the entry is found by: 32 bytes that tell nothing without the data key. */
    Blob tag(MemoryKey key) {
        return named(key.bytes());
    }

    /** By which the data key is known again: no key of an entry begins with a NUL, so this is no entry's tag. */
    Blob proof() {
        return named("\0ambit/memory/proof/v1".getBytes(StandardCharsets.US_ASCII));
    }

    private Blob named(byte[] name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(naming);
            return Blob.of(mac.doFinal(name));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    /** Nonce, ciphertext and tag of {@code plain}, bound to {@code label} and {@code version}. */
    Blob seal(byte[] label, long version, byte[] plain) {
        try {
            byte[] nonce = new byte[NONCE];
            RANDOM.nextBytes(nonce);
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, label, version);
            byte[] sealed = cipher.doFinal(plain);
            return Blob.of(ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /** What was sealed; refused when anything was changed, moved or made with another key. */
    byte[] open(byte[] label, long version, Blob box) throws DriverFailure {
        byte[] bytes = box.toArray();
        if (bytes.length < NONCE + TAG_BITS / 8) {
            throw damaged();
        }
        try {
            byte[] nonce = java.util.Arrays.copyOf(bytes, NONCE);
            return cipher(Cipher.DECRYPT_MODE, nonce, label, version).doFinal(bytes, NONCE, bytes.length - NONCE);
        } catch (GeneralSecurityException e) {
            throw damaged();
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] label, long version) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(partition.toArray());
        cipher.updateAAD(ByteBuffer.allocate(4).putInt(label.length).array());
        cipher.updateAAD(label);
        cipher.updateAAD(ByteBuffer.allocate(8).putLong(version).array());
        return cipher;
    }

    static DriverFailure damaged() {
        return new DriverFailure(
                Denial.DRIVER_FAILED,
                "a memory entry does not open with its partition's key: it was changed on disk, or the core's keys are not the"
                        + " ones it was written with; restore memory.db and the core's directory from one backup");
    }

    @Override
    public String toString() {
        return "PartitionKeys";
    }
}
