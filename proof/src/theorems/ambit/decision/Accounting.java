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
}
