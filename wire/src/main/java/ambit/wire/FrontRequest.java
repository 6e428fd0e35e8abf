package ambit.wire;

import ambit.wire.Bounds.Max;

/** What the {@code ambit} command says to the broker: one run or status on a connection, then the run's input. */
public sealed interface FrontRequest extends Cbor.Message {
    /** Closing the connection kills the transaction. */
    record Run(
            Blob grant,
            Blob request,
            @Max(Limits.AGENT_SPEC) Blob agentSpec) implements FrontRequest {}

    record Stdin(@Max(Limits.CHUNK) Blob bytes) implements FrontRequest {}

    record StdinEnd() implements FrontRequest {}

    record Kill() implements FrontRequest {}

    record Status() implements FrontRequest {}

    static FrontRequest fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(FrontRequest.class, cbor);
    }
}
