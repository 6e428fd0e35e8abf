package ambit.bench;

import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.List;

/** Artifacts signed and verified as Ambit does it, against the bare Ed25519 of the JDK over as many bytes. */
final class SignaturePart implements Part {

    private static final int WARM_UP = 500;
    private static final int BYTES = 300;
    private static final String JDK = "SunEC";

    private final int count;

    SignaturePart(int count) {
        this.count = count;
    }

    @Override
    public Result measure() throws Exception {
        SigningKey key = SigningKey.generate();
        Blob payload = Blob.of(new byte[BYTES]);
        Blob artifact = Signed.sign(Domain.PERMIT, key, payload);
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519", JDK).generateKeyPair();
        byte[] message = new byte[BYTES];
        byte[] signature = sign(pair, message);
        String provider = Signed.provider();
        Row sign = row(
                "sign an artifact of " + BYTES + " bytes (" + provider + ")",
                () -> Signed.sign(Domain.PERMIT, key, payload),
                () -> sign(pair, message));
        Row verify = row(
                "verify an artifact of " + BYTES + " bytes (" + provider + "), key vetted",
                () -> Signed.verify(Domain.PERMIT, key.publicKey(), artifact),
                () -> verify(pair, message, signature));
        List<String> remarks = provider.equals(JDK)
                ? List.of("Amazon Corretto Crypto Provider was not on the module path: signatures were made by " + JDK
                        + ".")
                : List.of();
        return new Result(List.of(sign, verify), remarks);
    }

    private static byte[] sign(KeyPair pair, byte[] message) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519", JDK);
        signer.initSign(pair.getPrivate());
        signer.update(message);
        return signer.sign();
    }

    private static void verify(KeyPair pair, byte[] message, byte[] signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("Ed25519", JDK);
        verifier.initVerify(pair.getPublic());
        verifier.update(message);
        if (!verifier.verify(signature)) {
            throw new GeneralSecurityException("a good signature did not verify");
        }
    }

    private Row row(String what, Turns.Act act, Turns.Act base) throws Exception {
        List<Samples> times = Turns.times(WARM_UP, count, List.of(act, base));
        return Row.ofTimes(what, times.get(0), "the JDK's Ed25519 (" + JDK + ")", times.get(1));
    }
}
