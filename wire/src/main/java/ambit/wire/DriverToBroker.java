package ambit.wire;

import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;

/** Replies of a driver to one {@link BrokerToDriver.Execute}: any number of chunks, then done or failed. */
public sealed interface DriverToBroker extends Cbor.Message {
    record Chunk(@Max(Limits.CHUNK) Blob bytes) implements DriverToBroker {}

    /** {@code status} reads like one of HTTP; {@code proof} are COSE bytes of the core. */
    record Done(
            @Range(to = 999) int status, @Max(Limits.RESULT) Blob result, Blob proof) implements DriverToBroker {}

    /** {@code proof} is empty where no outcome was recorded. */
    record Failed(Denial code, @Max(Limits.SENTENCE) String sentence, Blob proof) implements DriverToBroker {}

    static DriverToBroker fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(DriverToBroker.class, cbor);
    }
}
