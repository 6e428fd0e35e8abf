package ambit.wire;

/** Requests of the broker to the core; on each connection one request, then its {@link CoreToBroker reply}. */
public sealed interface BrokerToCore extends Cbor.Message {
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

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Admit m -> Cbor.array(1, m.grant, m.request, m.agentSpec);
            case Decide m -> Cbor.array(2, m.context, m.syscall, m.handle, m.params);
            case Spawn m -> Cbor.array(3, m.context, m.handle, m.narrowing, m.input);
            case LogEvent m -> Cbor.array(4, m.context, m.event);
            case EndContext m -> Cbor.array(5, m.context, m.how, m.exitCode, m.resultDigest);
            case Poll() -> Cbor.array(6);
        };
    }

    static BrokerToCore fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 6)) {
            case 1 -> new Admit(in.artifact(), in.artifact(), in.bytes(Limits.AGENT_SPEC));
            case 2 -> new Decide(in.id(), Syscall.read(in), in.orEmpty(Limits.ID), in.bytes(Limits.PARAMS));
            case 3 -> new Spawn(in.id(), in.id(), in.artifact(), in.bytes(Limits.PARAMS));
            case 4 -> new LogEvent(in.id(), in.bytes(Limits.EVENT));
            case 5 ->
                new EndContext(
                        in.id(),
                        End.read(in),
                        in.number(Integer.MIN_VALUE, Integer.MAX_VALUE),
                        in.orEmpty(Limits.HASH));
            default -> new Poll();
        });
    }
}
