package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * One capability of a grant.
 *
 * @param name such as {@code git.git_log}
 * @param kind {@link #TOOL} or {@link #CHILD}
 * @param flags the sum of {@link #USE}, {@link #DELEGATE} and {@link #READ}
 * @param uses −1 for without limit
 * @param other whether arguments that no constraint names are allowed
 * @param definition SHA-256 of the tool's definition, or empty
 */
public record Cap(
        String name,
        int kind,
        String driver,
        int flags,
        long uses,
        List<Constraint> constraints,
        boolean other,
        Blob definition)
        implements Cbor.Message {
    public static final int TOOL = 1;
    public static final int CHILD = 2;

    public static final int USE = 1;
    public static final int DELEGATE = 2;

    /** The tool has no effects. */
    public static final int READ = 4;

    public Cap {
        constraints = List.copyOf(constraints);
    }

    public boolean mayUse() {
        return (flags & USE) != 0;
    }

    public boolean mayDelegate() {
        return (flags & DELEGATE) != 0;
    }

    public boolean isRead() {
        return (flags & READ) != 0;
    }

    @Override
    public Cbor toCbor() {
        return Cbor.record(name, kind, driver, flags, uses, constraints, other, definition);
    }

    static Cap read(Fields in) throws MalformedException {
        return new Cap(
                in.name(),
                in.number(TOOL, CHILD),
                in.name(),
                in.number(0, USE | DELEGATE | READ),
                in.integer(-1, Long.MAX_VALUE),
                in.records(Constraint.MAX_COUNT, Constraint::read),
                in.bool(),
                in.orEmpty(Limits.HASH));
    }
}
