package ambit.wire;

import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
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
    record CoreStatus(
            @Bytes32 Blob corePublicKey,
            long logSize,
            long epoch,
            List<String> drivers,
            List<@Max(Limits.TRANSACTION) String> transactions)
            implements CoreToAdmin {}

    /** Grants that are issued from now on are of this generation; those of earlier ones are revoked. */
    record Registered(long logIndex, long generation) implements CoreToAdmin {}

    /** From {@code epoch} on nothing below what was revoked gets another permit. */
    record Revoked(long epoch, long logIndex) implements CoreToAdmin {}

    record Stopped(long logIndex) implements CoreToAdmin {}

    /** The text of the signed note (C2SP tlog-checkpoint). */
    record Checkpointed(@Max(Limits.DEFINITION) String note) implements CoreToAdmin {}

    record Denied(Denial code, @Max(Limits.SENTENCE) String sentence) implements CoreToAdmin {}

    /** The core signs with {@code next} from its next start on; its log says so. */
    record Rotated(@Bytes32 Blob next, long logIndex) implements CoreToAdmin {}

    /** The calls that wait for approval by this core, whose key approvers' words name. */
    record Asked(@Bytes32 Blob core, List<Case> cases) implements CoreToAdmin {}

    /**
     * One of them.
     *
     * @param question an {@code ambit.authority.approval.Question}
     * @param approved the keys whose word for it counts now
     * @param refused the keys whose word against it does
     */
    record Case(Blob question, List<@Bytes32 Blob> approved, List<@Bytes32 Blob> refused) implements Cbor.Message {}

    /** The word is in the log; so many more have to approve, none after a refusal. */
    record Answered(long logIndex, int missing) implements CoreToAdmin {}

    /** So much of it was there, and is gone. */
    record Forgotten(long partitions, long entries, long bodies, long logIndex) implements CoreToAdmin {}

    /** What the drivers open the bodies of one transaction with; never printed. */
    record BodyKey(@Bytes32 Blob key, long logIndex) implements CoreToAdmin {
        @Override
        public String toString() {
            return "BodyKey(#" + logIndex + ")";
        }
    }

    static CoreToAdmin fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(CoreToAdmin.class, cbor);
    }
}
