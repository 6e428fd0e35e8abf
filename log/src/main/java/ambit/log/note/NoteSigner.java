package ambit.log.note;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/**
 * Who signs notes.
 *
 * @param verifier what others check the signatures with
 */
public record NoteSigner(VerifierKey verifier, UnaryOperator<byte[]> key) {
    /** Signs texts of any kind. */
    public static NoteSigner ed25519(String name, SigningKey key) {
        return new NoteSigner(VerifierKey.ed25519(name, key.publicKey()), text -> Signed.signNote(key, text));
    }

    /** Cosigns checkpoints; its key signs nothing else. */
    public static NoteSigner cosigner(String name, SigningKey key) {
        VerifierKey verifier = new VerifierKey(name, VerifierKey.COSIGNATURE, key.publicKey());
        return new NoteSigner(verifier, message -> Signed.signNote(key, message));
    }

    /** Signs or cosigns checkpoints; its key signs nothing else. */
    public static NoteSigner mlDsa(String name, MlDsaKey key) {
        return new NoteSigner(new VerifierKey(name, VerifierKey.ML_DSA, key.publicKey()), key::sign);
    }

    /**
     * The signature line over a note's text.
     *
     * @param seconds since 1970, or 0 to say no time; Ed25519 signatures that are no cosignatures have none
     */
    public NoteLine sign(String text, long seconds) {
        byte[] payload = verifier.type() == VerifierKey.ED25519
                ? key.apply(text.getBytes(UTF_8))
                : stamped(seconds, key.apply(verifier.cosigned(text, seconds)));
        return new NoteLine(verifier.name(), verifier.id(), Blob.of(payload));
    }

    private static byte[] stamped(long seconds, byte[] signature) {
        return ByteBuffer.allocate(8 + signature.length)
                .putLong(seconds)
                .put(signature)
                .array();
    }
}
