package ambit.wire;

import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import java.util.List;
import java.util.Optional;

/** What the broker tells the {@link FrontRequest command} about its transaction. */
public sealed interface FrontEvent extends Cbor.Message {
    record Started(CoreToBroker.Admitted admitted) implements FrontEvent {}

    /**
     * A guest called.
     *
     * @param agent the agent that called, of this transaction or of a child
     * @param capability its name, or the memory key
     * @param denial why it was refused; empty when it was allowed
     * @param usesLeft -1 where there is no limit
     * @param logIndex -1 where nothing was recorded
     * @param preview the start of the parameters, at most {@link Limits#PREVIEW} code units
     */
    record Called(
            String agent,
            Syscall syscall,
            @Max(Limits.MEMORY_KEY) String capability,
            Optional<Denial> denial,
            @Max(Limits.SENTENCE) String sentence,
            long millis,
            long usesLeft,
            long logIndex,
            @Max(Limits.PREVIEW) String preview)
            implements FrontEvent {
        public boolean allowed() {
            return denial.isEmpty();
        }
    }

    record Stdout(@Max(Limits.CHUNK) Blob bytes) implements FrontEvent {}

    record Stderr(@Max(Limits.CHUNK) Blob bytes) implements FrontEvent {}

    /** The transaction is over; {@code effects} counts the calls that were carried out and may have changed something. */
    record Finished(
            End how, int exitCode, @Max(Limits.VERDICTS) List<Verdict> verdicts, long logIndex, long effects)
            implements FrontEvent {}

    /** The transaction did not start; {@code stage} is admission, boundary or kernel. */
    record Refused(Denial code, @Max(Limits.SENTENCE) String sentence, String stage) implements FrontEvent {}

    /** Answer to a status request. */
    record Live(List<Transaction> transactions) implements FrontEvent {}

    record Transaction(@Max(Limits.TRANSACTION) String id, String agent, long startedAtMs, long calls, long denied)
            implements Cbor.Message {}

    /** A call waits for approval, for so long at most. */
    record Waiting(
            String agent,
            @Max(Limits.MEMORY_KEY) String capability,
            @Bytes32 Blob approval,
            long waitMs,
            long logIndex) implements FrontEvent {}

    /** The next part of what an attended call gives. */
    record Piece(long id, @Max(Limits.CHUNK) Blob bytes) implements FrontEvent {}

    /**
     * An attended call was carried out.
     *
     * @param status reads like one of HTTP
     * @param result what follows the pieces: the whole result if there were none
     * @param proof COSE bytes of the core
     */
    record Answered(
            long id,
            @Range(to = 999) int status,
            @Max(Limits.RESULT) Blob result,
            Blob proof) implements FrontEvent {}

    /** An attended call was refused or failed. */
    record Failed(
            long id, Denial code, @Max(Limits.SENTENCE) String sentence) implements FrontEvent {}

    static FrontEvent fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(FrontEvent.class, cbor);
    }
}
