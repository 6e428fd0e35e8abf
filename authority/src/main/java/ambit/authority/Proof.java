package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * The core's word that a result belongs to one call of one context and is recorded.
 *
 * @param paramsDigest SHA-256 of the request bytes
 * @param resultDigest SHA-256 of the result
 * @param status 0, or the number of a {@link ambit.wire.Denial}
 * @param logIndex where the outcome is in the log
 */
public record Proof(
        Blob context,
        long sequence,
        Blob paramsDigest,
        Blob resultDigest,
        int status,
        long logIndex,
        String transaction)
        implements Cbor.Message {
    @Override
    public Cbor toCbor() {
        return Cbor.record(context, sequence, paramsDigest, resultDigest, status, logIndex, transaction);
    }

    public static Proof parse(Blob payload) throws MalformedException {
        return Fields.record(
                payload,
                in -> new Proof(
                        in.id(),
                        in.integer(0, Long.MAX_VALUE),
                        in.hash(),
                        in.hash(),
                        in.optionalDenial().map(Denial::number).orElse(0),
                        in.integer(0, Long.MAX_VALUE),
                        in.text(Limits.NAME)));
    }
}
