package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * The end of everything at and below one block, signed by the tenant's root key.
 *
 * @param target the id of a block, 16 bytes, or the SHA-256 of its signed bytes
 * @param issuedAt seconds since 1970
 */
public record Revocation(String tenant, Blob target, String why, long issuedAt) implements Cbor.Message {
    @Override
    public Cbor toCbor() {
        return Cbor.record(tenant, target, why, issuedAt);
    }

    public static Revocation parse(Blob payload) throws MalformedException {
        Revocation revocation = Fields.record(
                payload,
                in -> new Revocation(
                        in.name(), in.bytes(Limits.HASH), in.sentence(), in.integer(0, Limits.LAST_SECOND)));
        if (revocation.target.size() != Limits.ID && revocation.target.size() != Limits.HASH) {
            throw new MalformedException("a revocation names 16 or 32 bytes");
        }
        return revocation;
    }
}
