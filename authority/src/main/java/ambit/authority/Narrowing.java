package ambit.authority;

import ambit.wire.Cbor;
import ambit.wire.Fields;
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
public record Narrowing(int cap, List<Constraint> constraints, long uses, boolean closed) implements Cbor.Message {
    public Narrowing {
        constraints = List.copyOf(constraints);
    }

    @Override
    public Cbor toCbor() {
        return Cbor.record(cap, constraints, uses, closed);
    }

    /** Reads one inside another record. */
    public static Narrowing read(Fields in) throws MalformedException {
        return new Narrowing(
                in.number(0, Limits.CAPABILITIES - 1),
                in.records(Constraint.MAX_COUNT, Constraint::read),
                in.integer(-1, Long.MAX_VALUE),
                in.bool());
    }

    static List<Narrowing> readAll(Fields in) throws MalformedException {
        List<Narrowing> all = in.records(Limits.CAPABILITIES, Narrowing::read);
        if (all.stream().map(Narrowing::cap).distinct().count() != all.size()) {
            throw new MalformedException("two narrowings of one capability");
        }
        return all;
    }
}
