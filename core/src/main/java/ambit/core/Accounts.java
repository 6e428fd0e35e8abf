package ambit.core;

import ambit.decision.Codes;
import ambit.decision.Ledger;
import ambit.log.entry.Entry.Debit;
import ambit.wire.CoreToBroker.Count;
import ambit.wire.Denial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The counts of live contexts in the kernel's ledger: a node for each capability of each block, below the same capability of the
 * block above. What the log says was used before is taken off a node's limit when it is made. Guarded by the core's lock.
 */
final class Accounts {
    private static final int CAPACITY = 1 << 18;

    private final Ledger ledger = new Ledger(CAPACITY);
    private final Map<History.Node, Integer> nodes = new HashMap<>();

    /** The last nodes of live contexts' chains: needed even while nothing is below them. */
    private final Set<History.Node> leaves = new HashSet<>();

    private final History history;

    Accounts(History history) {
        this.history = history;
    }

    void open(Chain chain) throws Refused {
        for (int cap : chain.held()) {
            int above = Ledger.NONE;
            for (Chain.Limit limit : chain.limits(cap)) {
                Integer node = nodes.get(limit.node());
                if (node == null) {
                    node = ledger.allocate(above, remaining(limit), 0);
                    if (node == Ledger.NONE) {
                        throw new Refused(Denial.TOO_LARGE, "there is no room for more counts");
                    }
                    nodes.put(limit.node(), node);
                }
                above = node;
            }
            leaves.add(chain.limits(cap).getLast().node());
        }
    }

    private long remaining(Chain.Limit limit) {
        return limit.uses() < 0 ? Ledger.UNLIMITED : Math.max(0, limit.uses() - history.uses(limit.node()));
    }

    /** Gives up the nodes that no live context needs; a node with others below stays. */
    void close(Chain chain) {
        for (int cap : chain.held()) {
            leaves.remove(chain.limits(cap).getLast().node());
            for (Chain.Limit limit : chain.limits(cap).reversed()) {
                Integer node = nodes.get(limit.node());
                if (node != null && !leaves.contains(limit.node()) && ledger.free(node)) {
                    nodes.remove(limit.node());
                }
            }
        }
    }

    private int leaf(Chain chain, int cap) {
        return nodes.getOrDefault(chain.limits(cap).getLast().node(), Ledger.NONE);
    }

    void check(Chain chain, int cap) throws Refused {
        require(ledger.check(leaf(chain, cap), 1, 0));
    }

    /** Uses the capability once, on every block or on none; answers what the log is to remember. */
    List<Debit> use(Chain chain, int cap) throws Refused {
        require(ledger.take(leaf(chain, cap), 1, 0));
        List<Debit> debits = new ArrayList<>();
        for (Chain.Limit limit : chain.limits(cap)) {
            long uses = history.uses(limit.node()) + 1;
            debits.add(new Debit(limit.node().block(), cap, uses, limit.uses()));
        }
        return debits;
    }

    private static void require(int code) throws Refused {
        if (code != Codes.ALLOWED) {
            throw new Refused(Chain.denial(code));
        }
    }

    /** What the capability has left over all blocks, −1 for without limit. */
    long left(Chain chain, int cap) {
        return ledger.left(leaf(chain, cap));
    }

    List<Count> counts(Chain chain, int cap) {
        return chain.limits(cap).stream()
                .map(limit -> new Count(limit.name(), remaining(limit)))
                .toList();
    }
}
