package ambit.wire;

/** Requests of the {@code ambit} command to the core. */
public sealed interface AdminToCore extends Cbor.Message {
    record Status() implements AdminToCore {}

    /** Trust grants that this raw Ed25519 public key signs as those of {@code tenant}. */
    record Register(String tenant, Blob rootKey) implements AdminToCore {}

    /** {@code revocation} are COSE bytes, signed by the tenant's root key. */
    record Revoke(Blob revocation) implements AdminToCore {}

    /** End this transaction as killed. */
    record Stop(String transaction) implements AdminToCore {}

    /** Sign the present state of the log. */
    record Checkpoint() implements AdminToCore {}

    @Override
    default Cbor toCbor() {
        return switch (this) {
            case Status() -> Cbor.array(1);
            case Register m -> Cbor.array(2, m.tenant, m.rootKey);
            case Revoke m -> Cbor.array(3, m.revocation);
            case Stop m -> Cbor.array(4, m.transaction);
            case Checkpoint() -> Cbor.array(5);
        };
    }

    static AdminToCore fromCbor(Cbor cbor) throws MalformedException {
        return Fields.message(cbor, in -> switch (in.number(1, 5)) {
            case 1 -> new Status();
            case 2 -> new Register(in.name(), in.hash());
            case 3 -> new Revoke(in.artifact());
            case 4 -> new Stop(in.name());
            default -> new Checkpoint();
        });
    }
}
