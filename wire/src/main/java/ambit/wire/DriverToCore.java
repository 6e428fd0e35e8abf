package ambit.wire;

import java.util.List;

/**
 * What drivers say to the core. A connection begins with {@link Hello}; in the receipts role it then carries requests
 * ({@link Outcome}), in the control role the replies to {@link CoreToDriver} commands.
 */
public sealed interface DriverToCore extends Cbor.Message {
    /** {@code role} is {@link #RECEIPTS} or {@link #CONTROL}, {@code receiptKey} a raw Ed25519 public key, 32 bytes. */
    record Hello(int role, Blob receiptKey, List<String> drivers) implements DriverToCore {
        public static final int RECEIPTS = 0;
        public static final int CONTROL = 1;
    }

    /** What came of a permit; COSE bytes. */
    record Outcome(Blob receipt) implements DriverToCore {}

    record Ok() implements DriverToCore {}

    record Verdicts(List<Verdict> verdicts) implements DriverToCore {}

    /** Answer to {@link CoreToDriver.WasCommitted}. */
    record Committed(boolean yes) implements DriverToCore {}

    record Failed(Denial code, String sentence) implements DriverToCore {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Hello m -> Cbor.array(1, m.role, m.receiptKey, m.drivers);
            case Outcome m -> Cbor.array(2, m.receipt);
            case Ok() -> Cbor.array(3);
            case Verdicts m -> Cbor.array(4, m.verdicts);
            case Committed m -> Cbor.array(5, m.yes);
            case Failed m -> Cbor.array(6, m.code, m.sentence);
        };
    }

    static DriverToCore fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 6)) {
            case 1 -> new Hello(in.number(0, 1), in.hash(), in.names(Limits.CAPABILITIES));
            case 2 -> new Outcome(in.artifact());
            case 3 -> new Ok();
            case 4 -> new Verdicts(in.messages(Limits.VERDICTS, Verdict::read));
            case 5 -> new Committed(in.bool());
            default -> new Failed(in.denial(), in.sentence());
        });
    }
}
