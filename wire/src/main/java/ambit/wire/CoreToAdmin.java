package ambit.wire;

import java.util.List;

/** Replies of the core to the {@link AdminToCore command}. */
public sealed interface CoreToAdmin extends Cbor.Message {
    /**
     * How the core is.
     *
     * @param corePublicKey raw Ed25519, 32 bytes
     * @param drivers names of the connected drivers
     * @param transactions ids of those that live
     */
    record CoreStatus(Blob corePublicKey, long logSize, long epoch, List<String> drivers, List<String> transactions)
            implements CoreToAdmin {}

    record Registered(long logIndex) implements CoreToAdmin {}

    /** From {@code epoch} on nothing below what was revoked gets another permit. */
    record Revoked(long epoch, long logIndex) implements CoreToAdmin {}

    record Stopped(long logIndex) implements CoreToAdmin {}

    /** The text of the signed note (C2SP tlog-checkpoint). */
    record Checkpointed(String note) implements CoreToAdmin {}

    record Denied(Denial code, String sentence) implements CoreToAdmin {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case CoreStatus m -> Cbor.array(1, m.corePublicKey, m.logSize, m.epoch, m.drivers, m.transactions);
            case Registered m -> Cbor.array(2, m.logIndex);
            case Revoked m -> Cbor.array(3, m.epoch, m.logIndex);
            case Stopped m -> Cbor.array(4, m.logIndex);
            case Checkpointed m -> Cbor.array(5, m.note);
            case Denied m -> Cbor.array(6, m.code, m.sentence);
        };
    }

    static CoreToAdmin fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 6)) {
            case 1 ->
                new CoreStatus(in.hash(), in.integer(), in.integer(), in.names(Limits.LIVE), in.names(Limits.LIVE));
            case 2 -> new Registered(in.integer());
            case 3 -> new Revoked(in.integer(), in.integer());
            case 4 -> new Stopped(in.integer());
            case 5 -> new Checkpointed(in.text(Limits.DEFINITION));
            default -> new Denied(in.denial(), in.sentence());
        });
    }
}
