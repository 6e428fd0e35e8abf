package ambit.authority.signing;

import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import ambit.wire.RawKey;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.Objects;

/**
 * Signs and verifies COSE_Sign1 artifacts with Ed25519. The exact bytes are verified first, the payload is for others to parse
 * after. Safe to use from any thread.
 *
 * <p>Signatures are made and checked by the Amazon Corretto Crypto Provider where it is in the run-time image and works, by the JDK's own
 * provider otherwise. Both use the cofactorless equation and refuse S ≥ L and every R that is not canonical, so they accept the same
 * signatures; {@code OthersSignaturesTest} holds both to that.
 */
public final class Signed {
    /** Keys are always made by this one, whoever signs with them. */
    static final Provider JDK = Objects.requireNonNull(Security.getProvider("SunEC"), "every Java platform has SunEC");

    static final String CORRETTO = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
    private static final Provider PROVIDER = choose();

    private Signed() {}

    /** The name of the provider that signs and verifies. */
    public static String provider() {
        return PROVIDER.getName();
    }

    private static Provider choose() {
        try {
            Class<? extends Provider> type = Class.forName(CORRETTO).asSubclass(Provider.class);
            Provider corretto = type.getDeclaredConstructor().newInstance();
            Blob message = Blob.fromHex("00");
            SigningKey key = SigningKey.generate();
            byte[] signature = key.sign(corretto, message.toArray());
            return verifies(corretto, key.publicKey(), message.toArray(), signature) ? corretto : JDK;
        } catch (ReflectiveOperationException | GeneralSecurityException | RuntimeException | LinkageError e) {
            return JDK;
        }
    }

    /** A COSE_Sign1 message over {@code payload} in {@code domain}. */
    public static Blob sign(Domain domain, SigningKey key, Blob payload) {
        try {
            byte[] message = Cose.toBeSigned(domain, key.publicKey(), payload);
            Blob signature = Blob.of(key.sign(PROVIDER, message));
            return new Cose(key.publicKey(), payload, signature).toBlob();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    /**
     * The 64-byte signature over a C2SP signed note's text. A note begins with a name, a COSE message to be signed with an array's
     * byte, so neither is ever taken for the other.
     */
    public static byte[] signNote(SigningKey key, byte[] text) {
        try {
            return key.sign(PROVIDER, text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    /**
     * The payload of {@code cose}, after these exact bytes have verified as signed by {@code signer} in {@code domain}.
     *
     * @param signer raw Ed25519 public key; one that is not {@linkplain PublicKeys#requireSound sound} verifies nothing
     * @throws MalformedException if the message is, or the key is not sound
     * @throws BadSignature if it is another's signature, or over other bytes
     */
    public static Blob verify(Domain domain, Blob signer, Blob cose) throws MalformedException, BadSignature {
        PublicKeys.requireCanonical(signer);
        Cose message = Cose.parse(cose);
        byte[] signed = Cose.toBeSigned(domain, signer, message.payload());
        if (message.kid().equals(signer)
                && holds(signer, signed, message.signature().toArray())) {
            return message.payload();
        }
        PublicKeys.requireSound(signer);
        throw new BadSignature();
    }

    /** Whether {@code signature} is the one of {@code signer}, a sound public key, over a note's text. */
    public static boolean verifiesNote(Blob signer, byte[] text, byte[] signature) {
        try {
            return holds(PublicKeys.requireCanonical(signer), text, signature);
        } catch (MalformedException e) {
            return false;
        }
    }

    private static boolean holds(Blob signer, byte[] message, byte[] signature) {
        try {
            return verifies(PROVIDER, signer, message, signature);
        } catch (GeneralSecurityException e) {
            // Both providers report some invalid signatures and keys this way; what it was makes no difference.
            return false;
        }
    }

    static boolean verifies(Provider provider, Blob key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("Ed25519", provider);
        verifier.initVerify(new RawKey(key));
        verifier.update(message);
        return verifier.verify(signature);
    }
}
