package ambit.authority.signing;

import ambit.wire.Blob;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An ML-DSA-44 private key (FIPS 204), which signs what has to hold against quantum computers too. Signatures are hedged and have an empty
 * context. Safe to use from any thread; never printed.
 */
public final class MlDsaKey {
    /** Bytes of a seed, the ξ of FIPS 204 that the key is made from. */
    public static final int SEED = 32;

    /** Bytes of a raw public key. */
    public static final int PUBLIC_KEY = 1312;

    /** Bytes of a signature. */
    public static final int SIGNATURE = 2420;

    private static final String ALGORITHM = "ML-DSA-44";

    /** What stands before the raw key in a SubjectPublicKeyInfo. */
    private static final byte[] HEADER = HexFormat.of().parseHex("30820532300b06096086480165030403110382052100");

    private final PrivateKey privateKey;
    private final Blob publicKey;

    private MlDsaKey(KeyPair pair) {
        byte[] encoded = pair.getPublic().getEncoded();
        this.privateKey = pair.getPrivate();
        this.publicKey = Blob.of(Arrays.copyOfRange(encoded, HEADER.length, encoded.length));
    }

    /** The key with this seed of {@link #SEED} bytes. */
    public static MlDsaKey ofSeed(byte[] seed) {
        if (seed.length != SEED) {
            throw new IllegalArgumentException("a seed has " + SEED + " bytes");
        }
        return from(new SigningKey.Fixed(seed));
    }

    /** The provider takes the 32 bytes of the seed from {@code random} and nothing else. */
    private static MlDsaKey from(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM, "SUN");
            generator.initialize(NamedParameterSpec.ML_DSA_44, random);
            return new MlDsaKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    private static IllegalStateException unavailable(GeneralSecurityException e) {
        return new IllegalStateException("every Java platform from 24 on has " + ALGORITHM, e);
    }

    /** Raw, {@link #PUBLIC_KEY} bytes. */
    public Blob publicKey() {
        return publicKey;
    }

    /** The signature over {@code message}, {@link #SIGNATURE} bytes. */
    public byte[] sign(byte[] message) {
        return sign(message, new SecureRandom());
    }

    /** The same with the 32 bytes that hedge it from {@code random}: all zero, they make FIPS 204's deterministic signature. */
    public byte[] sign(byte[] message, SecureRandom random) {
        try {
            Signature signer = Signature.getInstance(ALGORITHM, "SUN");
            signer.initSign(privateKey, random);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw unavailable(e);
        }
    }

    /** Whether {@code signature} is the one of {@code signer}, a raw public key, over {@code message}. */
    public static boolean verifies(Blob signer, byte[] message, byte[] signature) {
        if (signer.size() != PUBLIC_KEY) {
            return false;
        }
        byte[] encoded = Arrays.copyOf(HEADER, HEADER.length + PUBLIC_KEY);
        System.arraycopy(signer.toArray(), 0, encoded, HEADER.length, PUBLIC_KEY);
        try {
            Signature verifier = Signature.getInstance(ALGORITHM, "SUN");
            verifier.initVerify(
                    KeyFactory.getInstance(ALGORITHM, "SUN").generatePublic(new X509EncodedKeySpec(encoded)));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Signatures of another length are reported this way.
            return false;
        }
    }

    @Override
    public String toString() {
        return "MlDsaKey";
    }
}
