package ambit.wire;

import java.util.List;

/** Replies of the core to the {@link BrokerToCore broker}. */
public sealed interface CoreToBroker extends Cbor.Message {
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
    record Bound(Blob handle, String name, int kind, String driver, long usesLeft, String definition, boolean read)
            implements Cbor.Message {
        public static final int TOOL = 1;
        public static final int CHILD = 2;

        @Override
        public Cbor toCbor() {
            return Cbor.array(handle, name, kind, driver, usesLeft, definition, read);
        }

        static Bound read(Fields in) throws MalformedException {
            return new Bound(
                    in.id(),
                    in.name(),
                    in.number(TOOL, CHILD),
                    in.name(),
                    in.integer(),
                    in.text(Limits.DEFINITION),
                    in.bool());
        }
    }

    /** A mapped part of memory; rights are 1 read, 2 write, 3 both, and 0 of an own partition that nobody granted. */
    record Mapped(String mount, int rights) implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.array(mount, rights);
        }

        static Mapped read(Fields in) throws MalformedException {
            return new Mapped(in.key(), in.number(0, 3));
        }
    }

    /** Uses that one block of the chain has left, -1 for without limit. */
    record Count(String block, long left) implements Cbor.Message {
        @Override
        public Cbor toCbor() {
            return Cbor.array(block, left);
        }

        static Count read(Fields in) throws MalformedException {
            return new Count(in.name(), in.integer());
        }
    }

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

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Admitted m ->
                Cbor.array(
                        1,
                        m.context,
                        m.transaction,
                        m.agent,
                        m.capabilities,
                        m.memory,
                        m.expiresAtMs,
                        m.logIndex,
                        m.proof);
            case Permitted m -> Cbor.array(2, m.permit, m.driver, m.sequence, m.counts, m.logIndex);
            case ChildResult m -> Cbor.array(3, m.childContext, m.logIndex);
            case Logged m -> Cbor.array(4, m.logIndex);
            case Ended m -> Cbor.array(5, m.verdicts, m.logIndex);
            case ToKill m -> Cbor.array(6, m.contexts);
            case Denied m -> Cbor.array(7, m.code, m.sentence, m.logIndex);
        };
    }

    static CoreToBroker fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 7)) {
            case 1 -> readAdmitted(in);
            case 2 ->
                new Permitted(
                        in.artifact(), in.name(), in.integer(), in.messages(Limits.BLOCKS, Count::read), in.integer());
            case 3 -> new ChildResult(in.id(), in.integer());
            case 4 -> new Logged(in.integer());
            case 5 -> new Ended(in.messages(Limits.VERDICTS, Verdict::read), in.integer());
            case 6 -> new ToKill(in.list(Limits.LIVE, item -> Fields.asBytes(item, Limits.ID, Limits.ID)));
            default -> new Denied(in.denial(), in.sentence(), in.integer());
        });
    }

    private static Admitted readAdmitted(Fields in) throws MalformedException {
        return new Admitted(
                in.id(),
                in.name(),
                in.name(),
                in.messages(Limits.CAPABILITIES, Bound::read),
                in.messages(Limits.MAPPINGS, Mapped::read),
                in.integer(),
                in.integer(),
                in.artifact());
    }
}
