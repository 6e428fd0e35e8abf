package ambit.bench;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;

/** ML-DSA-44 by the JDK, over one message and with nothing around it: the keys are given to the provider before. Not thread-safe. */
final class BareMlDsa {

    private static final String ALGORITHM = "ML-DSA-44";

    private final Signature verifier;
    private final byte[] message;
    private final byte[] signature;

    BareMlDsa(int bytes) throws GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        message = new byte[bytes];
        Signature signer = Signature.getInstance(ALGORITHM);
        signer.initSign(pair.getPrivate());
        signer.update(message);
        signature = signer.sign();
        verifier = Signature.getInstance(ALGORITHM);
        verifier.initVerify(pair.getPublic());
    }

    void verify() throws GeneralSecurityException {
        verifier.update(message);
        if (!verifier.verify(signature)) {
            throw new GeneralSecurityException("a good signature did not verify");
        }
    }
}
