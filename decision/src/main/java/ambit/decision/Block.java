package ambit.decision;

/**
 * What one signed block of a chain says about one capability: when, whether it may be used, and the conjunction of its conditions.
 * A closed block refuses every argument that none of its conjuncts names.
 */
public final class Block {
    /*@ spec_public @*/ private final long notBefore;
    /*@ spec_public @*/ private final long expires;
    /*@ spec_public @*/ private final boolean mayUse;
    /*@ spec_public @*/ private final boolean closed;
    /*@ spec_public @*/ private final Conjunct[] conjuncts;

    /*@ private invariant (\forall int i; 0 <= i && i < conjuncts.length;
    @     conjuncts[i] != null && \invariant_for(conjuncts[i]));
    @*/

    /** Valid from {@code notBefore} until just before {@code expires}, both in milliseconds since 1970. */
    /*@ public normal_behavior
    @ requires (\forall int i; 0 <= i && i < conjuncts.length;
    @     conjuncts[i] != null && \invariant_for(conjuncts[i]));
    @ ensures this.notBefore == notBefore && this.expires == expires && this.mayUse == mayUse
    @     && this.closed == closed && this.conjuncts == conjuncts;
    @ assignable \nothing;
    @*/
    public Block(long notBefore, long expires, boolean mayUse, boolean closed, Conjunct[] conjuncts) {
        this.notBefore = notBefore;
        this.expires = expires;
        this.mayUse = mayUse;
        this.closed = closed;
        this.conjuncts = conjuncts;
    }

    /** ALLOWED, or why this block refuses at this time whatever the arguments are. */
    /*@ public normal_behavior
    @ ensures \result == Codes.ALLOWED <==> (mayUse && notBefore <= now && now < expires);
    @ ensures \result == 0 || \result == 7 || \result == 8 || \result == 12;
    @ assignable \strictly_nothing;
    @*/
    public int atTime(long now) {
        if (!mayUse) {
            return Codes.MAY_NOT_USE;
        }
        if (now < notBefore) {
            return Codes.NOT_YET_VALID;
        }
        return now < expires ? Codes.ALLOWED : Codes.EXPIRED;
    }

    /** The index of the first conjunct that some argument violates, or -1. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments) && \invariant_for(received);
    @ ensures -1 <= \result && \result < conjuncts.length;
    @ ensures \result == -1 <==> (\forall int c; 0 <= c && c < conjuncts.length; conjuncts[c].bounds(arguments)
    @     && (\forall int i; 0 <= i && i < arguments.types.length; conjuncts[c].tolerates(arguments, i, received)));
    @ ensures_free \result == violated(arguments, received);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ int violated(Values arguments, Received received) {
        /*@ loop_invariant 0 <= c && c <= conjuncts.length
        @     && (\forall int d; 0 <= d && d < c; conjuncts[d].bounds(arguments)
        @         && (\forall int j; 0 <= j && j < arguments.types.length; conjuncts[d].tolerates(arguments, j, received)));
        @ decreases conjuncts.length - c;
        @ assignable \strictly_nothing;
        @*/
        for (int c = 0; c < conjuncts.length; c++) {
            /*@ loop_invariant 0 <= i && i <= arguments.types.length
            @     && (\forall int j; 0 <= j && j < i; conjuncts[c].tolerates(arguments, j, received));
            @ decreases arguments.types.length - i;
            @ assignable \strictly_nothing;
            @*/
            for (int i = 0; i < arguments.size(); i++) {
                if (!conjuncts[c].tolerates(arguments, i, received)) {
                    return c;
                }
            }
            if (!conjuncts[c].bounds(arguments)) {
                return c;
            }
        }
        return -1;
    }

    /** Marks what these allowed arguments were received as. */
    public void mark(Values arguments, Received received) {
        for (int c = 0; c < conjuncts.length; c++) {
            conjuncts[c].mark(arguments, received);
        }
    }

    /** The index of the first conjunct whose argument is missing, or -1. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ ensures -1 <= \result && \result < conjuncts.length;
    @ ensures \result == -1 <==> (\forall int c; 0 <= c && c < conjuncts.length;
    @     conjuncts[c].optional || conjuncts[c].kind == Conjunct.ABSENT
    @     || (\exists int i; 0 <= i && i < arguments.types.length; conjuncts[c].meets(arguments, i)));
    @ ensures_free \result == missing(arguments);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ int missing(Values arguments) {
        /*@ loop_invariant 0 <= c && c <= conjuncts.length
        @     && (\forall int d; 0 <= d && d < c; conjuncts[d].optional || conjuncts[d].kind == Conjunct.ABSENT
        @         || (\exists int j; 0 <= j && j < arguments.types.length; conjuncts[d].meets(arguments, j)));
        @ decreases conjuncts.length - c;
        @ assignable \strictly_nothing;
        @*/
        for (int c = 0; c < conjuncts.length; c++) {
            boolean met = !conjuncts[c].demandsPresence();
            /*@ loop_invariant 0 <= i && i <= arguments.types.length
            @     && (met <==> (conjuncts[c].optional || conjuncts[c].kind == Conjunct.ABSENT
            @         || (\exists int j; 0 <= j && j < i; conjuncts[c].meets(arguments, j))));
            @ decreases arguments.types.length - i;
            @ assignable \strictly_nothing;
            @*/
            for (int i = 0; i < arguments.size() && !met; i++) {
                met = conjuncts[c].meets(arguments, i);
            }
            if (!met) {
                return c;
            }
        }
        return -1;
    }

    /** The index of the first argument that this closed block does not name, or -1. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ ensures -1 <= \result && \result < arguments.types.length;
    @ ensures \result == -1 <==> (!closed || (\forall int i; 0 <= i && i < arguments.types.length;
    @     (\exists int c; 0 <= c && c < conjuncts.length; conjuncts[c].names(arguments, i))));
    @ ensures_free \result == unnamed(arguments);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ int unnamed(Values arguments) {
        if (!closed) {
            return -1;
        }
        /*@ loop_invariant 0 <= i && i <= arguments.types.length
        @     && (\forall int j; 0 <= j && j < i;
        @         (\exists int d; 0 <= d && d < conjuncts.length; conjuncts[d].names(arguments, j)));
        @ decreases arguments.types.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < arguments.size(); i++) {
            boolean named = false;
            /*@ loop_invariant 0 <= c && c <= conjuncts.length
            @     && (named <==> (\exists int d; 0 <= d && d < c; conjuncts[d].names(arguments, i)));
            @ decreases conjuncts.length - c;
            @ assignable \strictly_nothing;
            @*/
            for (int c = 0; c < conjuncts.length && !named; c++) {
                named = conjuncts[c].names(arguments, i);
            }
            if (!named) {
                return i;
            }
        }
        return -1;
    }
}
