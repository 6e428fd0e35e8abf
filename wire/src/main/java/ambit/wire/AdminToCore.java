package ambit.wire;

import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;

/** Requests of the {@code ambit} command to the core. */
public sealed interface AdminToCore extends Cbor.Message {
    record Status() implements AdminToCore {}

    /** Trust grants that this raw Ed25519 public key signs as those of {@code tenant}. */
    record Register(String tenant, @Bytes32 Blob rootKey) implements AdminToCore {}

    /** {@code revocation} are COSE bytes, signed by the tenant's root key. */
    record Revoke(Blob revocation) implements AdminToCore {}

    /** End this transaction as killed. */
    record Stop(@Max(Limits.TRANSACTION) String transaction) implements AdminToCore {}

    /** Sign the present state of the log. */
    record Checkpoint() implements AdminToCore {}

    static AdminToCore fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(AdminToCore.class, cbor);
    }
}
