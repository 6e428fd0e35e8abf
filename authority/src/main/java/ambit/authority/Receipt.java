package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * A driver's word on what came of a permit, signed with its receipt key.
 *
 * @param permit the permit's id
 * @param paramsDigest SHA-256 of the bytes that were executed
 * @param resultDigest SHA-256 of the result
 * @param status 0, or the number of a {@link ambit.wire.Denial}
 */
public record Receipt(
        @Bytes16 Blob permit,
        @Bytes32 Blob paramsDigest,
        @Bytes32 Blob resultDigest,
        int status,
        @Range(to = Limits.LAST_SECOND * 1000) long finishedAtMs,
        @Range long resultBytes)
        implements Cbor.Artifact {
    @Override
    public void check() throws MalformedException {
        Denial.requireStatus(status);
    }

    public static Receipt parse(Blob payload) throws MalformedException {
        return Cbor.parse(Receipt.class, payload);
    }
}
