package ambit.authority;

import ambit.decision.Values;
import ambit.wire.Cbor;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** How long it takes to judge arguments, in steps of some nanoseconds, so that no guest can have the core judge for long. */
public final class Work {
    /** Steps of one call; the core refuses more. */
    public static final long MAX = 1 << 24;

    /** Looking for one value among all that a context can have received. */
    private static final long SEARCH = 512;

    /** What stands at one path, or at the elements of a list there. */
    private record Load(long arguments, long bytes) {
        Load with(Load other) {
            return new Load(arguments + other.arguments, bytes + other.bytes);
        }
    }

    private Work() {}

    /** The steps of judging these arguments by these constraints; at least one for each operand that is compared. */
    public static long of(Stream<Constraint> constraints, Values arguments) {
        Map<String, Load> loads = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String path = new String(arguments.path(i), StandardCharsets.UTF_8);
            Load load = new Load(1, arguments.text(i).length + 1L);
            loads.merge(path, load, Load::with);
            if (path.endsWith("/*")) {
                loads.merge(path.substring(0, path.length() - 2), load, Load::with);
            }
        }
        Load nothing = new Load(0, 0);
        return constraints
                .mapToLong(constraint -> steps(constraint, loads.getOrDefault(constraint.path(), nothing)))
                .sum();
    }

    private static long steps(Constraint constraint, Load load) {
        return switch (constraint.kind()) {
            case GLOB -> load.bytes * (length(constraint.operands().getFirst()) + 1L);
            case FROM -> load.arguments * SEARCH;
            default -> load.arguments * constraint.operands().size();
        };
    }

    private static long length(Cbor pattern) {
        return pattern instanceof Cbor.Text(String text) ? text.length() : 0;
    }
}
