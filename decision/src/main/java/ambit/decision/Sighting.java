package ambit.decision;

/**
 * That a context received a value in a named field of a named tool's result, and how often it was acted on. Contexts to which it was
 * delegated share the object, and so its count. Not thread-safe: the caller holds one lock around every call.
 */
public final class Sighting {
    /*@ spec_public @*/ private final byte[] source;
    /*@ spec_public @*/ private final byte[] digest;
    /*@ spec_public @*/ private final long origin;
    /*@ spec_public @*/ private long acted;
    /*@ spec_public @*/ private boolean marked;
    /*@ spec_public @*/ private boolean counted;

    /*@ public invariant 0 <= acted && acted <= 9223372036854775807L;
    @ public invariant -9223372036854775807L - 1 <= origin && origin <= 9223372036854775807L;
    @*/

    /** {@code source} names tool and field, {@code digest} is that of the value, {@code origin} where the result is recorded. */
    /*@ public normal_behavior
    @ ensures this.source == source && this.digest == digest && this.origin == origin && acted == 0 && !marked && !counted;
    @ assignable \nothing;
    @*/
    public Sighting(byte[] source, byte[] digest, long origin) {
        this.source = source;
        this.digest = digest;
        this.origin = origin;
    }

    /*@ public normal_behavior
    @ ensures \result <==> (digest.length == wanted.length && (\forall int i; 0 <= i && i < wanted.length; digest[i] == wanted[i])
    @     && source.length == from.length && (\forall int i; 0 <= i && i < from.length; source[i] == from[i]));
    @ ensures_free \result == is(from, wanted);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ boolean is(byte[] from, byte[] wanted) {
        return Texts.equal(digest, wanted) && Texts.equal(source, from);
    }

    /** Whether fewer than {@code times} calls have acted on it; 0 stands for as many as one likes. */
    /*@ public normal_behavior
    @ ensures \result <==> (acted < 9223372036854775807L && (times == 0 || acted < times));
    @ ensures_free \result == isFresh(times);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ boolean isFresh(long times) {
        return acted < Long.MAX_VALUE && (times == 0 || acted < times);
    }

    /** A call acts on it; where it {@code counts}, this is one of the calls that may. */
    /*@ public normal_behavior
    @ ensures marked && acted == \old(acted) && counted == (\old(counted) || counts);
    @ assignable marked, counted;
    @*/
    public void mark(boolean counts) {
        marked = true;
        counted = counted || counts;
    }

    /** One of its own that says the same and has no mark, to be judged and marked by while this one may change. */
    /*@ public normal_behavior
    @ ensures \fresh(\result) && \invariant_for(\result) && \result.source == source && \result.digest == digest
    @     && \result.origin == origin && \result.acted == acted && !\result.marked && !\result.counted;
    @ assignable \nothing;
    @*/
    public Sighting copy() {
        Sighting copy = new Sighting(source, digest, origin);
        copy.acted = acted;
        return copy;
    }

    /** Whether what was judged by the copy still holds: no call has acted on this meanwhile, or the call does not act on it. */
    /*@ public normal_behavior
    @ ensures \result <==> (!copy.marked || acted == copy.acted);
    @ assignable \strictly_nothing;
    @*/
    public boolean agreesWith(Sighting copy) {
        return !copy.marked || acted == copy.acted;
    }

    /** Takes over the marks of a copy. */
    /*@ public normal_behavior
    @ ensures marked == \old(copy.marked) && counted == \old(copy.counted);
    @ assignable marked, counted;
    @*/
    public void markAs(Sighting copy) {
        marked = copy.marked;
        counted = copy.counted;
    }

    /** Takes the marks off, and counts the call if they say so, once; answers whether there was a mark. */
    /*@ public normal_behavior
    @ ensures !marked && !counted && \result == \old(marked);
    @ ensures acted == \old(acted) || (\old(counted) && acted == \old(acted) + 1);
    @ assignable marked, counted, acted;
    @*/
    public boolean act() {
        boolean was = marked;
        if (counted && acted < Long.MAX_VALUE) {
            acted++;
        }
        marked = false;
        counted = false;
        return was;
    }

    /*@ public normal_behavior
    @ ensures \result == origin;
    @ assignable \strictly_nothing;
    @*/
    public long origin() {
        return origin;
    }
}
