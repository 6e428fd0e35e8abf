package ambit.wire;

/** Requests of the broker to the drivers. Closing the connection cancels what runs. */
public sealed interface BrokerToDriver extends Cbor.Message {
    /** Do exactly {@code params}, which {@code permit}, COSE bytes of the core, permits once. */
    record Execute(Blob permit, Blob params) implements BrokerToDriver {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Execute m -> Cbor.array(1, m.permit, m.params);
        };
    }

    static BrokerToDriver fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 1)) {
            default -> new Execute(in.artifact(), in.bytes(Limits.PARAMS));
        });
    }
}
