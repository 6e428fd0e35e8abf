package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * The core's word that a result belongs to one call of one context and is recorded.
 *
 * @param paramsDigest SHA-256 of the request bytes
 * @param resultDigest SHA-256 of the result
 * @param status 0, or the number of a {@link ambit.wire.Denial}
 * @param logIndex where the outcome is in the log
 * @param scope the root of the tree that says what a search was made in and what it gave; empty for what is no search
 */
public record Proof(
        @Bytes16 Blob context,
        @Range long sequence,
        @Bytes32 Blob paramsDigest,
        @Bytes32 Blob resultDigest,
        int status,
        @Range long logIndex,
        @Max(Limits.TRANSACTION) String transaction,
        @Bytes32 @OrEmpty Blob scope)
        implements Cbor.Artifact {
    @Override
    public void check() throws MalformedException {
        Denial.requireStatus(status);
    }

    public static Proof parse(Blob payload) throws MalformedException {
        return Cbor.parse(Proof.class, payload);
    }
}
