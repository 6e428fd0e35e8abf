package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Cose;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/** Proofs of one core, known by its public key. */
final class CoreProofs implements Proofs {
    private final Blob coreKey;
    private final PublicKey key;

    /** @param coreKey raw Ed25519, 32 bytes; it comes from the configuration and from nowhere else */
    CoreProofs(Blob coreKey) throws GeneralSecurityException {
        this.coreKey = coreKey;
        this.key = decode(coreKey);
    }

    private static PublicKey decode(Blob raw) throws GeneralSecurityException {
        byte[] bigEndian = new byte[Limits.KEY];
        byte[] bytes = raw.toArray();
        for (int i = 0; i < bytes.length; i++) {
            bigEndian[i] = bytes[bytes.length - 1 - i];
        }
        boolean xIsOdd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7f;
        EdECPoint point = new EdECPoint(xIsOdd, new BigInteger(1, bigEndian));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    @Override
    public boolean confirm(Blob proof, Expected expected) {
        try {
            Cose cose = Cose.parse(proof);
            return cose.kid().equals(coreKey) && isSigned(cose) && says(cose.payload(), expected);
        } catch (MalformedException | GeneralSecurityException e) {
            return false;
        }
    }

    private boolean isSigned(Cose cose) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(Cose.toBeSigned(Cose.Domain.PROOF, cose.kid(), cose.payload()));
        return verifier.verify(cose.signature().toArray());
    }

    /** Whether the payload {1 context, 2 sequence, 3 params, 4 result, 5 status, 6 log index, 7 transaction} is the expected one. */
    private static boolean says(Blob payload, Expected expected) throws MalformedException {
        return Fields.record(Cbor.decode(payload.toArray()), in -> {
            boolean call = in.id().equals(expected.context());
            call &= in.integer() == expected.sequence();
            call &= in.hash().equals(expected.params());
            Blob result = in.orEmpty(Limits.HASH);
            call &= expected.result().map(result::equals).orElse(true);
            boolean succeeded = in.integer() == 0;
            in.integer();
            call &= in.name().equals(expected.transaction());
            return call && succeeded == expected.result().isPresent();
        });
    }
}
