package ambit.wire;

import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;

/** Requests of the {@code ambit} command to the core. */
public sealed interface AdminToCore extends Cbor.Message {
    record Status() implements AdminToCore {}

    /** Trust grants that this raw Ed25519 public key signs as those of {@code tenant}. */
    record Register(String tenant, @Bytes32 Blob rootKey) implements AdminToCore {}

    /** {@code revocation} are COSE bytes, signed by the tenant's root key. */
    record Revoke(Blob revocation) implements AdminToCore {}

    /** End this transaction as killed, for a reason that goes into the log. */
    record Stop(
            @Max(Limits.TRANSACTION) String transaction,
            @Max(Limits.SENTENCE) String why) implements AdminToCore {}

    /** Sign the present state of the log. */
    record Checkpoint() implements AdminToCore {}

    /**
     * Trust grants that this key signs as well.
     *
     * @param word COSE bytes, signed by a key of the tenant that is in force; empty for the administrator's own word
     */
    record AddKey(String tenant, @Bytes32 Blob rootKey, Blob word) implements AdminToCore {}

    /** Make the key that the core signs with from its next start on, and endorse it in the log with the present one. */
    record RotateCore() implements AdminToCore {}

    /** Which calls wait for approval? */
    record Approvals() implements AdminToCore {}

    /** {@code word} are COSE bytes: what an approver says of such a call. */
    record Answer(Blob word) implements AdminToCore {}

    /** {@code word} are COSE bytes, a {@code Forgetting} signed by the tenant's root key: destroy what it names, for ever. */
    record Forget(Blob word) implements AdminToCore {}

    /**
     * The key that the bodies of this tenant's transaction open with. It is handed out once the log says who asked.
     *
     * @param digest of the body that is wanted, or empty for all of the transaction
     * @param by whom the command says it is run by
     */
    record ReadBody(
            String tenant,
            @Max(Limits.TRANSACTION) String transaction,
            @Bytes32 @OrEmpty Blob digest,
            String by) implements AdminToCore {}

    static AdminToCore fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(AdminToCore.class, cbor);
    }
}
