package ambit.wire;

import java.util.List;

/** Replies of the core to the {@link AdminToCore command}. */
public sealed interface CoreToAdmin {
    /**
     * @param corePublicKey raw Ed25519, 32 bytes
     * @param drivers names of the connected drivers
     * @param transactions ids of those that live
     */
    record CoreStatus(
            Blob corePublicKey, long logSize, long epoch, List<String> drivers, List<String> transactions)
            implements CoreToAdmin {}

    record Registered(long logIndex) implements CoreToAdmin {}

    /** From {@code epoch} on nothing below what was revoked gets another permit. */
    record Revoked(long epoch, long logIndex) implements CoreToAdmin {}

    record Stopped(long logIndex) implements CoreToAdmin {}

    /** The text of the signed note (C2SP tlog-checkpoint). */
    record Checkpointed(String note) implements CoreToAdmin {}

    record Denied(Denial code, String sentence) implements CoreToAdmin {}

    default Cbor toCbor() {
        return switch (this) {
            case CoreStatus(Blob key, long size, long epoch, List<String> drivers, List<String> live) ->
                Cbor.message(
                        1, Cbor.of(key), Cbor.of(size), Cbor.of(epoch), Wire.texts(drivers), Wire.texts(live));
            case Registered(long index) -> Cbor.message(2, Cbor.of(index));
            case Revoked(long epoch, long index) -> Cbor.message(3, Cbor.of(epoch), Cbor.of(index));
            case Stopped(long index) -> Cbor.message(4, Cbor.of(index));
            case Checkpointed(String note) -> Cbor.message(5, Cbor.of(note));
            case Denied(Denial code, String sentence) ->
                Cbor.message(6, Cbor.of(code.number()), Cbor.of(sentence));
        };
    }

    static CoreToAdmin fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        CoreToAdmin message =
                switch (in.number(1, 6)) {
                    case 1 ->
                        new CoreStatus(
                                in.exactly(Limits.KEY),
                                in.integer(),
                                in.integer(),
                                in.list(Limits.CAPABILITIES, Wire::readName),
                                in.list(Limits.LIVE, Wire::readName));
                    case 2 -> new Registered(in.integer());
                    case 3 -> new Revoked(in.integer(), in.integer());
                    case 4 -> new Stopped(in.integer());
                    case 5 -> new Checkpointed(in.text(Limits.DEFINITION));
                    default -> new Denied(in.denial(), in.text(Limits.SENTENCE));
                };
        in.end();
        return message;
    }
}
