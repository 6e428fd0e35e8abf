package ambit.wire;

import ambit.wire.Bounds.Max;

/** Replies of the drivers to the {@link AdminToDrivers command}. */
public sealed interface DriversToAdmin extends Cbor.Message {
    /** {@code json} is the array {@code tools} of MCP's tools/list. */
    record Discovered(@Max(Limits.RESULT) String json) implements DriversToAdmin {}

    record Failed(Denial code, @Max(Limits.SENTENCE) String sentence) implements DriversToAdmin {}

    static DriversToAdmin fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(DriversToAdmin.class, cbor);
    }
}
