package ambit.wire;

import ambit.wire.Bounds.Max;

/**
 * What the {@code ambit} command says to the broker: one run, attendance or status on a connection, then the run's input or the calls of who
 * attends.
 */
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

    /**
     * Begin a transaction in which no guest runs: its calls come on this connection, and closing it drops what they wrote. The
     * specification names no command.
     */
    record Attend(
            Blob grant,
            Blob request,
            @Max(Limits.AGENT_SPEC) Blob agentSpec) implements FrontRequest {}

    /**
     * One call of an attended transaction; several may be on their way at once.
     *
     * @param id by which its answer is known
     * @param capability its name; empty for memory and log
     */
    record Call(
            long id,
            Syscall syscall,
            String capability,
            @Max(Limits.PARAMS) Blob params) implements FrontRequest {}

    /** The attended transaction is over; what it wrote is committed, or else dropped. */
    record EndAttended(boolean commit) implements FrontRequest {}

    static FrontRequest fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(FrontRequest.class, cbor);
    }
}
