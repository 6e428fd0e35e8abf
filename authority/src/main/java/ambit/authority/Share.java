package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * What an agent gets of its parent's authority when it is started as a child: never more than the parent may delegate. The principal
 * signs it with the request, inside the {@link ambit.wire.AgentSpec} of the agent that is run.
 *
 * @param drop {@link Bitmap} of the grant's capabilities that the child does not get
 * @param memory what it gets of what is mapped into its parent
 * @param allowances how much of the grant's budgets it may spend
 */
public record Share(
        Blob drop,
        List<Narrowing> narrowings,
        @Max(Limits.MAPPINGS) List<Memory> memory,
        @Max(Grant.MAX_BUDGETS) List<Allowance> allowances)
        implements Cbor.Artifact {
    /** One that says nothing of budgets. */
    public Share(Blob drop, List<Narrowing> narrowings, List<Memory> memory) {
        this(drop, narrowings, memory, List.of());
    }

    public Share {
        narrowings = List.copyOf(narrowings);
        memory = List.copyOf(memory);
        allowances = List.copyOf(allowances);
    }

    @Override
    public void check() throws MalformedException {
        Bitmap.requireOne(drop);
        Narrowing.requireDistinct(narrowings);
        Allowance.requireDistinct(allowances);
    }

    public static Share parse(Blob payload) throws MalformedException {
        return Cbor.parse(Share.class, payload);
    }
}
