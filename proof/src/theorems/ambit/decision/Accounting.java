package ambit.decision;

/** What follows from the contracts of the ledger for operations one after the other. KeY reads this beside the kernel. */
public final class Accounting {
    private Accounting() {}

    /** Nothing that is done later, to whatever node, lets a revoked node be taken from. */
    /*@ public normal_behavior
    @ requires \invariant_for(ledger);
    @ requires 0 <= node && node < ledger.parent.length && ledger.live[node] && ledger.revoked[node];
    @ ensures \result;
    @ assignable ledger.used[*], ledger.opened[*], ledger.within[*], ledger.rate[*], ledger.window[*], ledger.revoked[*];
    @*/
    public static boolean whatIsRevokedStaysRefused(Ledger ledger, int node, int other, long amount, long spent, long now) {
        ledger.take(other, amount, now);
        ledger.settle(other, amount, spent);
        ledger.pace(other, amount, spent, now, 0);
        ledger.revoke(other);
        return ledger.take(node, amount, now) != Codes.ALLOWED;
    }
}
