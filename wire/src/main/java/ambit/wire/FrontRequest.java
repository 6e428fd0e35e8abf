package ambit.wire;

/** What the {@code ambit} command says to the broker: one run or status on a connection, then the run's input. */
public sealed interface FrontRequest extends Cbor.Message {
    /** Closing the connection kills the transaction. */
    record Run(Blob grant, Blob request, Blob agentSpec) implements FrontRequest {}

    record Stdin(Blob bytes) implements FrontRequest {}

    record StdinEnd() implements FrontRequest {}

    record Kill() implements FrontRequest {}

    record Status() implements FrontRequest {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Run m -> Cbor.array(1, m.grant, m.request, m.agentSpec);
            case Stdin m -> Cbor.array(2, m.bytes);
            case StdinEnd() -> Cbor.array(3);
            case Kill() -> Cbor.array(4);
            case Status() -> Cbor.array(5);
        };
    }

    static FrontRequest fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 5)) {
            case 1 -> new Run(in.artifact(), in.artifact(), in.bytes(Limits.AGENT_SPEC));
            case 2 -> new Stdin(in.bytes(Limits.CHUNK));
            case 3 -> new StdinEnd();
            case 4 -> new Kill();
            default -> new Status();
        });
    }
}
