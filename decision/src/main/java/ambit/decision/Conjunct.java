package ambit.decision;

/**
 * One condition on one argument. A kind that is none of these refuses every value; so does a kind whose operand has a type
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
    public static final int NOT_IN = 10;
    public static final int SUBSET = 11;
    public static final int MAX_LENGTH = 12;
    public static final int CIDR = 13;
    public static final int HOST = 14;
    public static final int URL = 15;
    public static final int FROM = 16;

    /*@ spec_public @*/ private final byte[] path;
    /*@ spec_public @*/ private final int kind;
    /*@ spec_public @*/ private final boolean optional;
    /*@ spec_public @*/ private final Values operands;

    /*@ public invariant \invariant_for(operands); @*/

    /** {@code optional}: the argument may be left out. ABSENT and ANY compare with nothing, IN, NOT_IN, SUBSET, CIDR, HOST and URL with all operands, the rest with operand 0. FROM has the source as text and how many calls may act on one value as number, 0 for all. */
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
    @ requires \invariant_for(this) && \invariant_for(arguments) && \invariant_for(received);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \strictly_nothing;
    @*/
    public boolean tolerates(Values arguments, int i, Received received) {
        if (kind == ANY) {
            return true;
        }
        int relation = Paths.relate(path, arguments.path(i));
        if (relation == Paths.EQUAL) {
            return kind == FROM ? sighting(arguments, i, received) >= 0 : holds(arguments, i);
        }
        if (relation == Paths.ABOVE) {
            return kind == ABSENT || arguments.type(i) == Values.EMPTY;
        }
        if (relation == Paths.BELOW && Paths.isElementOf(arguments.path(i), path)) {
            return kind == MAX_LENGTH || (kind == SUBSET && isOneOf(arguments, i));
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
        return relation == Paths.EQUAL || (speaksOfMore() && relation == Paths.BELOW);
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

    /** The index of what was received that argument {@code i} may be for this conjunct, or -1. */
    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments) && \invariant_for(received);
    @ requires 0 <= i && i < arguments.types.length;
    @ ensures \result >= -1;
    @ assignable \strictly_nothing;
    @*/
    private int sighting(Values arguments, int i, Received received) {
        if (operands.size() == 0 || operands.type(0) != Values.STRING || operands.number(0) < 0) {
            return -1;
        }
        return received.find(operands.text(0), arguments.digest(i), operands.number(0));
    }

    /** Marks what the arguments that this conjunct allowed were received as, where it counts the calls that act on it. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments) && \invariant_for(received);
    @ assignable \everything;
    @*/
    public void mark(Values arguments, Received received) {
        if (kind != FROM) {
            return;
        }
        /*@ loop_invariant 0 <= i && i <= arguments.types.length;
        @ decreases arguments.types.length - i;
        @ assignable \everything;
        @*/
        for (int i = 0; i < arguments.size(); i++) {
            int found = Paths.relate(path, arguments.path(i)) == Paths.EQUAL ? sighting(arguments, i, received) : -1;
            if (found >= 0) {
                received.get(found).mark(operands.number(0) > 0);
            }
        }
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
    @ assignable \strictly_nothing;
    @*/
    private boolean holds(Values arguments, int i) {
        if (kind == IN) {
            return isOneOf(arguments, i);
        }
        if (operands.size() == 0) {
            return false;
        }
        if (kind == NOT_IN) {
            return isOfTheirTypes(arguments, i) && !isOneOf(arguments, i);
        }
        if (arguments.type(i) == Values.EMPTY) {
            return kind == SUBSET || kind == MAX_LENGTH;
        }
        if (kind == MAX_LENGTH) {
            return arguments.type(i) == Values.STRING && fitsWithin(Texts.characters(arguments.text(i)));
        }
        if (kind == CIDR || kind == HOST || kind == URL) {
            return isLocated(arguments, i);
        }
        if (kind == EQ) {
            return same(arguments, i, 0);
        }
        if (kind == MIN || kind == MAX) {
            return isInRange(arguments, i);
        }
        return bothAre(Values.STRING, arguments, i) && fits(arguments.text(i), operands.text(0));
    }

    /** Integers with an integer; with a decimal also decimals, and strings that spell a number. */
    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length && 0 < operands.types.length;
    @ requires kind == MIN || kind == MAX;
    @ assignable \strictly_nothing;
    @*/
    private boolean isInRange(Values arguments, int i) {
        int type = arguments.type(i);
        if (operands.type(0) == Values.INT) {
            long number = arguments.number(i);
            return type == Values.INT && (kind == MIN ? number >= operands.number(0) : number <= operands.number(0));
        }
        if (operands.type(0) != Values.DECIMAL
                || (type != Values.INT && type != Values.DECIMAL && type != Values.STRING)
                || !Decimals.isPlain(arguments.text(i))) {
            return false;
        }
        int order = Decimals.compare(arguments.text(i), operands.text(0));
        return kind == MIN ? order >= 0 : order <= 0;
    }

    /** Whether a list at the path has no more elements than the conjunct says. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ ensures kind != MAX_LENGTH ==> \result;
    @ assignable \strictly_nothing;
    @*/
    public boolean bounds(Values arguments) {
        if (kind != MAX_LENGTH) {
            return true;
        }
        int elements = 0;
        /*@ loop_invariant 0 <= i && i <= arguments.types.length && 0 <= elements && elements <= i;
        @ decreases arguments.types.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < arguments.size(); i++) {
            if (Paths.isElementOf(arguments.path(i), path)) {
                elements++;
            }
        }
        return elements == 0 || fitsWithin(elements);
    }

    /*@ private normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result ==> 0 < operands.types.length;
    @ assignable \strictly_nothing;
    @*/
    private boolean fitsWithin(int length) {
        return operands.size() > 0 && operands.type(0) == Values.INT && length <= operands.number(0);
    }

    /** Kinds that speak of what is below their path too. */
    /*@ private normal_behavior
    @ ensures \result <==> (kind == ANY || kind == SUBSET || kind == MAX_LENGTH);
    @ assignable \strictly_nothing;
    @*/
    private boolean speaksOfMore() {
        return kind == ANY || kind == SUBSET || kind == MAX_LENGTH;
    }

    /** Whether the argument is of the type of one of the operands. */
    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \strictly_nothing;
    @*/
    private boolean isOfTheirTypes(Values arguments, int i) {
        /*@ loop_invariant 0 <= k && k <= operands.types.length;
        @ decreases operands.types.length - k;
        @ assignable \strictly_nothing;
        @*/
        for (int k = 0; k < operands.size(); k++) {
            if (operands.type(k) == arguments.type(i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the argument reads as something that lies where one of the operands says. */
    /*@ private normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ assignable \strictly_nothing;
    @*/
    private boolean isLocated(Values arguments, int i) {
        boolean located = false;
        /*@ loop_invariant 0 <= k && k <= operands.types.length;
        @ decreases operands.types.length - k;
        @ assignable \strictly_nothing;
        @*/
        for (int k = 0; k < operands.size() && !located; k++) {
            if (kind == CIDR) {
                located = Networks.isIn(arguments.address(i), operands.text(k), operands.number(k));
            } else if (kind == HOST) {
                located = Networks.isHost(arguments.host(i), operands.text(k));
            } else {
                located = Networks.isWithin(arguments.url(i), operands.text(k));
            }
        }
        return located;
    }

    /*@ private normal_behavior
    @ ensures \result ==> (kind == PREFIX || kind == GLOB || kind == UNDER);
    @ assignable \strictly_nothing;
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
