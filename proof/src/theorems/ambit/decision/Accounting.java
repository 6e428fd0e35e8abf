package ambit.decision;

/** What follows from the contracts of the ledger. KeY reads this beside the kernel; it is not compiled into anything. */
public final class Accounting {
    private Accounting() {}

    /** Nothing that is done later, to whatever node, lets a revoked node be taken from. */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger);
    @ requires 0 <= node && node < ledger.parent.length && ledger.live[node] && ledger.revoked[node];
    @ ensures \result;
    @*/
    public static boolean whatIsRevokedStaysRefused(Ledger ledger, int node, int other, long amount, long spent, long now) {
        ledger.take(other, amount, now);
        ledger.settle(other, amount, spent);
        ledger.allocate(other, amount, spent);
        ledger.pace(other, amount, spent, now, 0);
        ledger.revoke(other);
        return ledger.take(node, amount, now) == Codes.REVOKED;
    }

    /** A node is refused where it or any ancestor is revoked, however far above. */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger) && 0 <= node && node < ledger.parent.length && ledger.live[node];
    @ ensures \result ==> ledger.check(node, amount, now) == Codes.REVOKED;
    @ measured_by ledger.depth[node];
    @ assignable \strictly_nothing;
    @*/
    public static boolean isBelowARevokedNode(Ledger ledger, int node, long amount, long now) {
        ledger.check(node, amount, now);
        if (ledger.revoked[node]) {
            return true;
        }
        if (ledger.parent[node] < 0) {
            return false;
        }
        ledger.check(ledger.parent[node], amount, now);
        return isBelowARevokedNode(ledger, ledger.parent[node], amount, now);
    }

    /** A node is refused where it or any ancestor has less left than is asked for, however far above. */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger) && 0 <= node && node < ledger.parent.length && ledger.live[node];
    @ ensures \result ==> ledger.check(node, amount, now) != Codes.ALLOWED;
    @ measured_by ledger.depth[node];
    @ assignable \strictly_nothing;
    @*/
    public static boolean isBelowANodeWithLess(Ledger ledger, int node, long amount, long now) {
        ledger.check(node, amount, now);
        if (ledger.limit[node] >= 0 && amount > ledger.limit[node] - ledger.used[node]) {
            return true;
        }
        if (ledger.parent[node] < 0) {
            return false;
        }
        ledger.check(ledger.parent[node], amount, now);
        return isBelowANodeWithLess(ledger, ledger.parent[node], amount, now);
    }

    /** What the invariant says of limits and rates: none is passed. */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger) && 0 <= node && node < ledger.parent.length && ledger.live[node];
    @ ensures ledger.limit[node] >= 0 ==> ledger.used[node] <= ledger.limit[node];
    @ ensures ledger.rate[node] >= 0 ==> ledger.within[node] <= ledger.rate[node];
    @ assignable \strictly_nothing;
    @*/
    public static void noLimitIsPassedWhileTheInvariantHolds(Ledger ledger, int node) {}

    /**
     * After any sequence of calls with any arguments, and any number of restarts between them, the ledger's invariant holds: of no live node more is
     * gone than its limit, and in no window more than its rate. A restart is a new ledger, in which what the log says is gone is gone.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger) && 0 <= left;
    @ ensures \result != null && \invariant_for(\result);
    @ measured_by left;
    @*/
    public static Ledger afterAnySequenceOfCalls(Ledger ledger, int left) {
        if (left == 0) {
            return ledger;
        }
        Ledger next = afterOneCall(ledger, any(), any(), anyLong(), anyLong(), anyLong());
        return afterAnySequenceOfCalls(next, left - 1);
    }

    /** Whatever it likes: its contract says nothing of what it answers, and proofs know nothing else of it. */
    /*@ public normal_behavior
    @ ensures true;
    @ assignable \strictly_nothing;
    @*/
    public static int any() {
        return 0;
    }

    /** The same. */
    /*@ public normal_behavior
    @ ensures true;
    @ assignable \strictly_nothing;
    @*/
    public static long anyLong() {
        return 0;
    }

    /** One of them: a restart, or a call of a method of the ledger that changes it. */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger);
    @ ensures \result != null && \invariant_for(\result);
    @*/
    public static Ledger afterOneCall(Ledger ledger, int call, int node, long amount, long other, long time) {
        if (call == 0 && 0 < node && node < 2147483647) {
            return new Ledger(node);
        }
        if (call == 1) {
            ledger.allocate(node, amount, other);
        } else if (call == 2) {
            ledger.pace(node, amount, other, time, 0);
        } else if (call == 3) {
            ledger.revoke(node);
        } else if (call == 4) {
            ledger.take(node, amount, time);
        } else if (call == 5) {
            ledger.settle(node, amount, other);
        }
        return ledger;
    }
}
