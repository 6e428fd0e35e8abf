package ambit.broker;

import ambit.authority.Proof;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.MalformedException;

/** Proofs of one core, known by its public key. */
final class CoreProofs implements Proofs {
    private final Blob coreKey;

    /** @param coreKey raw Ed25519, 32 bytes; it comes from the configuration and from nowhere else */
    CoreProofs(Blob coreKey) throws MalformedException {
        this.coreKey = PublicKeys.requireSound(coreKey);
    }

    @Override
    public boolean confirm(Blob proof, Expected expected) {
        try {
            return says(Proof.parse(Signed.verify(Cose.Domain.PROOF, coreKey, proof)), expected);
        } catch (MalformedException | BadSignature e) {
            return false;
        }
    }

    private static boolean says(Proof proof, Expected expected) {
        return proof.context().equals(expected.context())
                && proof.transaction().equals(expected.transaction())
                && proof.sequence() == expected.sequence()
                && proof.paramsDigest().equals(expected.params())
                && expected.result().map(proof.resultDigest()::equals).orElse(true)
                && (proof.status() == 0) == expected.result().isPresent();
    }
}
