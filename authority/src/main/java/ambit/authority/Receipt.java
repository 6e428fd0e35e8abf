package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.Fields;
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
        Blob permit, Blob paramsDigest, Blob resultDigest, int status, long finishedAtMs, long resultBytes)
        implements Cbor.Message {
    @Override
    public Cbor toCbor() {
        return Cbor.record(permit, paramsDigest, resultDigest, status, finishedAtMs, resultBytes);
    }

    public static Receipt parse(Blob payload) throws MalformedException {
        return Fields.record(
                payload,
                in -> new Receipt(
                        in.id(),
                        in.hash(),
                        in.hash(),
                        in.optionalDenial().map(Denial::number).orElse(0),
                        in.integer(0, Limits.LAST_SECOND * 1000),
                        in.integer(0, Long.MAX_VALUE)));
    }
}
