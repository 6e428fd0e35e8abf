package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.util.List;

/**
 * The core's single-use word to one driver for one exact request.
 *
 * @param id 16 bytes, good for one use
 * @param context 16 bytes
 * @param paramsDigest SHA-256 of the exact request bytes
 * @param definition SHA-256 of the tool's pinned definition, or empty
 * @param syscall the number of a {@link Syscall}
 * @param maxBytes how large the result may be
 * @param fields paths of the result whose values the receipt is to report
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
        @Range long maxBytes,
        @Max(MAX_FIELDS) List<@Max(Constraint.MAX_PATH) String> fields)
        implements Cbor.Artifact {
    public static final int MAX_FIELDS = 64;

    /** One that asks for no fields. */
    public Permit(
            Blob id,
            String driver,
            Blob context,
            long sequence,
            String capability,
            Blob paramsDigest,
            long expiresAtMs,
            Blob definition,
            int syscall,
            long maxBytes) {
        this(
                id,
                driver,
                context,
                sequence,
                capability,
                paramsDigest,
                expiresAtMs,
                definition,
                syscall,
                maxBytes,
                List.of());
    }

    public Permit {
        fields = List.copyOf(fields);
    }

    public static Permit parse(Blob payload) throws MalformedException {
        return Cbor.parse(Permit.class, payload);
    }
}
