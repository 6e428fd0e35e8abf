package ambit.wire;

/** Requests of the {@code ambit} command to the core. */
public sealed interface AdminToCore {
    record Status() implements AdminToCore {}

    /** Trust grants that this raw Ed25519 public key signs as those of {@code tenant}. */
    record Register(String tenant, Blob rootKey) implements AdminToCore {}

    /** {@code revocation} are COSE bytes, signed by the tenant's root key. */
    record Revoke(Blob revocation) implements AdminToCore {}

    /** End this transaction as killed. */
    record Stop(String transaction) implements AdminToCore {}

    /** Sign the present state of the log. */
    record Checkpoint() implements AdminToCore {}

    default Cbor toCbor() {
        return switch (this) {
            case Status() -> Cbor.message(1);
            case Register(String tenant, Blob key) -> Cbor.message(2, Cbor.of(tenant), Cbor.of(key));
            case Revoke(Blob revocation) -> Cbor.message(3, Cbor.of(revocation));
            case Stop(String transaction) -> Cbor.message(4, Cbor.of(transaction));
            case Checkpoint() -> Cbor.message(5);
        };
    }

    static AdminToCore fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        AdminToCore message =
                switch (in.number(1, 5)) {
                    case 1 -> new Status();
                    case 2 -> new Register(in.text(Limits.NAME), in.exactly(Limits.KEY));
                    case 3 -> new Revoke(in.bytes(Limits.ARTIFACT));
                    case 4 -> new Stop(in.text(Limits.NAME));
                    default -> new Checkpoint();
                };
        in.end();
        return message;
    }
}
