package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * What a context asks to withhold from a child, over the capabilities that the context has, in their order. Not signed: the core makes a
 * {@link Delegation} of it.
 *
 * @param drop {@link Bitmap} of the capabilities that the child does not get
 * @param budgets how much it may spend of the grant's budgets of these names
 * @param received the sources, such as {@code bills.read#iban}, of which it gets what the context received so far
 */
public record Less(
        Blob drop,
        List<Narrowing> narrowings,
        @Max(Grant.MAX_BUDGETS) List<Budget> budgets,
        @Max(Limits.CAPABILITIES) List<@Max(Constraint.MAX_PATH) String> received)
        implements Cbor.Artifact {
    /** One that says nothing of budgets and of what was received. */
    public Less(Blob drop, List<Narrowing> narrowings) {
        this(drop, narrowings, List.of(), List.of());
    }

    public Less {
        narrowings = List.copyOf(narrowings);
        budgets = List.copyOf(budgets);
        received = List.copyOf(received);
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
