package ambit.wire;

/** Requests of the broker to the core; on each connection one request, then its {@link CoreToBroker reply}. */
public sealed interface BrokerToCore {
    /** Begin a transaction. {@code grant} and {@code request} are COSE bytes, {@code agentSpec} is {@link AgentSpec} bytes. */
    record Admit(Blob grant, Blob request, Blob agentSpec) implements BrokerToCore {}

    /**
     * May this context do this?
     *
     * @param syscall tool_call, memory_read or memory_write
     * @param handle 16 bytes; empty for memory
     * @param params the exact JSON bytes of the call
     */
    record Decide(Blob context, Syscall syscall, Blob handle, Blob params) implements BrokerToCore {}

    /**
     * Begin a child context.
     *
     * @param narrowing deterministic CBOR of the narrowing, empty for none
     */
    record Spawn(Blob context, Blob handle, Blob narrowing, Blob input) implements BrokerToCore {}

    /** Put {@code event}, JSON bytes, into the audit log. */
    record LogEvent(Blob context, Blob event) implements BrokerToCore {}

    /**
     * The context's guest is gone.
     *
     * @param resultDigest SHA-256 of the result, empty where there is none
     */
    record EndContext(Blob context, End how, int exitCode, Blob resultDigest) implements BrokerToCore {}

    /** Which contexts are to be killed? */
    record Poll() implements BrokerToCore {}

    default Cbor toCbor() {
        return switch (this) {
            case Admit(Blob grant, Blob request, Blob spec) ->
                Cbor.message(1, Cbor.of(grant), Cbor.of(request), Cbor.of(spec));
            case Decide(Blob context, Syscall syscall, Blob handle, Blob params) ->
                Cbor.message(2, Cbor.of(context), Cbor.of(syscall.number()), Cbor.of(handle), Cbor.of(params));
            case Spawn(Blob context, Blob handle, Blob narrowing, Blob input) ->
                Cbor.message(3, Cbor.of(context), Cbor.of(handle), Cbor.of(narrowing), Cbor.of(input));
            case LogEvent(Blob context, Blob event) -> Cbor.message(4, Cbor.of(context), Cbor.of(event));
            case EndContext(Blob context, End how, int exitCode, Blob digest) ->
                Cbor.message(5, Cbor.of(context), how.toCbor(), Cbor.of(exitCode), Cbor.of(digest));
            case Poll() -> Cbor.message(6);
        };
    }

    static BrokerToCore fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        BrokerToCore message =
                switch (in.number(1, 6)) {
                    case 1 ->
                        new Admit(
                                in.bytes(Limits.ARTIFACT), in.bytes(Limits.ARTIFACT), in.bytes(Limits.AGENT_SPEC));
                    case 2 ->
                        new Decide(
                                in.exactly(Limits.ID),
                                Syscall.of(in.integer(1, 3)),
                                in.exactlyOrEmpty(Limits.ID),
                                in.bytes(Limits.PARAMS));
                    case 3 ->
                        new Spawn(
                                in.exactly(Limits.ID),
                                in.exactly(Limits.ID),
                                in.bytes(Limits.ARTIFACT),
                                in.bytes(Limits.PARAMS));
                    case 4 -> new LogEvent(in.exactly(Limits.ID), in.bytes(Limits.EVENT));
                    case 5 ->
                        new EndContext(
                                in.exactly(Limits.ID),
                                End.read(in),
                                in.number(Integer.MIN_VALUE, Integer.MAX_VALUE),
                                in.exactlyOrEmpty(Limits.HASH));
                    default -> new Poll();
                };
        in.end();
        return message;
    }
}
