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
import java.util.List;

/**
 * A driver's word on what came of a permit, signed with its receipt key.
 *
 * @param permit the permit's id
 * @param paramsDigest SHA-256 of the bytes that were executed
 * @param resultDigest SHA-256 of the result
 * @param status 0, or the number of a {@link ambit.wire.Denial}
 * @param meters what the call took of what is metered, such as {@code tokens}
 * @param fields what stood in the fields of the result that the permit asks for
 * @param scope the root of the tree that says what a search was made in and what it gave; empty for what is no search
 */
public record Receipt(
        @Bytes16 Blob permit,
        @Bytes32 Blob paramsDigest,
        @Bytes32 Blob resultDigest,
        int status,
        @Range(to = Limits.LAST_SECOND * 1000) long finishedAtMs,
        @Range long resultBytes,
        @Max(MAX_METERS) List<Meter> meters,
        @Max(Permit.MAX_FIELDS) List<Field> fields,
        @Bytes32 @OrEmpty Blob scope)
        implements Cbor.Artifact {
    public static final int MAX_METERS = 16;

    /** How much of something a call took. */
    public record Meter(String name, @Range long amount) implements Cbor.Artifact {}

    /**
     * What a field of the result said.
     *
     * @param path as the permit asks for it
     * @param digests of its texts and whole numbers, each the SHA-256 of its CBOR
     */
    public record Field(
            @Max(Constraint.MAX_PATH) String path,
            @Max(MAX_DIGESTS) List<@Bytes32 Blob> digests) implements Cbor.Artifact {
        /** Values of one field; a driver leaves out what comes after. */
        public static final int MAX_DIGESTS = 1024;

        public Field {
            digests = List.copyOf(digests);
        }
    }

    /** One that reports nothing but the outcome. */
    public Receipt(Blob permit, Blob paramsDigest, Blob resultDigest, int status, long finishedAtMs, long resultBytes) {
        this(permit, paramsDigest, resultDigest, status, finishedAtMs, resultBytes, List.of(), List.of(), Blob.EMPTY);
    }

    public Receipt {
        meters = List.copyOf(meters);
        fields = List.copyOf(fields);
    }

    /** What the driver says of a meter, or {@code otherwise} where it says nothing. */
    public long metered(String name, long otherwise) {
        return meters.stream()
                .filter(meter -> meter.name().equals(name))
                .mapToLong(Meter::amount)
                .findFirst()
                .orElse(otherwise);
    }

    @Override
    public void check() throws MalformedException {
        Denial.requireStatus(status);
    }

    public static Receipt parse(Blob payload) throws MalformedException {
        return Cbor.parse(Receipt.class, payload);
    }
}
