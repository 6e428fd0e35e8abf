package ambit.wire;

import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;

/** Requests of the {@code ambit} command to the drivers. */
public sealed interface AdminToDrivers extends Cbor.Message {
    /** What operations does this tool's server offer? */
    record Discover(String tool) implements AdminToDrivers {}

    /**
     * What do you have of this body?
     *
     * @param key as the core handed it out; empty to ask only whether it was kept
     */
    record FindBody(
            @Max(Limits.TRANSACTION) String transaction,
            @Bytes16 Blob permit,
            BodyKind kind,
            @Bytes32 @OrEmpty Blob key)
            implements AdminToDrivers {
        @Override
        public String toString() {
            return "FindBody(" + permit.toHex() + ", " + kind + ")";
        }
    }

    /**
     * Make the bodies unreadable of all transactions that all of these name.
     *
     * @param transaction with all below it; empty for any
     * @param tenant empty for any
     * @param olderThanMs how long ago the first body of the transaction was kept, at least
     */
    record Shred(
            @Max(Limits.TRANSACTION) String transaction,
            String tenant,
            @Range long olderThanMs,
            @Max(Limits.SENTENCE) String why)
            implements AdminToDrivers {}

    static AdminToDrivers fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(AdminToDrivers.class, cbor);
    }
}
