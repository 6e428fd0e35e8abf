package ambit.wire;

import java.util.List;
import java.util.Optional;

/** What the broker tells the {@link FrontRequest command} about its transaction. */
public sealed interface FrontEvent {
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

    /** The transaction is over; {@code effects} counts the calls that were carried out. */
    record Finished(End how, int exitCode, List<Verdict> verdicts, long logIndex, long effects)
            implements FrontEvent {}

    /** The transaction did not start; {@code stage} is admission, boundary or kernel. */
    record Refused(Denial code, String sentence, String stage) implements FrontEvent {}

    /** Answer to a status request. */
    record Live(List<Transaction> transactions) implements FrontEvent {}

    record Transaction(String id, String agent, long startedAtMs, long calls, long denied) {}

    default Cbor toCbor() {
        return switch (this) {
            case Started(CoreToBroker.Admitted admitted) -> Cbor.message(1, admitted.toCbor());
            case Called called -> called(called);
            case Stdout(Blob bytes) -> Cbor.message(3, Cbor.of(bytes));
            case Stderr(Blob bytes) -> Cbor.message(4, Cbor.of(bytes));
            case Finished(End how, int exitCode, List<Verdict> verdicts, long index, long effects) ->
                Cbor.message(
                        5,
                        how.toCbor(),
                        Cbor.of(exitCode),
                        Wire.list(verdicts, Verdict::toCbor),
                        Cbor.of(index),
                        Cbor.of(effects));
            case Refused(Denial code, String sentence, String stage) ->
                Cbor.message(6, Cbor.of(code.number()), Cbor.of(sentence), Cbor.of(stage));
            case Live(List<Transaction> transactions) ->
                Cbor.message(7, Wire.list(transactions, FrontEvent::transaction));
        };
    }

    private static Cbor called(Called it) {
        return Cbor.message(
                2,
                Cbor.of(it.agent()),
                Cbor.of(it.syscall().number()),
                Cbor.of(it.capability()),
                Wire.denial(it.denial()),
                Cbor.of(it.sentence()),
                Cbor.of(it.millis()),
                Cbor.of(it.usesLeft()),
                Cbor.of(it.logIndex()),
                Cbor.of(it.preview()));
    }

    private static Cbor transaction(Transaction it) {
        return Cbor.array(
                Cbor.of(it.id()),
                Cbor.of(it.agent()),
                Cbor.of(it.startedAtMs()),
                Cbor.of(it.calls()),
                Cbor.of(it.denied()));
    }

    static FrontEvent fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        FrontEvent message =
                switch (in.number(1, 7)) {
                    case 1 -> new Started(readAdmitted(in.any()));
                    case 2 -> readCalled(in);
                    case 3 -> new Stdout(in.bytes(Limits.CHUNK));
                    case 4 -> new Stderr(in.bytes(Limits.CHUNK));
                    case 5 ->
                        new Finished(
                                End.read(in),
                                in.number(Integer.MIN_VALUE, Integer.MAX_VALUE),
                                in.list(Limits.VERDICTS, Verdict::fromCbor),
                                in.integer(),
                                in.integer());
                    case 6 -> new Refused(in.denial(), in.text(Limits.SENTENCE), in.text(Limits.NAME));
                    default -> new Live(in.list(Limits.LIVE, FrontEvent::readTransaction));
                };
        in.end();
        return message;
    }

    private static CoreToBroker.Admitted readAdmitted(Cbor cbor) throws MalformedException {
        if (!(CoreToBroker.fromCbor(cbor) instanceof CoreToBroker.Admitted admitted)) {
            throw new MalformedException("expected what was admitted");
        }
        return admitted;
    }

    private static Called readCalled(Fields in) throws MalformedException {
        return new Called(
                in.text(Limits.NAME),
                Syscall.of(in.integer()),
                in.text(Limits.MEMORY_KEY),
                in.optionalDenial(),
                in.text(Limits.SENTENCE),
                in.integer(),
                in.integer(),
                in.integer(),
                in.text(Limits.PREVIEW));
    }

    private static Transaction readTransaction(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        Transaction transaction = new Transaction(
                in.text(Limits.NAME), in.text(Limits.NAME), in.integer(), in.integer(), in.integer());
        in.end();
        return transaction;
    }
}
