package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * What a context asks to withhold from a child, over the capabilities that the context has, in their order. Not signed: the core makes a
 * {@link Delegation} of it.
 *
 * @param drop {@link Bitmap} of the capabilities that the child does not get
 */
public record Less(Blob drop, List<Narrowing> narrowings) implements Cbor.Artifact {
    public Less {
        narrowings = List.copyOf(narrowings);
    }

    @Override
    public void check() throws MalformedException {
        Bitmap.requireOne(drop);
        Narrowing.requireDistinct(narrowings);
    }

    /** Refuses to speak of more capabilities than there are. */
    public void requireWithin(int capabilities) throws MalformedException {
        if (Bitmap.indices(drop).stream().anyMatch(index -> index >= capabilities)
                || narrowings.stream().anyMatch(one -> one.cap() >= capabilities)) {
            throw new MalformedException("a narrowing of what the context does not have");
        }
    }

    public static Less parse(Blob bytes) throws MalformedException {
        return Cbor.parse(Less.class, bytes);
    }
}
