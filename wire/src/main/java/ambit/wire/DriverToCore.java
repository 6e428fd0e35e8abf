package ambit.wire;

import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import java.util.List;

/**
 * What drivers say to the core. A connection begins with {@link Hello}; in the receipts role it then carries requests
 * ({@link Outcome}, {@link Shredded}), in the control role the replies to {@link CoreToDriver} commands.
 */
public sealed interface DriverToCore extends Cbor.Message {
    /** {@code role} is {@link #RECEIPTS} or {@link #CONTROL}, {@code receiptKey} a raw Ed25519 public key, 32 bytes. */
    record Hello(
            @Range(to = CONTROL) int role,
            @Bytes32 Blob receiptKey,
            @Max(Limits.CAPABILITIES) List<String> drivers) implements DriverToCore {
        public static final int RECEIPTS = 0;
        public static final int CONTROL = 1;
    }

    /** What came of a permit; COSE bytes. */
    record Outcome(Blob receipt) implements DriverToCore {}

    record Ok() implements DriverToCore {}

    /** Answer to {@link CoreToDriver.Keys}: the wrapped data key of each partition, in that order. */
    record Keys(@Max(Limits.MAPPINGS) List<@Max(Limits.WRAPPED) Blob> wrapped) implements DriverToCore {}

    /** Answer to {@link CoreToDriver.Forget}: how much was destroyed. */
    record Forgotten(
            @Range long partitions,
            @Range long entries,
            @Range long bodies) implements DriverToCore {}

    record Verdicts(@Max(Limits.VERDICTS) List<Verdict> verdicts) implements DriverToCore {}

    /** Answer to {@link CoreToDriver.WasCommitted}. */
    record Committed(boolean yes) implements DriverToCore {}

    record Failed(Denial code, @Max(Limits.SENTENCE) String sentence) implements DriverToCore {}

    /** The key of these bodies is destroyed; answered like an outcome, with an empty proof. */
    record Shredded(
            @Max(Limits.TRANSACTION) String transaction,
            @Range long bodies,
            @Max(Limits.SENTENCE) String why) implements DriverToCore {}

    /** For people: why something was not done. */
    default String sentence() {
        return "the drivers answered something else";
    }

    static DriverToCore fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(DriverToCore.class, cbor);
    }
}
