package ambit.wire;

/** Requests of the broker to the drivers. Closing the connection cancels what runs. */
public sealed interface BrokerToDriver {
    /** Do exactly {@code params}, which {@code permit}, COSE bytes of the core, permits once. */
    record Execute(Blob permit, Blob params) implements BrokerToDriver {}

    default Cbor toCbor() {
        return switch (this) {
            case Execute(Blob permit, Blob params) -> Cbor.message(1, Cbor.of(permit), Cbor.of(params));
        };
    }

    static BrokerToDriver fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        in.number(1, 1);
        Execute execute = new Execute(in.bytes(Limits.ARTIFACT), in.bytes(Limits.PARAMS));
        in.end();
        return execute;
    }
}
