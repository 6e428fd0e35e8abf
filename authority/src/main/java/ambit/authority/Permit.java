package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;

/**
 * The core's single-use word to one driver for one exact request.
 *
 * @param id 16 bytes, good for one use
 * @param context 16 bytes
 * @param paramsDigest SHA-256 of the exact request bytes
 * @param definition SHA-256 of the tool's pinned definition, or empty
 * @param syscall the number of a {@link Syscall}
 * @param maxBytes how large the result may be
 */
public record Permit(
        Blob id,
        String driver,
        Blob context,
        long sequence,
        String capability,
        Blob paramsDigest,
        long expiresAtMs,
        Blob definition,
        int syscall,
        long maxBytes)
        implements Cbor.Message {
    @Override
    public Cbor toCbor() {
        return Cbor.record(
                id, driver, context, sequence, capability, paramsDigest, expiresAtMs, definition, syscall, maxBytes);
    }

    public static Permit parse(Blob payload) throws MalformedException {
        return Fields.record(
                payload,
                in -> new Permit(
                        in.id(),
                        in.name(),
                        in.id(),
                        in.integer(0, Long.MAX_VALUE),
                        in.name(),
                        in.hash(),
                        in.integer(0, Limits.LAST_SECOND * 1000),
                        in.orEmpty(Limits.HASH),
                        in.number(Syscall.TOOL_CALL.number(), Syscall.LOG.number()),
                        in.integer(0, Limits.RESULT)));
    }
}
