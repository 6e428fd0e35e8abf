package ambit.authority;

import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * What a block takes away from one capability.
 *
 * @param cap its index in the grant
 * @param constraints further ones, which hold besides those above
 * @param uses a further limit, −1 for none
 * @param closed whether an argument that these constraints do not name is refused
 */
public record Narrowing(
        @Range(to = Limits.CAPABILITIES - 1) int cap,
        @Max(Constraint.MAX_COUNT) List<Constraint> constraints,
        @Range(from = -1) long uses,
        boolean closed)
        implements Cbor.Artifact {
    public Narrowing {
        constraints = List.copyOf(constraints);
    }

    /** Refuses two of one capability. */
    static void requireDistinct(List<Narrowing> narrowings) throws MalformedException {
        if (narrowings.stream().map(Narrowing::cap).distinct().count() != narrowings.size()) {
            throw new MalformedException("two narrowings of one capability");
        }
    }
}
