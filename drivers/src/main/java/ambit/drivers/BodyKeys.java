package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.BodyKind;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How the bodies of one transaction are sealed: AES-256-GCM under a random data key of this transaction, with a fresh random nonce of 96
 * bits each time. The data key is stored wrapped, in the same way, by the key that the core derives for tenant and transaction. Without
 * the wrapped data key not even the core can open a body.
 *
 * <p>A box is its nonce, ciphertext and tag. It is bound to what it is: tenant, transaction, call and kind of body.
 */
final class BodyKeys {
    static final int KEY = 32;

    private static final int NONCE = 12;
    private static final int TAG = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private BodyKeys() {}

    /** What a body is bound to; {@code digest} and {@code size} are those of the whole body, before redaction. */
    record Label(String tenant, String transaction, Blob permit, BodyKind kind, Blob digest, long size, long places) {
        private byte[] bytes() {
            return Cbor.encode(
                    Cbor.array("ambit/body/v1", tenant, transaction, permit, kind.number(), digest, size, places));
        }
    }

    /** A new data key, 32 bytes. */
    static Blob fresh() {
        byte[] key = new byte[KEY];
        RANDOM.nextBytes(key);
        return Blob.of(key);
    }

    static Blob wrap(Blob wrapping, String tenant, String transaction, Blob dataKey) {
        return seal(wrapping, keyLabel(tenant, transaction), dataKey.toArray());
    }

    /** Refused when it was wrapped for another transaction or tenant, or changed. */
    static Blob unwrap(Blob wrapping, String tenant, String transaction, Blob wrapped) throws DriverFailure {
        return Blob.of(open(wrapping, keyLabel(tenant, transaction), wrapped));
    }

    private static byte[] keyLabel(String tenant, String transaction) {
        return Cbor.encode(Cbor.array("ambit/body-key/v1", tenant, transaction));
    }

    static Blob seal(Blob dataKey, Label label, byte[] body) {
        return seal(dataKey, label.bytes(), body);
    }

    static byte[] open(Blob dataKey, Label label, Blob box) throws DriverFailure {
        return open(dataKey, label.bytes(), box);
    }

    private static Blob seal(Blob key, byte[] label, byte[] plain) {
        try {
            byte[] nonce = new byte[NONCE];
            RANDOM.nextBytes(nonce);
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, label).doFinal(plain);
            return Blob.of(ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    private static byte[] open(Blob key, byte[] label, Blob box) throws DriverFailure {
        byte[] bytes = box.toArray();
        try {
            if (bytes.length >= NONCE + TAG) {
                byte[] nonce = Arrays.copyOf(bytes, NONCE);
                return cipher(Cipher.DECRYPT_MODE, key, nonce, label).doFinal(bytes, NONCE, bytes.length - NONCE);
            }
        } catch (GeneralSecurityException e) {
            // said below
        }
        throw new DriverFailure(
                Denial.DRIVER_FAILED,
                "the body does not open with its transaction's key: it was changed on disk, or the core's keys are not those it"
                        + " was kept with; restore bodies.db and the core's directory from one backup");
    }

    private static Cipher cipher(int mode, Blob key, byte[] nonce, byte[] label) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key.toArray(), "AES"), new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(label);
        return cipher;
    }
}
