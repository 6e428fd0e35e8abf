package ambit.wire;

import java.util.List;

/** Replies of the core to the {@link BrokerToCore broker}. */
public sealed interface CoreToBroker {
    /**
     * A context lives.
     *
     * @param context 16 bytes, known to core and broker only
     * @param proof COSE proof of admission, empty where none was made
     */
    record Admitted(
            Blob context,
            String transaction,
            String agent,
            List<Bound> capabilities,
            List<Mapped> memory,
            long expiresAtMs,
            long logIndex,
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
    record Bound(Blob handle, String name, int kind, String driver, long usesLeft, String definition, boolean read) {
        public static final int TOOL = 1;
        public static final int CHILD = 2;
    }

    /** A mapped part of memory; rights are 1 read, 2 write, 3 both. */
    record Mapped(String mount, int rights) {}

    /** Uses that one block of the chain has left, -1 for without limit. */
    record Count(String block, long left) {}

    /** {@code permit} are COSE bytes for the driver of that name; {@code sequence} counts the context's calls. */
    record Permitted(Blob permit, String driver, long sequence, List<Count> counts, long logIndex)
            implements CoreToBroker {}

    /** The call asks for the result of this child, which the broker holds. */
    record ChildResult(Blob childContext, long logIndex) implements CoreToBroker {}

    record Logged(long logIndex) implements CoreToBroker {}

    record Ended(List<Verdict> verdicts, long logIndex) implements CoreToBroker {}

    /** Answer to a poll: the contexts to kill. */
    record ToKill(List<Blob> contexts) implements CoreToBroker {}

    /** Refused and recorded at {@code logIndex}, -1 where nothing could be recorded. */
    record Denied(Denial code, String sentence, long logIndex) implements CoreToBroker {}

    default Cbor toCbor() {
        return switch (this) {
            case Admitted admitted -> admitted(admitted);
            case Permitted(Blob permit, String driver, long sequence, List<Count> counts, long index) ->
                Cbor.message(
                        2,
                        Cbor.of(permit),
                        Cbor.of(driver),
                        Cbor.of(sequence),
                        Wire.list(counts, c -> Cbor.array(Cbor.of(c.block()), Cbor.of(c.left()))),
                        Cbor.of(index));
            case ChildResult(Blob child, long index) -> Cbor.message(3, Cbor.of(child), Cbor.of(index));
            case Logged(long index) -> Cbor.message(4, Cbor.of(index));
            case Ended(List<Verdict> verdicts, long index) ->
                Cbor.message(5, Wire.list(verdicts, Verdict::toCbor), Cbor.of(index));
            case ToKill(List<Blob> contexts) -> Cbor.message(6, Wire.list(contexts, Cbor::of));
            case Denied(Denial code, String sentence, long index) ->
                Cbor.message(7, Cbor.of(code.number()), Cbor.of(sentence), Cbor.of(index));
        };
    }

    private static Cbor admitted(Admitted it) {
        return Cbor.message(
                1,
                Cbor.of(it.context()),
                Cbor.of(it.transaction()),
                Cbor.of(it.agent()),
                Wire.list(it.capabilities(), CoreToBroker::bound),
                Wire.list(it.memory(), m -> Cbor.array(Cbor.of(m.mount()), Cbor.of(m.rights()))),
                Cbor.of(it.expiresAtMs()),
                Cbor.of(it.logIndex()),
                Cbor.of(it.proof()));
    }

    private static Cbor bound(Bound it) {
        return Cbor.array(
                Cbor.of(it.handle()),
                Cbor.of(it.name()),
                Cbor.of(it.kind()),
                Cbor.of(it.driver()),
                Cbor.of(it.usesLeft()),
                Cbor.of(it.definition()),
                Cbor.of(it.read()));
    }

    static CoreToBroker fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        CoreToBroker message =
                switch (in.number(1, 7)) {
                    case 1 -> readAdmitted(in);
                    case 2 ->
                        new Permitted(
                                in.bytes(Limits.ARTIFACT),
                                in.text(Limits.NAME),
                                in.integer(),
                                in.list(Limits.BLOCKS, CoreToBroker::readCount),
                                in.integer());
                    case 3 -> new ChildResult(in.exactly(Limits.ID), in.integer());
                    case 4 -> new Logged(in.integer());
                    case 5 -> new Ended(in.list(Limits.VERDICTS, Verdict::fromCbor), in.integer());
                    case 6 -> new ToKill(in.list(Limits.LIVE, Wire::readId));
                    default -> new Denied(in.denial(), in.text(Limits.SENTENCE), in.integer());
                };
        in.end();
        return message;
    }

    private static Admitted readAdmitted(Fields in) throws MalformedException {
        return new Admitted(
                in.exactly(Limits.ID),
                in.text(Limits.NAME),
                in.text(Limits.NAME),
                in.list(Limits.CAPABILITIES, CoreToBroker::readBound),
                in.list(Limits.MAPPINGS, CoreToBroker::readMapped),
                in.integer(),
                in.integer(),
                in.bytes(Limits.ARTIFACT));
    }

    private static Bound readBound(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        Bound bound = new Bound(
                in.exactly(Limits.ID),
                in.text(Limits.NAME),
                in.number(Bound.TOOL, Bound.CHILD),
                in.text(Limits.NAME),
                in.integer(-1, Long.MAX_VALUE),
                in.text(Limits.DEFINITION),
                in.bool());
        in.end();
        return bound;
    }

    private static Mapped readMapped(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        Mapped mapped = new Mapped(in.text(Limits.MEMORY_KEY), in.number(1, 3));
        in.end();
        return mapped;
    }

    private static Count readCount(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        Count count = new Count(in.text(Limits.NAME), in.integer(-1, Long.MAX_VALUE));
        in.end();
        return count;
    }
}
