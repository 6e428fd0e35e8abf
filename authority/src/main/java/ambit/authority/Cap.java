package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
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
        @Range(from = TOOL, to = CHILD) int kind,
        String driver,
        @Range(to = USE | DELEGATE | READ) int flags,
        @Range(from = -1) long uses,
        @Max(Constraint.MAX_COUNT) List<Constraint> constraints,
        boolean other,
        @Bytes32 @OrEmpty Blob definition)
        implements Cbor.Artifact {
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
}
