package ambit.authority;

import ambit.authority.approval.Approval;
import ambit.decision.Values;
import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.OrEmpty;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One capability of a grant.
 *
 * @param name such as {@code git.git_log}
 * @param kind {@link #TOOL} or {@link #CHILD}
 * @param flags the sum of {@link #USE}, {@link #DELEGATE} and {@link #READ}
 * @param uses −1 for without limit
 * @param other whether arguments that no constraint names are allowed
 * @param definition SHA-256 of the tool's definition, or empty
 * @param costs what each call spends of the grant's budgets
 * @param approval who has to approve each call of the tool; no block below can take it away
 */
public record Cap(
        String name,
        @Range(from = TOOL, to = CHILD) int kind,
        String driver,
        @Range(to = USE | DELEGATE | READ) int flags,
        @Range(from = -1) long uses,
        @Max(Constraint.MAX_COUNT) List<Constraint> constraints,
        boolean other,
        @Bytes32 @OrEmpty Blob definition,
        Rate rate,
        @Max(MAX_COSTS) List<Cost> costs,
        Optional<Approval> approval)
        implements Cbor.Artifact {
    public static final int TOOL = 1;
    public static final int CHILD = 2;

    public static final int USE = 1;
    public static final int DELEGATE = 2;

    /** The tool has no effects. */
    public static final int READ = 4;

    /** Costs of one capability: so few that what a call takes, in every block of the deepest chain, fits into one entry of the log. */
    public static final int MAX_COSTS = 4;

    /** One without rate, costs and approval. */
    public Cap(
            String name,
            int kind,
            String driver,
            int flags,
            long uses,
            List<Constraint> constraints,
            boolean other,
            Blob definition) {
        this(name, kind, driver, flags, uses, constraints, other, definition, Rate.NONE, List.of(), Optional.empty());
    }

    public Cap {
        constraints = List.copyOf(constraints);
        costs = List.copyOf(costs);
    }

    @Override
    public void check() throws MalformedException {
        if (kind == CHILD && approval.isPresent()) {
            throw new MalformedException("calls of tools are approved, not beginnings of children");
        }
    }

    /**
     * What a call with these arguments reserves, by the index of the budget.
     *
     * @throws ArithmeticException if an argument says no amount
     */
    public Map<Integer, Long> charges(Values arguments) {
        Map<Integer, Long> charges = new TreeMap<>();
        costs.forEach(cost -> charges.merge(cost.budget(), cost.reserved(arguments), Math::addExact));
        return charges;
    }

    /** What the call came to, by what the receipt says of it. */
    public Map<Integer, Long> spent(Map<Integer, Long> charges, Receipt receipt) {
        Map<Integer, Long> spent = new TreeMap<>(charges);
        for (Cost cost : costs) {
            if (cost.kind() == Cost.Kind.METERED) {
                long metered = receipt.metered(cost.of(), cost.amount());
                spent.computeIfPresent(cost.budget(), (_, sum) -> saturated(sum - cost.amount(), metered));
            }
        }
        return spent;
    }

    private static long saturated(long left, long right) {
        return left > Long.MAX_VALUE - right ? Long.MAX_VALUE : left + right;
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
