package ambit.wire;

import java.util.List;

/**
 * What drivers say to the core. A connection begins with {@link Hello}; in the receipts role it then carries requests
 * ({@link Outcome}), in the control role the replies to {@link CoreToDriver} commands.
 */
public sealed interface DriverToCore {
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

    default Cbor toCbor() {
        return switch (this) {
            case Hello(int role, Blob key, List<String> drivers) ->
                Cbor.message(1, Cbor.of(role), Cbor.of(key), Wire.texts(drivers));
            case Outcome(Blob receipt) -> Cbor.message(2, Cbor.of(receipt));
            case Ok() -> Cbor.message(3);
            case Verdicts(List<Verdict> verdicts) -> Cbor.message(4, Wire.list(verdicts, Verdict::toCbor));
            case Committed(boolean yes) -> Cbor.message(5, Cbor.of(yes));
            case Failed(Denial code, String sentence) ->
                Cbor.message(6, Cbor.of(code.number()), Cbor.of(sentence));
        };
    }

    static DriverToCore fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        DriverToCore message =
                switch (in.number(1, 6)) {
                    case 1 ->
                        new Hello(
                                in.number(Hello.RECEIPTS, Hello.CONTROL),
                                in.exactly(Limits.KEY),
                                in.list(Limits.CAPABILITIES, Wire::readName));
                    case 2 -> new Outcome(in.bytes(Limits.ARTIFACT));
                    case 3 -> new Ok();
                    case 4 -> new Verdicts(in.list(Limits.VERDICTS, Verdict::fromCbor));
                    case 5 -> new Committed(in.bool());
                    default -> new Failed(in.denial(), in.text(Limits.SENTENCE));
                };
        in.end();
        return message;
    }
}
