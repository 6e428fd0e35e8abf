package ambit.decision;

/**
 * The set of what was revoked, each by 32 bytes: it only grows.
 *
 * <p>Not thread-safe: the caller holds one lock around every call.
 */
public final class Revocations {
    /** Bytes of an entry: a SHA-256, or an id of 16 bytes followed by zeros. */
    public static final int SIZE = 32;

    /** More is refused; the caller has to fail closed then. */
    public static final int MAX = 1048576;

    /*@ spec_public @*/ private byte[][] entries;
    /*@ spec_public @*/ private int count;

    /*@ public invariant 0 < entries.length && entries.length <= MAX && 0 <= count && count <= entries.length
    @     && (\forall int i; 0 <= i && i < count; entries[i] != null);
    @*/

    /** The empty set. */
    /*@ public normal_behavior
    @ ensures count == 0;
    @ assignable \nothing;
    @*/
    public Revocations() {
        entries = new byte[64][];
    }

    /** How many were revoked; grows with each, so a cache that remembers it knows when it is stale. */
    /*@ public normal_behavior
    @ ensures \result == count;
    @ assignable \strictly_nothing;
    @*/
    public int epoch() {
        return count;
    }

    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result <==> (\exists int i; 0 <= i && i < count; entries[i].length == entry.length
    @     && (\forall int j; 0 <= j && j < entry.length; entries[i][j] == entry[j]));
    @ assignable \strictly_nothing;
    @*/
    public boolean contains(byte[] entry) {
        /*@ loop_invariant 0 <= i && i <= count && (\forall int k; 0 <= k && k < i;
        @     !(entries[k].length == entry.length
        @         && (\forall int j; 0 <= j && j < entry.length; entries[k][j] == entry[j])));
        @ decreases count - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < count; i++) {
            if (Texts.equal(entries[i], entry)) {
                return true;
            }
        }
        return false;
    }

    /** Adds a copy of {@code entry}. Answers whether it is in the set now: false for another size and for want of room. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures count == \old(count) || count == \old(count) + 1;
    @ ensures (\forall int i; 0 <= i && i < \old(count); entries[i] == \old(entries[i]));
    @ assignable entries, entries[*], count;
    @*/
    public boolean add(byte[] entry) {
        if (entry.length != SIZE) {
            return false;
        }
        if (contains(entry)) {
            return true;
        }
        if (count == entries.length && !grow()) {
            return false;
        }
        byte[] copy = new byte[SIZE];
        /*@ loop_invariant 0 <= i && i <= SIZE && (\forall int j; 0 <= j && j < i; copy[j] == entry[j]);
        @ decreases SIZE - i;
        @ assignable copy[*];
        @*/
        for (int i = 0; i < SIZE; i++) {
            copy[i] = entry[i];
        }
        entries[count] = copy;
        count++;
        return true;
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result ==> count < entries.length;
    @ ensures count == \old(count);
    @ ensures (\forall int i; 0 <= i && i < count; entries[i] == \old(entries[i]));
    @ assignable entries;
    @*/
    private boolean grow() {
        if (entries.length > MAX / 2) {
            return false;
        }
        byte[][] larger = new byte[entries.length * 2][];
        /*@ loop_invariant 0 <= i && i <= count && (\forall int j; 0 <= j && j < i; larger[j] == entries[j]);
        @ decreases count - i;
        @ assignable larger[*];
        @*/
        for (int i = 0; i < count; i++) {
            larger[i] = entries[i];
        }
        entries = larger;
        return true;
    }
}
