package ambit.wire;

/** What the {@code ambit} command says to the broker: one run or status on a connection, then the run's input. */
public sealed interface FrontRequest {
    /** Closing the connection kills the transaction. */
    record Run(Blob grant, Blob request, Blob agentSpec) implements FrontRequest {}

    record Stdin(Blob bytes) implements FrontRequest {}

    record StdinEnd() implements FrontRequest {}

    record Kill() implements FrontRequest {}

    record Status() implements FrontRequest {}

    default Cbor toCbor() {
        return switch (this) {
            case Run(Blob grant, Blob request, Blob spec) ->
                Cbor.message(1, Cbor.of(grant), Cbor.of(request), Cbor.of(spec));
            case Stdin(Blob bytes) -> Cbor.message(2, Cbor.of(bytes));
            case StdinEnd() -> Cbor.message(3);
            case Kill() -> Cbor.message(4);
            case Status() -> Cbor.message(5);
        };
    }

    static FrontRequest fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        FrontRequest message =
                switch (in.number(1, 5)) {
                    case 1 ->
                        new Run(
                                in.bytes(Limits.ARTIFACT), in.bytes(Limits.ARTIFACT), in.bytes(Limits.AGENT_SPEC));
                    case 2 -> new Stdin(in.bytes(Limits.CHUNK));
                    case 3 -> new StdinEnd();
                    case 4 -> new Kill();
                    default -> new Status();
                };
        in.end();
        return message;
    }
}
