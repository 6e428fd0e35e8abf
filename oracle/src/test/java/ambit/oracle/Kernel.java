package ambit.oracle;

/**
 * What is compared with the model: the kernel as it is shipped, or a copy with a mistake. Public, as is what it speaks of, since a copy
 * is loaded by a loader of its own.
 */
public interface Kernel {
    Verdict evaluate(Case it, Readings readings);

    /** A new ledger with room for so many nodes. */
    Counts counts(int room);

    /** The operations of a ledger. */
    interface Counts {
        int allocate(int above, long most, long taken);

        boolean pace(int node, long most, long length, long since, long taken);

        boolean free(int node);

        void revoke(int node);

        int take(int node, long amount, long now);

        void settle(int node, long reserved, long spent);

        /** What is left together, taken, when the window began, and what is taken in it. */
        long[] look(int node);
    }
}
