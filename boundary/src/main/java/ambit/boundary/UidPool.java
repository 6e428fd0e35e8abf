package ambit.boundary;

import java.util.BitSet;
import java.util.OptionalInt;

/** Uids that no two live guests share. Safe for use by several threads. */
final class UidPool {
    private final int first;
    private final int count;
    private final BitSet taken = new BitSet();
    private int next;

    UidPool(int first, int last) {
        if (last < first) {
            throw new IllegalArgumentException("an empty range of uids");
        }
        this.first = first;
        this.count = last - first + 1;
    }

    /** A uid that was given back the longest ago, or never taken; empty if all are taken. */
    synchronized OptionalInt take() {
        if (taken.cardinality() == count) {
            return OptionalInt.empty();
        }
        int candidate = taken.nextClearBit(next);
        if (candidate >= count) {
            candidate = taken.nextClearBit(0);
        }
        taken.set(candidate);
        next = (candidate + 1) % count;
        return OptionalInt.of(first + candidate);
    }

    synchronized void giveBack(int uid) {
        if (!taken.get(uid - first)) {
            throw new IllegalStateException("uid " + uid + " was not taken");
        }
        taken.clear(uid - first);
    }

    synchronized int inFlight() {
        return taken.cardinality();
    }
}
