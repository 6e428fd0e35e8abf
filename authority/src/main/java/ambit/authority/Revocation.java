package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.nio.ByteBuffer;

/**
 * The end of everything at and below one block, of all that a principal's key holds, or of all grants of earlier generations; signed by the
 * tenant's root key.
 *
 * @param target the id of a block, 16 bytes; the SHA-256 of its signed bytes or the public key of a principal, 32 bytes; or a generation, 8
 *     bytes, big-endian: every grant of an earlier one
 * @param issuedAt seconds since 1970
 */
public record Revocation(
        String tenant,
        @Max(Limits.HASH) Blob target,
        @Max(Limits.SENTENCE) String why,
        @Range(to = Limits.LAST_SECOND) long issuedAt)
        implements Cbor.Artifact {
    /** Bytes of a generation. */
    public static final int GENERATION = 8;

    /** The target that means every grant of a generation before this one. */
    public static Blob before(long generation) {
        return Blob.of(ByteBuffer.allocate(GENERATION).putLong(generation).array());
    }

    @Override
    public void check() throws MalformedException {
        if (target.size() != GENERATION && target.size() != Limits.ID && target.size() != Limits.HASH) {
            throw new MalformedException("a revocation names 8, 16 or 32 bytes");
        }
    }

    public static Revocation parse(Blob payload) throws MalformedException {
        return Cbor.parse(Revocation.class, payload);
    }
}
