package ambit.decision;

/**
 * Counts in a forest: each node has a limit of its own, and a use is a use of the node and of every ancestor. A use that any of
 * them refuses changes none of them, so uses below a node never exceed its limit.
 *
 * <p>Not thread-safe: the caller holds one lock around every call.
 */
public final class Ledger {
    /** The limit of a node without a limit. */
    public static final long UNLIMITED = -1;

    /** A node has fewer ancestors than this. */
    public static final int MAX_DEPTH = 66;

    /** No node: the parent of a root, and the answer when there is no room. */
    public static final int NONE = -1;

    /*@ spec_public @*/ private final int[] parent;
    /*@ spec_public @*/ private final int[] depth;
    /*@ spec_public @*/ private final int[] children;
    /*@ spec_public @*/ private final long[] limit;
    /*@ spec_public @*/ private final long[] used;
    /*@ spec_public @*/ private final boolean[] live;
    /*@ spec_public @*/ private final boolean[] revoked;

    // Where to look for room next; the search goes round from here.
    private int next;

    /*@ public invariant parent.length <= 2147483646 && depth.length == parent.length && children.length == parent.length
    @     && limit.length == parent.length && used.length == parent.length && live.length == parent.length
    @     && revoked.length == parent.length;
    @ public invariant parent != depth && parent != children && depth != children && limit != used && live != revoked;
    @ public invariant (\forall int i; 0 <= i && i < parent.length; -1 <= parent[i] && parent[i] < parent.length
    @     && 0 <= depth[i] && depth[i] < MAX_DEPTH && 0 <= children[i] && -1 <= limit[i] && 0 <= used[i]);
    @ public invariant (\forall int i; 0 <= i && i < parent.length;
    @     (live[i] && parent[i] >= 0) ==> (live[parent[i]] && depth[i] == depth[parent[i]] + 1));
    @ public invariant (\forall int i; 0 <= i && i < parent.length; (live[i] && parent[i] < 0) ==> depth[i] == 0);
    @ public invariant (\forall int i; 0 <= i && i < parent.length; (live[i] && limit[i] >= 0) ==> used[i] <= limit[i]);
    @ private invariant 0 <= next && (next < parent.length || parent.length == 0);
    @*/

    /** Room for {@code capacity} nodes at a time. */
    /*@ public normal_behavior
    @ requires 0 < capacity && capacity <= 2147483646;
    @ ensures parent.length == capacity && (\forall int i; 0 <= i && i < capacity; !live[i]);
    @ assignable \nothing;
    @*/
    public Ledger(int capacity) {
        parent = new int[capacity];
        depth = new int[capacity];
        children = new int[capacity];
        limit = new long[capacity];
        used = new long[capacity];
        live = new boolean[capacity];
        revoked = new boolean[capacity];
    }

    /**
     * A new node with its own limit, below {@code above} or, for NONE, a root. Answers its index, or NONE where there is no room,
     * the parent is no live node, or it would lie too deep.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures -1 <= \result && \result < parent.length;
    @ ensures \result >= 0 ==> (live[\result] && !\old(live[\result]) && used[\result] == 0 && !revoked[\result]);
    @ ensures (\forall int i; 0 <= i && i < parent.length && i != \result;
    @     used[i] == \old(used[i]) && limit[i] == \old(limit[i]) && revoked[i] == \old(revoked[i])
    @     && live[i] == \old(live[i]));
    @ assignable parent[*], depth[*], children[*], limit[*], used[*], live[*], revoked[*], next;
    @*/
    public int allocate(int above, long uses) {
        if (uses < UNLIMITED || (above != NONE && !isLive(above))) {
            return NONE;
        }
        int level = above == NONE ? 0 : depth[above] + 1;
        int node = level < MAX_DEPTH ? room() : NONE;
        if (node == NONE) {
            return NONE;
        }
        if (above != NONE) {
            children[above]++;
        }
        parent[node] = above;
        depth[node] = level;
        children[node] = 0;
        limit[node] = uses;
        used[node] = 0;
        revoked[node] = false;
        live[node] = true;
        return node;
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ ensures -1 <= \result && \result < parent.length && (\result >= 0 ==> !live[\result]);
    @ assignable next;
    @*/
    private int room() {
        /*@ loop_invariant 0 <= tried && tried <= parent.length && 0 <= next
        @     && (next < parent.length || parent.length == 0);
        @ decreases parent.length - tried;
        @ assignable next;
        @*/
        for (int tried = 0; tried < parent.length; tried++) {
            int candidate = next;
            next = next + 1 == parent.length ? 0 : next + 1;
            if (!live[candidate]) {
                return candidate;
            }
        }
        return NONE;
    }

    /** Gives up a node that has no children; what it used stays used on its ancestors. Answers whether it did. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result ==> !live[node];
    @ ensures (\forall int i; 0 <= i && i < parent.length; used[i] == \old(used[i]) && revoked[i] == \old(revoked[i])
    @     && (i != node ==> live[i] == \old(live[i])));
    @ assignable children[*], live[*];
    @*/
    public boolean free(int node) {
        if (!isLive(node) || children[node] > 0) {
            return false;
        }
        if (parent[node] != NONE && children[parent[node]] > 0) {
            children[parent[node]]--;
        }
        live[node] = false;
        return true;
    }

    /** Refuses every further use of the node and of everything below it, for good. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures (0 <= node && node < parent.length && \old(live[node])) ==> revoked[node];
    @ ensures (\forall int i; 0 <= i && i < parent.length && i != node; revoked[i] == \old(revoked[i]));
    @ assignable revoked[*];
    @*/
    public void revoke(int node) {
        if (isLive(node)) {
            revoked[node] = true;
        }
    }

    /** ALLOWED, REVOKED or USES_EXHAUSTED for one more use, without using it. What is no live node is revoked. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result == 0 || \result == 6 || \result == 9;
    @ ensures \result == 0 ==> (live[node] && !revoked[node] && (limit[node] < 0 || used[node] < limit[node]));
    @ assignable \strictly_nothing;
    @*/
    public int check(int node) {
        if (!isLive(node)) {
            return Codes.REVOKED;
        }
        int code = Codes.ALLOWED;
        int at = node;
        /*@ loop_invariant -1 <= at && at < parent.length && (at >= 0 ==> live[at])
        @     && (code == 0 || code == 6)
        @     && ((code == 0 && at != node) ==> (!revoked[node] && (limit[node] < 0 || used[node] < limit[node])));
        @ decreases at < 0 ? 0 : depth[at] + 1;
        @ assignable \strictly_nothing;
        @*/
        while (at != NONE) {
            if (revoked[at]) {
                return Codes.REVOKED;
            }
            if (isSpent(at)) {
                code = Codes.USES_EXHAUSTED;
            }
            at = parent[at];
        }
        return code;
    }

    /** One use of the node and of all its ancestors, or of none of them: the answer is that of {@link #check}. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result == 0 || \result == 6 || \result == 9;
    @ ensures \result != 0 ==> (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i]));
    @ ensures \result == 0 ==> (!revoked[node] && used[node] == \old(used[node]) + 1);
    @ ensures (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i]) || used[i] == \old(used[i]) + 1);
    @ ensures (\forall int i; 0 <= i && i < used.length; (live[i] && limit[i] >= 0) ==> used[i] <= limit[i]);
    @ assignable used[*];
    @*/
    public int use(int node) {
        int code = check(node);
        if (code != Codes.ALLOWED) {
            return code;
        }
        int at = node;
        /*@ loop_invariant -1 <= at && at < parent.length && (at >= 0 ==> live[at])
        @     && (at == node || used[node] == \old(used[node]) + 1)
        @     && (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i])
        @         || (used[i] == \old(used[i]) + 1 && live[i] && (at < 0 || depth[i] > depth[at])
        @             && (limit[i] < 0 || \old(used[i]) < limit[i])));
        @ decreases at < 0 ? 0 : depth[at] + 1;
        @ assignable used[*];
        @*/
        while (at != NONE) {
            used[at]++;
            at = parent[at];
        }
        return Codes.ALLOWED;
    }

    /** What the node and its ancestors have left together, at least 0, or UNLIMITED where none has a limit. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result >= -1;
    @ assignable \strictly_nothing;
    @*/
    public long left(int node) {
        if (!isLive(node)) {
            return 0;
        }
        long least = UNLIMITED;
        int at = node;
        /*@ loop_invariant -1 <= at && at < parent.length && (at >= 0 ==> live[at]) && least >= -1;
        @ decreases at < 0 ? 0 : depth[at] + 1;
        @ assignable \strictly_nothing;
        @*/
        while (at != NONE) {
            if (limit[at] != UNLIMITED && (least == UNLIMITED || limit[at] - used[at] < least)) {
                least = limit[at] - used[at];
            }
            at = parent[at];
        }
        return least;
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result <==> (0 <= node && node < parent.length && live[node]);
    @ assignable \strictly_nothing;
    @*/
    private boolean isLive(int node) {
        return node >= 0 && node < parent.length && live[node];
    }

    /** Without room for one more use, be it for the limit or for the counter itself. */
    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ requires 0 <= node && node < parent.length;
    @ ensures \result <==> (limit[node] < 0 ? used[node] == 9223372036854775807L : used[node] >= limit[node]);
    @ assignable \strictly_nothing;
    @*/
    private boolean isSpent(int node) {
        return limit[node] == UNLIMITED ? used[node] == Long.MAX_VALUE : used[node] >= limit[node];
    }
}
