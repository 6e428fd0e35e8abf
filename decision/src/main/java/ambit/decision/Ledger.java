package ambit.decision;

/**
 * Accounts in a forest: each node has a limit of its own, perhaps a rate, and what is taken from a node is taken from every
 * ancestor too. What any of them refuses changes none of them, so what was taken below a node never exceeds its limit.
 *
 * <p>Not thread-safe: the caller holds one lock around every call.
 */
public final class Ledger {
    /** The limit of a node without a limit, and the rate of one without a rate. */
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
    /*@ spec_public @*/ private final long[] rate;
    /*@ spec_public @*/ private final long[] window;
    /*@ spec_public @*/ private final long[] opened;
    /*@ spec_public @*/ private final long[] within;
    /*@ spec_public @*/ private final boolean[] live;
    /*@ spec_public @*/ private final boolean[] revoked;

    // Where to look for room next; the search goes round from here.
    private int next;

    /*@ public invariant parent.length <= 2147483646 && depth.length == parent.length && children.length == parent.length
    @     && limit.length == parent.length && used.length == parent.length && live.length == parent.length
    @     && revoked.length == parent.length && rate.length == parent.length && window.length == parent.length
    @     && opened.length == parent.length && within.length == parent.length;
    @ public invariant parent != depth && parent != children && depth != children && live != revoked;
    @ public invariant limit != used && limit != rate && limit != window && limit != opened && limit != within
    @     && used != rate && used != window && used != opened && used != within && rate != window && rate != opened
    @     && rate != within && window != opened && window != within && opened != within;
    @ public invariant (\forall int i; 0 <= i && i < parent.length; -1 <= parent[i] && parent[i] < parent.length
    @     && 0 <= depth[i] && depth[i] < MAX_DEPTH && 0 <= children[i] && children[i] <= 2147483647 && -1 <= limit[i] && 0 <= used[i]
    @     && -1 <= rate[i] && 0 <= window[i] && 0 <= opened[i] && 0 <= within[i]
    @     && limit[i] <= 9223372036854775807L && used[i] <= 9223372036854775807L && rate[i] <= 9223372036854775807L
    @     && window[i] <= 9223372036854775807L && within[i] <= 9223372036854775807L);
    @ public invariant (\forall int i; 0 <= i && i < parent.length;
    @     (live[i] && parent[i] >= 0) ==> (live[parent[i]] && depth[i] == depth[parent[i]] + 1));
    @ public invariant (\forall int i; 0 <= i && i < parent.length; (live[i] && parent[i] < 0) ==> depth[i] == 0);
    @ public invariant (\forall int i; 0 <= i && i < parent.length; (live[i] && limit[i] >= 0) ==> used[i] <= limit[i]);
    @ public invariant (\forall int i; 0 <= i && i < parent.length; (live[i] && rate[i] >= 0) ==> within[i] <= rate[i]);
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
        rate = new long[capacity];
        window = new long[capacity];
        opened = new long[capacity];
        within = new long[capacity];
        live = new boolean[capacity];
        revoked = new boolean[capacity];
    }

    /**
     * A new node below {@code above} or, for NONE, a root: {@code most} may be taken from it in all, of which {@code taken} is gone.
     * Answers its index, or NONE where there is no room, the parent is no live node, or it would lie too deep.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures -1 <= \result && \result < parent.length;
    @ ensures \result >= 0 ==> (live[\result] && !\old(live[\result]) && !revoked[\result] && limit[\result] == most
    @     && used[\result] == (0 <= most && most < taken ? most : taken) && parent[\result] == above);
    @ ensures (\forall int i; 0 <= i && i < parent.length && i != \result;
    @     used[i] == \old(used[i]) && limit[i] == \old(limit[i]) && revoked[i] == \old(revoked[i])
    @     && live[i] == \old(live[i]) && parent[i] == \old(parent[i]) && rate[i] == \old(rate[i])
    @     && within[i] == \old(within[i]));
    @ assignable parent[*], depth[*], children[*], limit[*], used[*], rate[*], window[*], opened[*], within[*], live[*],
    @     revoked[*], next;
    @*/
    public int allocate(int above, long most, long taken) {
        if (most < UNLIMITED
                || taken < 0
                || (above != NONE && (!isLive(above) || children[above] == Integer.MAX_VALUE))) {
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
        limit[node] = most;
        used[node] = most != UNLIMITED && most < taken ? most : taken;
        rate[node] = UNLIMITED;
        window[node] = 0;
        opened[node] = 0;
        within[node] = 0;
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

    /**
     * Lets no more than {@code most} be taken from the node in each window of {@code length}; the present window began at {@code since}, and
     * {@code taken} is gone in it. A window begins with the first taking after the end of the one before.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result ==> (rate[node] == most && window[node] == length && opened[node] == since);
    @ ensures !\result ==> (\forall int i; 0 <= i && i < rate.length; rate[i] == \old(rate[i]));
    @ ensures (\forall int i; 0 <= i && i < rate.length && i != node; rate[i] == \old(rate[i]));
    @ assignable rate[*], window[*], opened[*], within[*];
    @*/
    public boolean pace(int node, long most, long length, long since, long taken) {
        if (!isLive(node) || most < 0 || length <= 0 || since < 0 || taken < 0) {
            return false;
        }
        rate[node] = most;
        window[node] = length;
        opened[node] = since;
        within[node] = most < taken ? most : taken;
        return true;
    }

    /** Gives up a node that has no children; what was taken from it stays taken from its ancestors. Answers whether it did. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ requires (\forall int i; 0 <= i && i < parent.length;
    @     (live[i] && 0 <= parent[i]) ==> 0 < children[parent[i]]);
    @ ensures \result ==> (0 <= node && node < parent.length && !live[node]);
    @ ensures (\forall int i; 0 <= i && i < parent.length; used[i] == \old(used[i]) && revoked[i] == \old(revoked[i])
    @     && ((i != node || !\result) ==> live[i] == \old(live[i])));
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

    /** Refuses whatever is asked of the node and of everything below it, for good. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures (0 <= node && node < parent.length && live[node]) ==> revoked[node];
    @ ensures (\forall int i; 0 <= i && i < parent.length && i != node; revoked[i] == \old(revoked[i]));
    @ assignable revoked[*];
    @*/
    public void revoke(int node) {
        if (isLive(node)) {
            revoked[node] = true;
        }
    }

    /**
     * ALLOWED, or why {@code amount} cannot be taken at {@code now}: REVOKED before USES_EXHAUSTED before RATE_LIMITED. Takes nothing. What
     * is no live node is revoked.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures (0 <= node && node < parent.length && live[node]) ==> (\result == verdict(node, amount, now)
    @     && (revoked[node] ==> \result == 9)
    @     && ((parent[node] >= 0 && verdict(parent[node], amount, now) == 9) ==> \result == 9)
    @     && ((amount < 0 || (limit[node] >= 0 && amount > limit[node] - used[node])) ==> \result != 0)
    @     && ((parent[node] >= 0 && verdict(parent[node], amount, now) != 0) ==> \result != 0));
    @ ensures !(0 <= node && node < parent.length && live[node]) ==> \result == 9;
    @ ensures \result == 0 || \result == 6 || \result == 9 || \result == 32;
    @ ensures_free \result == check(node, amount, now);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ int check(int node, long amount, long now) {
        return isLive(node) ? verdict(node, amount, now) : Codes.REVOKED;
    }

    /** The worst that the node or one of its ancestors says. */
    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ requires 0 <= node && node < parent.length && live[node];
    @ ensures \result == Codes.REVOKED <==> (alone(node, amount, now) == Codes.REVOKED
    @     || (parent[node] >= 0 && verdict(parent[node], amount, now) == Codes.REVOKED));
    @ ensures \result == Codes.USES_EXHAUSTED <==> (\result != Codes.REVOKED && (alone(node, amount, now) == Codes.USES_EXHAUSTED
    @     || (parent[node] >= 0 && verdict(parent[node], amount, now) == Codes.USES_EXHAUSTED)));
    @ ensures \result == Codes.ALLOWED <==> (alone(node, amount, now) == Codes.ALLOWED
    @     && (parent[node] < 0 || verdict(parent[node], amount, now) == Codes.ALLOWED));
    @ ensures \result == 0 || \result == 6 || \result == 9 || \result == 32;
    @ ensures revoked[node] ==> \result == 9;
    @ ensures (amount < 0 || (limit[node] >= 0 && amount > limit[node] - used[node])) ==> \result != 0;
    @ ensures_free \result == verdict(node, amount, now);
    @ measured_by depth[node];
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ int verdict(int node, long amount, long now) {
        int own = alone(node, amount, now);
        return parent[node] == NONE ? own : worse(own, verdict(parent[node], amount, now));
    }

    /*@ private normal_behavior
    @ requires own == 0 || own == 6 || own == 9 || own == 32;
    @ requires above == 0 || above == 6 || above == 9 || above == 32;
    @ ensures \result == 9 <==> (own == 9 || above == 9);
    @ ensures \result == 6 <==> (own != 9 && above != 9 && (own == 6 || above == 6));
    @ ensures \result == 0 <==> (own == 0 && above == 0);
    @ ensures \result == 0 || \result == 6 || \result == 9 || \result == 32;
    @ assignable \strictly_nothing;
    @*/
    private static int worse(int own, int above) {
        if (own == Codes.REVOKED || above == Codes.REVOKED) {
            return Codes.REVOKED;
        }
        if (own == Codes.USES_EXHAUSTED || above == Codes.USES_EXHAUSTED) {
            return Codes.USES_EXHAUSTED;
        }
        return own == Codes.ALLOWED ? above : own;
    }

    /** What the node says, whatever its ancestors do. */
    /*@ private normal_behavior
    @ requires revoked != null && limit != null && used != null && rate != null && window != null && opened != null && within != null;
    @ requires 0 <= node && node < revoked.length && node < limit.length && node < used.length && node < rate.length
    @     && node < window.length && node < opened.length && node < within.length;
    @ requires -1 <= limit[node] && 0 <= used[node] && limit[node] <= 9223372036854775807L && used[node] <= 9223372036854775807L
    @     && (limit[node] >= 0 ==> used[node] <= limit[node]);
    @ requires -1 <= rate[node] && 0 <= window[node] && 0 <= opened[node] && 0 <= within[node];
    @ requires rate[node] <= 9223372036854775807L && window[node] <= 9223372036854775807L && within[node] <= 9223372036854775807L;
    @ ensures \result == Codes.REVOKED <==> revoked[node];
    @ ensures \result == Codes.USES_EXHAUSTED <==> (!revoked[node]
    @     && !(0 <= amount && amount <= (limit[node] < 0 ? 9223372036854775807L : limit[node]) - used[node]));
    @ ensures \result == Codes.ALLOWED <==> (!revoked[node]
    @     && 0 <= amount && amount <= (limit[node] < 0 ? 9223372036854775807L : limit[node]) - used[node]
    @     && (rate[node] < 0 || (0 <= now
    @         && amount <= (now - window[node] >= opened[node] ? rate[node] : rate[node] - within[node]))));
    @ ensures \result == 0 || \result == 6 || \result == 9 || \result == 32;
    @ ensures_free \result == alone(node, amount, now);
    @ assignable \strictly_nothing;
    @*/
    private /*@ helper strictly_pure @*/ int alone(int node, long amount, long now) {
        if (revoked[node]) {
            return Codes.REVOKED;
        }
        if (!covers(node, amount)) {
            return Codes.USES_EXHAUSTED;
        }
        return keepsPace(node, amount, now) ? Codes.ALLOWED : Codes.RATE_LIMITED;
    }

    /** Takes {@code amount} from the node and all its ancestors, or from none of them: the answer is that of {@link #check}. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result == 0 || \result == 6 || \result == 9 || \result == 32;
    @ ensures \old(check(node, amount, now)) != 0 ==> \result == \old(check(node, amount, now));
    @ ensures (0 <= node && node < used.length && live[node] && revoked[node]) ==> \result == 9;
    @ ensures \result != 0 ==> (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i])
    @     && opened[i] == \old(opened[i]) && within[i] == \old(within[i]));
    @ ensures \result == 0 ==> (0 <= node && node < used.length && live[node] && !revoked[node] && 0 <= amount
    @     && used[node] == \old(used[node]) + amount);
    @ ensures (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i])
    @     || (used[i] == \old(used[i]) + amount && live[i] && !revoked[i]
    @         && (parent[i] < 0 || used[parent[i]] == \old(used[parent[i]]) + amount)));
    @ ensures (\forall int i; 0 <= i && i < used.length; (live[i] && limit[i] >= 0) ==> used[i] <= limit[i]);
    @ assignable used[*], opened[*], within[*];
    @*/
    public int take(int node, long amount, long now) {
        int code = check(node, amount, now);
        return code == Codes.ALLOWED ? charge(node, amount, now) : code;
    }

    /**
     * Charges the ancestors, then the node. It asks each node once more, so that what it charges needs nobody's word: that is what makes the
     * proof a step of induction.
     */
    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ requires 0 <= node && node < parent.length && live[node];
    @ ensures \result == 0 || \result == 6 || \result == 9 || \result == 32;
    @ ensures \result != 0 ==> (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i])
    @     && opened[i] == \old(opened[i]) && within[i] == \old(within[i]));
    @ ensures \result == 0 ==> (!revoked[node] && 0 <= amount && used[node] == \old(used[node]) + amount);
    @ ensures (\forall int i; 0 <= i && i < used.length; used[i] == \old(used[i])
    @     || (used[i] == \old(used[i]) + amount && live[i] && !revoked[i]
    @         && (parent[i] < 0 || used[parent[i]] == \old(used[parent[i]]) + amount)));
    @ ensures (\forall int i; 0 <= i && i < used.length && (!live[i] || depth[i] > depth[node]);
    @     used[i] == \old(used[i]) && opened[i] == \old(opened[i]) && within[i] == \old(within[i]));
    @ measured_by depth[node];
    @ assignable used[*], opened[*], within[*];
    @*/
    private int charge(int node, long amount, long now) {
        int own = alone(node, amount, now);
        if (own != Codes.ALLOWED) {
            return own;
        }
        int above = parent[node] == NONE ? Codes.ALLOWED : charge(parent[node], amount, now);
        if (above == Codes.ALLOWED) {
            spend(node, amount, now);
        }
        return above;
    }

    /** Counts what the node allows. */
    /*@ private normal_behavior
    @ requires used != null && rate != null && window != null && opened != null && within != null;
    @ requires 0 <= node && node < used.length && node < rate.length && node < window.length && node < opened.length
    @     && node < within.length;
    @ requires used != rate && used != window && used != opened && used != within && rate != opened && rate != within
    @     && window != opened && window != within && opened != within;
    @ requires 0 <= amount && 0 <= used[node] && amount <= 9223372036854775807L - used[node];
    @ requires -1 <= rate[node] && 0 <= window[node] && 0 <= opened[node] && 0 <= within[node];
    @ requires rate[node] <= 9223372036854775807L && window[node] <= 9223372036854775807L && within[node] <= 9223372036854775807L;
    @ requires rate[node] >= 0 ==> (0 <= now
    @     && amount <= (now - window[node] >= opened[node] ? rate[node] : rate[node] - within[node]));
    @ ensures used[node] == \old(used[node]) + amount && 0 <= opened[node] && 0 <= within[node]
    @     && within[node] <= 9223372036854775807L && (rate[node] >= 0 ==> within[node] <= rate[node]);
    @ assignable used[node], opened[node], within[node];
    @*/
    private /*@ helper @*/ void spend(int node, long amount, long now) {
        used[node] += amount;
        if (rate[node] != UNLIMITED) {
            if (now - window[node] >= opened[node]) {
                opened[node] = now;
                within[node] = 0;
            }
            within[node] += amount;
        }
    }

    /**
     * Corrects what one node, not its ancestors, was charged: {@code reserved} was taken and {@code spent} is what it came to. What was
     * spent beyond the reservation is charged as far as the limit goes.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures (\forall int i; 0 <= i && i < used.length; i != node ==> used[i] == \old(used[i]));
    @ ensures (0 <= node && node < used.length && spent <= reserved && reserved <= \old(used[node]))
    @     ==> used[node] <= \old(used[node]);
    @ ensures (\forall int i; 0 <= i && i < used.length; (live[i] && limit[i] >= 0) ==> used[i] <= limit[i]);
    @ assignable used[*];
    @*/
    public void settle(int node, long reserved, long spent) {
        if (isLive(node) && reserved >= 0 && spent >= 0) {
            used[node] = settled(used[node], limit[node], reserved, spent);
        }
    }

    /*@ private normal_behavior
    @ requires 0 <= used && -1 <= limit && 0 <= reserved && 0 <= spent && (limit >= 0 ==> used <= limit);
    @ ensures 0 <= \result && (limit >= 0 ==> \result <= limit) && ((spent <= reserved && reserved <= used) ==> \result <= used);
    @ ensures \result <= 9223372036854775807L;
    @ assignable \strictly_nothing;
    @*/
    private static long settled(long used, long limit, long reserved, long spent) {
        long before = used < reserved ? 0 : used - reserved;
        long most = limit == UNLIMITED ? Long.MAX_VALUE : limit;
        return spent > most - before ? most : before + spent;
    }

    /** What is taken from the node so far. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result >= 0;
    @ assignable \strictly_nothing;
    @*/
    public long taken(int node) {
        return isLive(node) ? used[node] : 0;
    }

    /** When the node's present window began, 0 where it has no rate. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result >= 0;
    @ assignable \strictly_nothing;
    @*/
    public long windowOpened(int node) {
        return isLive(node) ? opened[node] : 0;
    }

    /** What is taken from the node in its present window, 0 where it has no rate. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result >= 0;
    @ assignable \strictly_nothing;
    @*/
    public long takenInWindow(int node) {
        return isLive(node) ? within[node] : 0;
    }

    /** What the node and its ancestors have left together, at least 0, or UNLIMITED where none has a limit. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result >= -1;
    @ ensures (0 <= node && node < parent.length && live[node] && limit[node] >= 0) ==> (0 <= \result && \result <= limit[node] - used[node]);
    @ assignable \strictly_nothing;
    @*/
    public long left(int node) {
        if (!isLive(node)) {
            return 0;
        }
        long least = UNLIMITED;
        int at = node;
        /*@ loop_invariant -1 <= at && at < parent.length && (at >= 0 ==> live[at]) && least >= -1
        @     && ((at != node && limit[node] >= 0) ==> (0 <= least && least <= limit[node] - used[node]));
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
    @ requires live != null && parent != null && live.length == parent.length;
    @ ensures \result <==> (0 <= node && node < parent.length && live[node]);
    @ assignable \strictly_nothing;
    @*/
    private /*@ helper @*/ boolean isLive(int node) {
        return node >= 0 && node < parent.length && live[node];
    }

    /** Whether there is room for the amount, be it for the limit or for the counter itself. */
    /*@ private normal_behavior
    @ requires limit != null && used != null;
    @ requires 0 <= node && node < limit.length && node < used.length && -1 <= limit[node] && 0 <= used[node]
    @     && limit[node] <= 9223372036854775807L && used[node] <= 9223372036854775807L && (limit[node] >= 0 ==> used[node] <= limit[node]);
    @ ensures \result <==> (0 <= amount
    @     && amount <= (limit[node] < 0 ? 9223372036854775807L : limit[node]) - used[node]);
    @ assignable \strictly_nothing;
    @*/
    private /*@ helper @*/ boolean covers(int node, long amount) {
        long most = limit[node] == UNLIMITED ? Long.MAX_VALUE : limit[node];
        return amount >= 0 && amount <= most - used[node];
    }

    /** Whether the node's rate has room: in its present window, or in one that begins now. Before 1970 there is no room. */
    /*@ private normal_behavior
    @ requires rate != null && window != null && opened != null && within != null;
    @ requires 0 <= node && node < rate.length && node < window.length && node < opened.length && node < within.length;
    @ requires -1 <= rate[node] && 0 <= window[node] && 0 <= opened[node] && 0 <= within[node];
    @ requires rate[node] <= 9223372036854775807L && window[node] <= 9223372036854775807L && within[node] <= 9223372036854775807L;
    @ ensures \result <==> (rate[node] < 0 || (0 <= now
    @     && amount <= (now - window[node] >= opened[node] ? rate[node] : rate[node] - within[node])));
    @ assignable \strictly_nothing;
    @*/
    private /*@ helper @*/ boolean keepsPace(int node, long amount, long now) {
        if (rate[node] == UNLIMITED) {
            return true;
        }
        if (now < 0) {
            return false;
        }
        boolean fresh = now - window[node] >= opened[node];
        return amount <= (fresh ? rate[node] : rate[node] - within[node]);
    }
}
