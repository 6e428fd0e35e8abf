package ambit.drivers;

import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * The two signed artifacts that drivers deal with: the core's permits, which they verify, and their receipts, which they sign with
 * a key that is made when this object is and never leaves it. Immutable.
 */
final class Artifacts {
    private final Blob coreKey;
    private final SigningKey receiptKey = SigningKey.generate();

    /** @param coreKey raw Ed25519 */
    Artifacts(Blob coreKey) throws MalformedException {
        this.coreKey = PublicKeys.requireSound(coreKey);
    }

    /** The public half of the receipts' key, raw Ed25519. */
    Blob receiptKey() {
        return receiptKey.publicKey();
    }

    /** The permit in exactly these bytes; nothing of it is looked at before the signature verified. */
    Permit permit(Blob cose) throws DriverFailure {
        try {
            return Permit.parse(Signed.verify(Domain.PERMIT, coreKey, cose));
        } catch (MalformedException e) {
            throw new DriverFailure(Denial.MALFORMED, "the permit is not well formed: " + e.getMessage(), e);
        } catch (BadSignature e) {
            throw new DriverFailure(Denial.BAD_SIGNATURE, "the permit is not signed by this kernel's core", e);
        }
    }

    /** A signed receipt, COSE: what was executed on the permit and what came of it. */
    Blob receipt(
            Permit permit,
            Blob resultDigest,
            int status,
            long finishedAtMs,
            long resultBytes,
            List<Receipt.Meter> meters,
            List<Receipt.Field> fields,
            Blob scope) {
        Receipt receipt = new Receipt(
                permit.id(),
                permit.paramsDigest(),
                resultDigest,
                status,
                finishedAtMs,
                resultBytes,
                meters,
                fields,
                scope);
        return Signed.sign(Domain.RECEIPT, receiptKey, receipt.toBlob());
    }
}
