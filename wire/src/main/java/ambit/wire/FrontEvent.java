package ambit.wire;

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
            String capability,
            Optional<Denial> denial,
            String sentence,
            long millis,
            long usesLeft,
            long logIndex,
            String preview)
            implements FrontEvent {
        public boolean allowed() {
            return denial.isEmpty();
        }
    }

    record Stdout(Blob bytes) implements FrontEvent {}

    record Stderr(Blob bytes) implements FrontEvent {}

    /** The transaction is over; {@code effects} counts the calls that were carried out and may have changed something. */
    record Finished(End how, int exitCode, List<Verdict> verdicts, long logIndex, long effects) implements FrontEvent {}

    /** The transaction did not start; {@code stage} is admission, boundary or kernel. */
    record Refused(Denial code, String sentence, String stage) implements FrontEvent {}

    /** Answer to a status request. */
    record Live(List<Transaction> transactions) implements FrontEvent {}

    record Transaction(String id, String agent, long startedAtMs, long calls, long denied) implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.array(id, agent, startedAtMs, calls, denied);
        }

        static Transaction read(Fields in) throws MalformedException {
            return new Transaction(in.name(), in.name(), in.integer(), in.integer(), in.integer());
        }
    }

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Started m -> Cbor.array(1, m.admitted);
            case Called m ->
                Cbor.array(
                        2,
                        m.agent,
                        m.syscall,
                        m.capability,
                        m.denial,
                        m.sentence,
                        m.millis,
                        m.usesLeft,
                        m.logIndex,
                        m.preview);
            case Stdout m -> Cbor.array(3, m.bytes);
            case Stderr m -> Cbor.array(4, m.bytes);
            case Finished m -> Cbor.array(5, m.how, m.exitCode, m.verdicts, m.logIndex, m.effects);
            case Refused m -> Cbor.array(6, m.code, m.sentence, m.stage);
            case Live m -> Cbor.array(7, m.transactions);
        };
    }

    static FrontEvent fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 7)) {
            case 1 -> new Started(readAdmitted(in.any()));
            case 2 -> readCalled(in);
            case 3 -> new Stdout(in.bytes(Limits.CHUNK));
            case 4 -> new Stderr(in.bytes(Limits.CHUNK));
            case 5 -> readFinished(in);
            case 6 -> new Refused(in.denial(), in.sentence(), in.name());
            default -> new Live(in.messages(Limits.LIVE, Transaction::read));
        });
    }

    private static CoreToBroker.Admitted readAdmitted(Cbor cbor) throws MalformedException {
        if (!(CoreToBroker.fromCbor(cbor) instanceof CoreToBroker.Admitted admitted)) {
            throw new MalformedException("expected what was admitted");
        }
        return admitted;
    }

    private static Called readCalled(Fields in) throws MalformedException {
        return new Called(
                in.name(),
                Syscall.read(in),
                in.key(),
                in.optionalDenial(),
                in.sentence(),
                in.integer(),
                in.integer(),
                in.integer(),
                in.text(Limits.PREVIEW));
    }

    private static Finished readFinished(Fields in) throws MalformedException {
        return new Finished(
                End.read(in),
                in.number(Integer.MIN_VALUE, Integer.MAX_VALUE),
                in.messages(Limits.VERDICTS, Verdict::read),
                in.integer(),
                in.integer());
    }
}
