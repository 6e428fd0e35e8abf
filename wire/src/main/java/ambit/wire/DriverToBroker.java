package ambit.wire;

/** Replies of a driver to one {@link BrokerToDriver.Execute}: any number of chunks, then done or failed. */
public sealed interface DriverToBroker {
    record Chunk(Blob bytes) implements DriverToBroker {}

    /** {@code status} reads like one of HTTP; {@code proof} are COSE bytes of the core. */
    record Done(int status, Blob result, Blob proof) implements DriverToBroker {}

    /** {@code proof} is empty where no outcome was recorded. */
    record Failed(Denial code, String sentence, Blob proof) implements DriverToBroker {}

    default Cbor toCbor() {
        return switch (this) {
            case Chunk(Blob bytes) -> Cbor.message(1, Cbor.of(bytes));
            case Done(int status, Blob result, Blob proof) ->
                Cbor.message(2, Cbor.of(status), Cbor.of(result), Cbor.of(proof));
            case Failed(Denial code, String sentence, Blob proof) ->
                Cbor.message(3, Cbor.of(code.number()), Cbor.of(sentence), Cbor.of(proof));
        };
    }

    static DriverToBroker fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        DriverToBroker message =
                switch (in.number(1, 3)) {
                    case 1 -> new Chunk(in.bytes(Limits.CHUNK));
                    case 2 ->
                        new Done(in.number(0, 999), in.bytes(Limits.RESULT), in.bytes(Limits.ARTIFACT));
                    default -> new Failed(in.denial(), in.text(Limits.SENTENCE), in.bytes(Limits.ARTIFACT));
                };
        in.end();
        return message;
    }
}
