package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes16;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * What a context gives to its child: a further block of a chain, signed by the core with the parent context's key.
 *
 * @param parent SHA-256 of the exact signed bytes of the block above
 * @param id 16 bytes
 * @param expires seconds since 1970
 * @param drop {@link Bitmap} of the grant's capabilities that the child does not get
 * @param narrowings what the parent takes away besides
 * @param share what the principal's request takes away from a child of this name; the counts of both are in {@code narrowings}
 * @param input SHA-256 of the input
 */
public record Delegation(
        @Bytes32 Blob parent,
        @Bytes16 Blob id,
        @Range(to = Limits.LAST_SECOND) long expires,
        Blob drop,
        List<Narrowing> narrowings,
        List<Narrowing> share,
        String agent,
        @Bytes32 Blob input)
        implements Cbor.Artifact {
    public Delegation {
        narrowings = List.copyOf(narrowings);
        share = List.copyOf(share);
    }

    @Override
    public void check() throws MalformedException {
        Bitmap.requireOne(drop);
        Narrowing.requireDistinct(narrowings);
        Narrowing.requireDistinct(share);
    }

    public static Delegation parse(Blob payload) throws MalformedException {
        return Cbor.parse(Delegation.class, payload);
    }
}
