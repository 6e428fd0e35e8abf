package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * A tenant's word to destroy memory for ever, signed by its root key.
 *
 * @param principal the public key of whose memory it is; empty for all of the tenant
 * @param transaction the one that is forgotten with its children; empty for all of the principal, its namespaces included
 * @param issuedAt seconds since 1970; it counts for five minutes
 */
public record Forgetting(
        String tenant,
        @Bytes32 @OrEmpty Blob principal,
        @Max(Limits.TRANSACTION) String transaction,
        @Max(Limits.SENTENCE) String why,
        @Range(to = Limits.LAST_SECOND) long issuedAt)
        implements Cbor.Artifact {
    private static final long GOOD_MS = 300_000;

    /** Whether it still counts, or counts already. */
    public boolean isFresh(long nowMs) {
        return Math.abs(nowMs - issuedAt * 1000) <= GOOD_MS;
    }

    /** Whether this transaction, of this principal and tenant, is forgotten. */
    public boolean covers(String its, String whoseTenant, Blob whose) {
        return tenant.equals(whoseTenant)
                && (principal.isEmpty() || principal.equals(whose))
                && (transaction.isEmpty() || its.equals(transaction) || its.startsWith(transaction + "."));
    }

    @Override
    public void check() throws MalformedException {
        if (principal.isEmpty() && !transaction.isEmpty()) {
            throw new MalformedException("a transaction is forgotten with its principal named");
        }
    }

    public static Forgetting parse(Blob payload) throws MalformedException {
        return Cbor.parse(Forgetting.class, payload);
    }
}
