package ambit.authority.partition;

import ambit.wire.Blob;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * One part of memory.
 *
 * @param id what it is called at rest, 32 bytes
 * @param wrapping what its data key is wrapped with (AES-256 key wrap, RFC 3394), 32 bytes; never printed
 */
public record Partition(Blob id, Blob wrapping) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A fresh data key, wrapped. */
    public Blob fresh() {
        byte[] dataKey = new byte[Limits.KEY];
        RANDOM.nextBytes(dataKey);
        try {
            return Blob.of(cipher(Cipher.WRAP_MODE).wrap(new SecretKeySpec(dataKey, "AES")));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform wraps keys", e);
        }
    }

    /** The data key, 32 bytes, of which {@code wrapped} is what was kept. */
    public Blob unwrap(Blob wrapped) throws MalformedException {
        try {
            Blob key = Blob.of(cipher(Cipher.UNWRAP_MODE)
                    .unwrap(wrapped.toArray(), "AES", Cipher.SECRET_KEY)
                    .getEncoded());
            if (key.size() == Limits.KEY) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            // It is another partition's, or nobody's.
        }
        throw new MalformedException(
                "the core did not wrap a key there; restore memory and its directory from one backup");
    }

    private Cipher cipher(int mode) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
        cipher.init(mode, new SecretKeySpec(wrapping.toArray(), "AES"));
        return cipher;
    }

    @Override
    public String toString() {
        return "Partition(" + id.toHex() + ")";
    }
}
