package ambit.decision;

/**
 * One condition on one argument. A kind that is none of the nine refuses every value; so does a kind whose operand has a type
 * that it cannot compare.
 */
public final class Conjunct {
    public static final int EQ = 1;
    public static final int IN = 2;
    public static final int MIN = 3;
    public static final int MAX = 4;
    public static final int PREFIX = 5;
    public static final int GLOB = 6;
    public static final int UNDER = 7;
    public static final int ABSENT = 8;
    public static final int ANY = 9;

    /*@ spec_public @*/ private final byte[] path;
    /*@ spec_public @*/ private final int kind;
    /*@ spec_public @*/ private final boolean optional;
    /*@ spec_public @*/ private final Values operands;

    /*@ public invariant \invariant_for(operands); @*/

    /** {@code optional}: the argument may be left out. Every kind but IN, ABSENT and ANY compares with operand 0. */
    /*@ public normal_behavior
    @ requires \invariant_for(operands);
    @ ensures this.path == path && this.kind == kind && this.optional == optional && this.operands == operands;
    @ assignable \nothing;
    @*/
    public Conjunct(byte[] path, int kind, boolean optional, Values operands) {
        this.path = path;
        this.kind = kind;
        this.optional = optional;
        this.operands = operands;
    }

    /**
     * Whether this conjunct has no objection to argument {@code i}. What stands beside its path is none of its business; what
     * gives its path another shape it refuses, so that no other shape slips past a condition.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \nothing;
    @*/
    public boolean tolerates(Values arguments, int i) {
        if (kind == ANY) {
            return true;
        }
        int relation = Paths.relate(path, arguments.path(i));
        if (relation == Paths.EQUAL) {
            return holds(arguments, i);
        }
        if (relation == Paths.ABOVE) {
            return kind == ABSENT || arguments.type(i) == Values.EMPTY;
        }
        return relation == Paths.UNRELATED;
    }

    /** Whether argument {@code i} is what the path speaks of, so that the demand for presence is met. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \strictly_nothing;
    @*/
    public boolean meets(Values arguments, int i) {
        int relation = Paths.relate(path, arguments.path(i));
        return relation == Paths.EQUAL || (kind == ANY && relation == Paths.BELOW);
    }

    /** Whether the closed world knows argument {@code i} from this conjunct: as what it names or as the empty shell of it. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \strictly_nothing;
    @*/
    public boolean names(Values arguments, int i) {
        if (meets(arguments, i)) {
            return true;
        }
        return arguments.type(i) == Values.EMPTY && Paths.relate(path, arguments.path(i)) == Paths.ABOVE;
    }

    /*@ public normal_behavior
    @ ensures \result <==> (!optional && kind != ABSENT);
    @ assignable \strictly_nothing;
    @*/
    public boolean demandsPresence() {
        return !optional && kind != ABSENT;
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \nothing;
    @*/
    private boolean holds(Values arguments, int i) {
        if (kind == IN) {
            return isOneOf(arguments, i);
        }
        if (operands.size() == 0) {
            return false;
        }
        if (kind == EQ) {
            return same(arguments, i, 0);
        }
        if (kind == MIN || kind == MAX) {
            return bothAre(Values.INT, arguments, i) && inRange(arguments.number(i), operands.number(0));
        }
        return bothAre(Values.STRING, arguments, i) && fits(arguments.text(i), operands.text(0));
    }

    /*@ private normal_behavior
    @ requires kind == MIN || kind == MAX;
    @ ensures \result <==> (kind == MIN ? number >= bound : number <= bound);
    @ assignable \strictly_nothing;
    @*/
    private boolean inRange(long number, long bound) {
        return kind == MIN ? number >= bound : number <= bound;
    }

    /*@ private normal_behavior
    @ ensures \result ==> (kind == PREFIX || kind == GLOB || kind == UNDER);
    @ assignable \nothing;
    @*/
    private boolean fits(byte[] text, byte[] operand) {
        if (kind == PREFIX) {
            return Texts.startsWith(text, operand);
        }
        if (kind == GLOB) {
            return Texts.matches(text, operand);
        }
        return kind == UNDER && Texts.isUnder(text, operand);
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \strictly_nothing;
    @*/
    private boolean isOneOf(Values arguments, int i) {
        /*@ loop_invariant 0 <= k && k <= operands.types.length;
        @ decreases operands.types.length - k;
        @ assignable \strictly_nothing;
        @*/
        for (int k = 0; k < operands.size(); k++) {
            if (same(arguments, i, k)) {
                return true;
            }
        }
        return false;
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length && 0 <= k && k < operands.types.length;
    @ ensures \result ==> arguments.types[i] == operands.types[k];
    @ assignable \strictly_nothing;
    @*/
    private boolean same(Values arguments, int i, int k) {
        int type = operands.type(k);
        if (arguments.type(i) != type) {
            return false;
        }
        if (type == Values.STRING) {
            return Texts.equal(arguments.text(i), operands.text(k));
        }
        if (type == Values.INT || type == Values.BOOL) {
            return arguments.number(i) == operands.number(k);
        }
        return type == Values.NULL;
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length && 0 < operands.types.length;
    @ ensures \result <==> (arguments.types[i] == type && operands.types[0] == type);
    @ assignable \strictly_nothing;
    @*/
    private boolean bothAre(int type, Values arguments, int i) {
        return arguments.type(i) == type && operands.type(0) == type;
    }
}
