package ambit.authority.signing;

import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An Ed25519 private key (RFC 8032). It signs through {@link Signed}. Safe to use from any thread; never printed. */
public final class SigningKey {
    /** Bytes of a seed, which is the private key of RFC 8032. */
    public static final int SEED = 32;

    private final PrivateKey privateKey;
    private final Blob publicKey;

    /** Signers that nobody is using. Giving one its key takes the provider as long as a signature, so that is done once. */
    private final Queue<Signature> signers = new ConcurrentLinkedQueue<>();

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

    /** The key with this seed. */
    public static SigningKey ofSeed(byte[] seed) throws MalformedException {
        SigningKey key = seed.length == SEED ? from(new Fixed(seed)) : generate();
        if (!Arrays.equals(key.seed(), seed)) {
            throw new MalformedException("not an Ed25519 private key");
        }
        return key;
    }

    /** The secret itself, for the one file that it is kept in. */
    public byte[] seed() {
        byte[] pkcs8 = privateKey.getEncoded();
        return Arrays.copyOfRange(pkcs8, pkcs8.length - SEED, pkcs8.length);
    }

    /** The signature over {@code message}; always by the same provider. One that fails is not used again. */
    byte[] sign(Provider provider, byte[] message) throws GeneralSecurityException {
        Signature signer = signers.poll();
        if (signer == null) {
            signer = Signature.getInstance("Ed25519", provider);
            signer.initSign(privateKey);
        }
        signer.update(message);
        byte[] signature = signer.sign();
        signers.add(signer);
        return signature;
    }

    PrivateKey privateKey() {
        return privateKey;
    }

    /** Raw, 32 bytes. */
    public Blob publicKey() {
        return publicKey;
    }

    @Override
    public String toString() {
        return "SigningKey";
    }

    /** Hands out one seed. */
    static final class Fixed extends SecureRandom {
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
