package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * The end of everything at and below one block, signed by the tenant's root key.
 *
 * @param target the id of a block, 16 bytes, or the SHA-256 of its signed bytes
 * @param issuedAt seconds since 1970
 */
public record Revocation(
        String tenant,
        @Max(Limits.HASH) Blob target,
        @Max(Limits.SENTENCE) String why,
        @Range(to = Limits.LAST_SECOND) long issuedAt)
        implements Cbor.Artifact {
    @Override
    public void check() throws MalformedException {
        if (target.size() != Limits.ID && target.size() != Limits.HASH) {
            throw new MalformedException("a revocation names 16 or 32 bytes");
        }
    }

    public static Revocation parse(Blob payload) throws MalformedException {
        return Cbor.parse(Revocation.class, payload);
    }
}
