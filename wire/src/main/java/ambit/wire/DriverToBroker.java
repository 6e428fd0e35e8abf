package ambit.wire;

/** Replies of a driver to one {@link BrokerToDriver.Execute}: any number of chunks, then done or failed. */
public sealed interface DriverToBroker extends Cbor.Message {
    record Chunk(Blob bytes) implements DriverToBroker {}

    /** {@code status} reads like one of HTTP; {@code proof} are COSE bytes of the core. */
    record Done(int status, Blob result, Blob proof) implements DriverToBroker {}

    /** {@code proof} is empty where no outcome was recorded. */
    record Failed(Denial code, String sentence, Blob proof) implements DriverToBroker {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Chunk m -> Cbor.array(1, m.bytes);
            case Done m -> Cbor.array(2, m.status, m.result, m.proof);
            case Failed m -> Cbor.array(3, m.code, m.sentence, m.proof);
        };
    }

    static DriverToBroker fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 3)) {
            case 1 -> new Chunk(in.bytes(Limits.CHUNK));
            case 2 -> new Done(in.number(0, 999), in.bytes(Limits.RESULT), in.artifact());
            default -> new Failed(in.denial(), in.sentence(), in.artifact());
        });
    }
}
