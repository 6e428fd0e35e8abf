package ambit.wire;

import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;

/** Requests of the broker to the core; on each connection one request, then its {@link CoreToBroker reply}. */
public sealed interface BrokerToCore extends Cbor.Message {
    /** Begin a transaction. {@code grant} and {@code request} are COSE bytes, {@code agentSpec} is {@link AgentSpec} bytes. */
    record Admit(
            Blob grant,
            Blob request,
            @Max(Limits.AGENT_SPEC) Blob agentSpec) implements BrokerToCore {}

    /**
     * May this context do this?
     *
     * @param syscall tool_call, memory_read or memory_write
     * @param handle 16 bytes; empty for memory
     * @param params the exact JSON bytes of the call
     */
    record Decide(
            @Bytes16 Blob context,
            Syscall syscall,
            @Bytes16 @OrEmpty Blob handle,
            @Max(Limits.PARAMS) Blob params) implements BrokerToCore {}

    /**
     * Begin a child context.
     *
     * @param narrowing deterministic CBOR of the narrowing, empty for none
     * @param params the exact JSON bytes of the call, which name the handle and may have an {@code input} for the child
     */
    record Spawn(
            @Bytes16 Blob context,
            @Bytes16 Blob handle,
            Blob narrowing,
            @Max(Limits.PARAMS) Blob params) implements BrokerToCore {}

    /** Put {@code event}, JSON bytes, into the audit log. */
    record LogEvent(
            @Bytes16 Blob context, @Max(Limits.EVENT) Blob event) implements BrokerToCore {}

    /**
     * The context's guest is gone.
     *
     * @param resultDigest SHA-256 of the result, empty where there is none
     */
    record EndContext(
            @Bytes16 Blob context,
            End how,
            int exitCode,
            @Bytes32 @OrEmpty Blob resultDigest) implements BrokerToCore {}

    /** Which contexts are to be killed? */
    record Poll() implements BrokerToCore {}

    /** What the boundary of the context's guest has become, JSON bytes; told once, before the guest's first instruction. */
    record Report(@Bytes16 Blob context, @Max(Limits.EVENT) Blob report) implements BrokerToCore {}

    /** What does the context hold? */
    record Handles(@Bytes16 Blob context) implements BrokerToCore {}

    static BrokerToCore fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(BrokerToCore.class, cbor);
    }
}
