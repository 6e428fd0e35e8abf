package ambit.authority;

import ambit.authority.signing.PublicKeys;
import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;

/**
 * One key's word that another is as good: a tenant's root key for a further one, or the core's key for its successor.
 *
 * @param of the tenant's name, or the origin of the core's log
 * @param key raw Ed25519
 * @param issuedAt seconds since 1970
 */
public record Endorsement(
        @Max(Limits.PATH) String of,
        @Bytes32 Blob key,
        @Range(to = Limits.LAST_SECOND) long issuedAt) implements Cbor.Artifact {
    @Override
    public void check() throws MalformedException {
        PublicKeys.requireSound(key);
    }

    public static Endorsement parse(Blob payload) throws MalformedException {
        return Cbor.parse(Endorsement.class, payload);
    }
}
