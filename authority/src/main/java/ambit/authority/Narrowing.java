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
 * @param rate a further rate
 */
public record Narrowing(
        @Range(to = Limits.CAPABILITIES - 1) int cap,
        @Max(Constraint.MAX_COUNT) List<Constraint> constraints,
        @Range(from = -1) long uses,
        boolean closed,
        Rate rate)
        implements Cbor.Artifact {
    /** One without a rate. */
    public Narrowing(int cap, List<Constraint> constraints, long uses, boolean closed) {
        this(cap, constraints, uses, closed, Rate.NONE);
    }

    public Narrowing {
        constraints = List.copyOf(constraints);
    }

    /** One that takes nothing away. */
    public static Narrowing nothing(int cap) {
        return new Narrowing(cap, List.of(), -1, false);
    }

    /** This one of the capability and with the counts of that: the smaller number of uses, and the one rate that they have. */
    Narrowing with(Narrowing that) throws MalformedException {
        if (!rate.isNone() && !that.rate.isNone()) {
            throw new MalformedException("the child's rate is said in the request already");
        }
        long least = uses < 0 ? that.uses : that.uses < 0 ? uses : Math.min(uses, that.uses);
        return new Narrowing(that.cap, constraints, least, closed, rate.isNone() ? that.rate : rate);
    }

    /** Refuses two of one capability. */
    static void requireDistinct(List<Narrowing> narrowings) throws MalformedException {
        if (narrowings.stream().map(Narrowing::cap).distinct().count() != narrowings.size()) {
            throw new MalformedException("two narrowings of one capability");
        }
    }
}
