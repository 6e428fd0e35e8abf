package ambit.wire;

import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import java.util.List;

/** Replies of the core to the {@link BrokerToCore broker}. */
public sealed interface CoreToBroker extends Cbor.Message {
    /**
     * A context lives.
     *
     * @param context 16 bytes; a guest knows its own and those of its children
     * @param sequence of the call of its parent that began it; 0 for what a request began
     * @param proof that the reply to that call is the JSON text of {@code context}; empty for what a request began
     */
    record Admitted(
            @Bytes16 Blob context,
            @Max(Limits.TRANSACTION) String transaction,
            String agent,
            @Max(Limits.CAPABILITIES) List<Bound> capabilities,
            @Max(Limits.MAPPINGS) List<Mapped> memory,
            long expiresAtMs,
            long logIndex,
            long sequence,
            Blob proof)
            implements CoreToBroker {}

    /**
     * One capability of the context.
     *
     * @param handle 16 bytes, worthless in any other context
     * @param name such as {@code git.git_log}
     * @param kind {@link #TOOL} or {@link #CHILD}
     * @param usesLeft -1 means without limit
     * @param definition the tool's definition as JSON, empty where there is none
     * @param read whether the grant calls it free of effects
     */
    record Bound(
            @Bytes16 Blob handle,
            String name,
            @Range(from = TOOL, to = CHILD) int kind,
            String driver,
            long usesLeft,
            @Max(Limits.DEFINITION) String definition,
            boolean read)
            implements Cbor.Message {
        public static final int TOOL = 1;
        public static final int CHILD = 2;

        /** An element of the listing that a guest is shown. */
        public String toJson() {
            return "{\"name\":%s,\"handle\":\"%s\",\"kind\":\"%s\",\"usesLeft\":%d}"
                    .formatted(Json.quote(name), handle.toHex(), kind == CHILD ? "child" : "tool", usesLeft);
        }
    }

    /** A mapped part of memory; rights are as in {@link CoreToDriver.MapEntry}. */
    record Mapped(
            @Max(Limits.MEMORY_KEY) String mount,
            @Range(to = Limits.RIGHTS) int rights) implements Cbor.Message {}

    /**
     * {@code permit} are COSE bytes for the driver of that name; {@code sequence} counts the context's calls, {@code left} are the uses
     * that the chain has left, -1 for without limit.
     */
    record Permitted(Blob permit, String driver, long sequence, long left, long logIndex) implements CoreToBroker {}

    /** The call asks for the result of this child, which the broker holds; {@code proof} says which one it ended with. */
    record ChildResult(@Bytes16 Blob childContext, long sequence, long logIndex, Blob proof) implements CoreToBroker {}

    /** It is in the log; {@code proof} says so to the guest whose event it is, and is empty for a report. */
    record Logged(long sequence, long logIndex, Blob proof) implements CoreToBroker {}

    record Ended(@Max(Limits.VERDICTS) List<Verdict> verdicts, long logIndex) implements CoreToBroker {}

    /** Answer to a poll: the contexts to kill. */
    record ToKill(List<@Bytes16 Blob> contexts) implements CoreToBroker {}

    /** Refused and recorded at {@code logIndex}, -1 where nothing could be recorded. */
    record Denied(Denial code, @Max(Limits.SENTENCE) String sentence, long logIndex) implements CoreToBroker {}

    /**
     * The call waits for people's approval, as entry {@code logIndex} of the log says: nothing is taken or reserved for it. Whoever asks again
     * within {@code waitMs} has the permit when they have approved.
     */
    record Pending(@Bytes32 Blob approval, @Range long waitMs, long logIndex) implements CoreToBroker {}

    /** What the context holds: JSON bytes, as its guest is shown them. */
    record Listed(@Max(Limits.LISTING) Blob listing, long sequence, Blob proof) implements CoreToBroker {}

    static CoreToBroker fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(CoreToBroker.class, cbor);
    }
}
