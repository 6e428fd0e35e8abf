package ambit.decision;

/**
 * What a context received and may act on: a bounded list of sightings, its own and those that were delegated to it. When it is full, what comes
 * is not remembered. Not thread-safe: the caller holds one lock around every call.
 */
public final class Received {
    /** Sightings that one context remembers. */
    public static final int CAPACITY = 4096;

    private static final int FIRST = 16;

    private /*@ nullable @*/ Sighting[] sightings = new Sighting[FIRST];
    private int size;

    /*@ private invariant sightings != null && 0 < sightings.length && sightings.length <= CAPACITY && 0 <= size && size <= sightings.length;
    @ private invariant (\forall int i; 0 <= i && i < size; sightings[i] != null && \invariant_for(sightings[i]));
    @ private invariant \typeof(sightings) == \type(Sighting[]);
    @*/

    /** Nothing yet. */
    /*@ public normal_behavior
    @ ensures size == 0;
    @ assignable \nothing;
    @*/
    public Received() {}

    /** Remembers one more; answers false, and changes nothing, where there is no room. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(sighting);
    @ ensures \result <==> \old(size) < CAPACITY;
    @ ensures size == \old(size) + (\result ? 1 : 0) && (\result ==> sightings[\old(size)] == sighting);
    @ ensures (\forall int i; 0 <= i && i < \old(size); sightings[i] == \old(sightings[i]));
    @ assignable sightings, size, sightings[*];
    @*/
    public boolean add(Sighting sighting) {
        if (size == CAPACITY) {
            return false;
        }
        if (size == sightings.length) {
            Sighting[] more = new Sighting[size <= CAPACITY / 2 ? size * 2 : CAPACITY];
            /*@ loop_invariant 0 <= i && i <= size
            @     && (\forall int j; 0 <= j && j < i; more[j] == sightings[j]);
            @ decreases size - i;
            @ assignable more[*];
            @*/
            for (int i = 0; i < size; i++) {
                more[i] = sightings[i];
            }
            sightings = more;
        }
        sightings[size] = sighting;
        size++;
        return true;
    }

    /** The index of what was received from there and is still fresh for {@code times} calls, or -1. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures -1 <= \result && \result < size;
    @ ensures \result >= 0 ==> (sightings[\result].is(source, digest) && sightings[\result].isFresh(times));
    @ ensures \result < 0 ==> (\forall int i; 0 <= i && i < size; !sightings[i].is(source, digest) || !sightings[i].isFresh(times));
    @ ensures_free \result == find(source, digest, times);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ int find(byte[] source, byte[] digest, long times) {
        /*@ loop_invariant 0 <= i && i <= size
        @     && (\forall int j; 0 <= j && j < i; !sightings[j].is(source, digest) || !sightings[j].isFresh(times));
        @ decreases size - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < size; i++) {
            if (sightings[i].is(source, digest) && sightings[i].isFresh(times)) {
                return i;
            }
        }
        return -1;
    }

    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result == size;
    @ assignable \strictly_nothing;
    @*/
    public int size() {
        return size;
    }

    /*@ public normal_behavior
    @ requires \invariant_for(this) && 0 <= i && i < size;
    @ ensures \result == sightings[i];
    @ assignable \strictly_nothing;
    @*/
    public Sighting get(int i) {
        return sightings[i];
    }
}
