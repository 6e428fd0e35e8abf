package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
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
        @Bytes16 Blob id,
        String driver,
        @Bytes16 Blob context,
        @Range long sequence,
        String capability,
        @Bytes32 Blob paramsDigest,
        @Range(to = Limits.LAST_SECOND * 1000) long expiresAtMs,
        @Bytes32 @OrEmpty Blob definition,
        int syscall,
        @Range long maxBytes)
        implements Cbor.Artifact {

    public static Permit parse(Blob payload) throws MalformedException {
        return Cbor.parse(Permit.class, payload);
    }
}
