package ambit.audit.tlog;

import java.util.ArrayList;
import java.util.List;

/** The entries from one index to before another, which are a subtree of the tree. */
record Span(long from, long to) {
    /**
     * Of which subtrees the roots, in this order, prove that the tree of {@code size} entries begins with the first {@code old} of them: RFC 6962
     * §2.1.2. Each lies wholly before {@code old} or wholly behind it, and those before it are the perfect ones that its tree consists of.
     */
    static List<Span> consistency(long old, long size) {
        List<Span> proof = new ArrayList<>();
        if (old > 0 && old < size) {
            consistency(old, new Span(0, size), true, proof);
        }
        return proof;
    }

    private static void consistency(long old, Span all, boolean whole, List<Span> proof) {
        if (old == all.to) {
            if (!whole) {
                proof.add(all);
            }
            return;
        }
        long middle = all.from + Long.highestOneBit(all.to - all.from - 1);
        Span left = new Span(all.from, middle);
        Span right = new Span(middle, all.to);
        if (old <= middle) {
            consistency(old, left, whole, proof);
            proof.add(right);
        } else {
            consistency(old, right, false, proof);
            proof.add(left);
        }
    }

    boolean holds(long index) {
        return from <= index && index < to;
    }
}
