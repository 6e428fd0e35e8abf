package ambit.wire;

import ambit.wire.Bounds.Max;

/** Requests of the broker to the drivers. Closing the connection cancels what runs. */
public sealed interface BrokerToDriver extends Cbor.Message {
    /** Do exactly {@code params}, which {@code permit}, COSE bytes of the core, permits once. */
    record Execute(Blob permit, @Max(Limits.PARAMS) Blob params) implements BrokerToDriver {}

    static BrokerToDriver fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(BrokerToDriver.class, cbor);
    }
}
