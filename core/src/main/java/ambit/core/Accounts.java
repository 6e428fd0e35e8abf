package ambit.core;

import ambit.authority.Rate;
import ambit.decision.Codes;
import ambit.decision.Ledger;
import ambit.log.entry.Entry;
import ambit.log.entry.Entry.Debit;
import ambit.wire.Denial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The accounts of live contexts in the kernel's ledger: for each capability, each budget and the block itself one node in each block,
 * below the same one of the block above. Guarded by the core's lock.
 */
final class Accounts {
    private static final int CAPACITY = 1 << 18;

    private final Ledger ledger = new Ledger(CAPACITY);
    private final Map<History.Node, Integer> nodes = new HashMap<>();

    /** The last nodes of live contexts' chains: needed even while nothing is below them. */
    private final Set<History.Node> leaves = new HashSet<>();

    private final History history;
    private final LongSupplier clock;

    Accounts(History history, LongSupplier clock) {
        this.history = history;
        this.clock = clock;
    }

    /** Makes room for the accounts of a context that begins, or refuses and makes none. */
    void open(Chain chain) throws Refused {
        try {
            openAll(chain);
        } catch (Refused e) {
            close(chain);
            throw e;
        }
    }

    private void openAll(Chain chain) throws Refused {
        for (int account : chain.accounts()) {
            int above = Ledger.NONE;
            for (Chain.Limit limit : chain.limits(account)) {
                Integer node = nodes.get(limit.node());
                if (node == null) {
                    node = opened(above, limit);
                    nodes.put(limit.node(), node);
                }
                above = node;
            }
            leaves.add(chain.limits(account).getLast().node());
        }
    }

    private int opened(int above, Chain.Limit limit) throws Refused {
        History.Taken before = history.taken(limit.node());
        int node = ledger.allocate(above, limit.most(), before.total());
        Rate rate = limit.rate();
        boolean open = node != Ledger.NONE
                && (rate.isNone()
                        || ledger.pace(node, rate.uses(), rate.seconds() * 1000, before.openedMs(), before.inWindow()));
        Refused.when(!open, Denial.TOO_LARGE, "there is no room for more counts");
        return node;
    }

    /** Gives up the nodes that no live context needs; a node with others below stays. */
    void close(Chain chain) {
        for (int account : chain.accounts()) {
            leaves.remove(chain.limits(account).getLast().node());
            for (Chain.Limit limit : chain.limits(account).reversed()) {
                Integer node = nodes.get(limit.node());
                if (node != null && !leaves.contains(limit.node()) && ledger.free(node)) {
                    nodes.remove(limit.node());
                }
            }
        }
    }

    private int leaf(Chain chain, int account) {
        return nodes.getOrDefault(chain.limits(account).getLast().node(), Ledger.NONE);
    }

    /** Refuses the whole chain, and what is below its last block, for good. */
    void revoke(Chain chain) {
        ledger.revoke(leaf(chain, Chain.BLOCK));
    }

    void refuseRevoked(Chain chain) throws Refused {
        // Nothing is taken of a block itself, so that the time does not matter.
        require(ledger.check(leaf(chain, Chain.BLOCK), 0, 0), "");
    }

    /** Refuses what {@link #take} would. */
    void check(Chain chain, int cap, Map<Integer, Long> charges) throws Refused {
        long now = clock.getAsLong();
        require(ledger.check(leaf(chain, cap), 1, now), "");
        for (Map.Entry<Integer, Long> charge : charges.entrySet()) {
            int account = Entry.BUDGETS + charge.getKey();
            require(ledger.check(leaf(chain, account), charge.getValue(), now), chain.budget(charge.getKey()));
        }
    }

    /**
     * Uses the capability once and reserves what the call may spend of each budget, on every block, or takes nothing at all.
     *
     * @param charges amounts by the index of the budget
     * @return what the log is to remember
     */
    List<Debit> take(Chain chain, int cap, Map<Integer, Long> charges) throws Refused {
        check(chain, cap, charges);
        long now = clock.getAsLong();
        List<Debit> debits = new ArrayList<>(taken(chain, cap, 1, now));
        for (Map.Entry<Integer, Long> charge : charges.entrySet()) {
            debits.addAll(taken(chain, Entry.BUDGETS + charge.getKey(), charge.getValue(), now));
        }
        return debits;
    }

    private List<Debit> taken(Chain chain, int account, long amount, long now) {
        if (ledger.take(leaf(chain, account), amount, now) != Codes.ALLOWED) {
            throw new IllegalStateException("an account refuses what it just allowed");
        }
        return chain.limits(account).stream()
                .map(limit -> debit(limit, nodes.getOrDefault(limit.node(), Ledger.NONE)))
                .toList();
    }

    private Debit debit(Chain.Limit limit, int node) {
        History.Node at = limit.node();
        return new Debit(
                at.block(),
                at.account(),
                ledger.taken(node),
                limit.most(),
                ledger.windowOpened(node),
                ledger.takenInWindow(node));
    }

    /** Corrects what a call reserved of a budget to what it spent, on every block, whether or not its context still lives. */
    List<Debit> settle(Chain chain, int budget, long reserved, long spent) {
        List<Debit> settled = new ArrayList<>();
        for (Chain.Limit limit : chain.limits(Entry.BUDGETS + budget)) {
            Integer live = nodes.get(limit.node());
            if (live == null && !limit.node().block().equals(chain.grantHash())) {
                continue; // its context is over, and the account with it
            }
            long before = history.taken(limit.node()).total();
            int node = live != null ? live : ledger.allocate(Ledger.NONE, limit.most(), before);
            if (node != Ledger.NONE) {
                ledger.settle(node, reserved, spent);
                settled.add(debit(limit, node));
            }
            if (live == null) {
                ledger.free(node);
            }
        }
        return settled;
    }

    private static void require(int code, String budget) throws Refused {
        if (code == Codes.USES_EXHAUSTED && !budget.isEmpty()) {
            throw new Refused(Denial.BUDGET_EXHAUSTED, "not enough is left of the budget " + budget);
        }
        if (code != Codes.ALLOWED) {
            throw new Refused(Denial.orInternal(code));
        }
    }

    /** What the capability has left over all blocks, −1 for without limit. */
    long left(Chain chain, int cap) {
        return ledger.left(leaf(chain, cap));
    }
}
