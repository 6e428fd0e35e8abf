package ambit.wire;

import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;

/** Replies of the drivers to the {@link AdminToDrivers command}. */
public sealed interface DriversToAdmin extends Cbor.Message {
    /** {@code json} is the array {@code tools} of MCP's tools/list. */
    record Discovered(@Max(Limits.RESULT) String json) implements DriversToAdmin {}

    record Failed(Denial code, @Max(Limits.SENTENCE) String sentence) implements DriversToAdmin {}

    /**
     * What there is of a body. Without a key in the request, {@code bytes} are empty.
     *
     * @param digest SHA-256 of the body as it was before redaction; empty where nothing is known of it
     * @param places how many were redacted in it
     */
    record Body(
            BodyState state,
            @Bytes32 @OrEmpty Blob digest,
            @Range long places,
            long keptAtMs,
            @Max(Limits.RESULT) Blob bytes)
            implements DriversToAdmin {}

    /** Their keys are destroyed, and the log says so. */
    record Shredded(long transactions, long bodies) implements DriversToAdmin {}

    static DriversToAdmin fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(DriversToAdmin.class, cbor);
    }
}
