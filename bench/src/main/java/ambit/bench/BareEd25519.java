package ambit.bench;

import ambit.authority.signing.Signed;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.Optional;

/**
 * Ed25519 by the provider that Ambit uses, over one message and with nothing around it: the keys are parsed and given to the provider
 * before. Not thread-safe.
 */
final class BareEd25519 {

    private static final String CORRETTO = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private final Signature signer;
    private final Signature verifier;
    private final byte[] message;
    private final byte[] signature;

    BareEd25519(int bytes) throws GeneralSecurityException {
        Provider provider = provider();
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        message = new byte[bytes];
        signer = Signature.getInstance("Ed25519", provider);
        signer.initSign(pair.getPrivate());
        verifier = Signature.getInstance("Ed25519", provider);
        verifier.initVerify(pair.getPublic());
        signature = sign();
    }

    private static Provider provider() throws GeneralSecurityException {
        String name = Signed.provider();
        Optional<Provider> installed = Optional.ofNullable(Security.getProvider(name));
        if (installed.isPresent()) {
            return installed.get();
        }
        try {
            return Class.forName(CORRETTO)
                    .asSubclass(Provider.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new GeneralSecurityException("there is no provider " + name, e);
        }
    }

    byte[] sign() throws GeneralSecurityException {
        signer.update(message);
        return signer.sign();
    }

    void verify() throws GeneralSecurityException {
        verifier.update(message);
        if (!verifier.verify(signature)) {
            throw new GeneralSecurityException("a good signature did not verify");
        }
    }
}
