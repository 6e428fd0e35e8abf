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

    /*@ private invariant \invariant_for(operands); @*/

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
    @ ensures \result <==> (kind == ANY
    @     || (Paths.relate(path, arguments.paths[i]) == Paths.EQUAL
    @         && ((kind == FROM && sighting(arguments, i, received) >= 0) || (kind != FROM && holds(arguments, i))))
    @     || (Paths.relate(path, arguments.paths[i]) == Paths.ABOVE && (kind == ABSENT || arguments.types[i] == Values.EMPTY))
    @     || (Paths.relate(path, arguments.paths[i]) == Paths.BELOW && Paths.isElementOf(arguments.paths[i], path)
    @         && ((kind == MAX_LENGTH && arguments.types[i] != Values.EMPTY) || (kind == SUBSET && isOneOf(arguments, i))))
    @     || Paths.relate(path, arguments.paths[i]) == Paths.UNRELATED);
    @ ensures_free \result == tolerates(arguments, i, received);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ boolean tolerates(Values arguments, int i, Received received) {
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
            return (kind == MAX_LENGTH && arguments.type(i) != Values.EMPTY)
                    || (kind == SUBSET && isOneOf(arguments, i));
        }
        return relation == Paths.UNRELATED;
    }

    /** Whether argument {@code i} is what the path speaks of, so that the demand for presence is met. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ ensures \result <==> (Paths.relate(path, arguments.paths[i]) == Paths.EQUAL
    @     || ((kind == ANY || kind == SUBSET || kind == MAX_LENGTH)
    @         && Paths.relate(path, arguments.paths[i]) == Paths.BELOW));
    @ ensures_free \result == meets(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ boolean meets(Values arguments, int i) {
        int relation = Paths.relate(path, arguments.path(i));
        return relation == Paths.EQUAL || (speaksOfMore() && relation == Paths.BELOW);
    }

    /** Whether the closed world knows argument {@code i} from this conjunct: as what it names or as the empty shell of it. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments);
    @ requires 0 <= i && i < arguments.types.length;
    @ ensures \result <==> (meets(arguments, i)
    @     || (arguments.types[i] == Values.EMPTY && Paths.relate(path, arguments.paths[i]) == Paths.ABOVE));
    @ ensures_free \result == names(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ boolean names(Values arguments, int i) {
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
    @ ensures \result >= 0 <==> (0 < operands.types.length && operands.types[0] == Values.STRING && operands.numbers[0] >= 0
    @     && received.find(operands.texts[0], arguments.digests[i], operands.numbers[0]) >= 0);
    @ ensures_free \result == sighting(arguments, i, received);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ int sighting(Values arguments, int i, Received received) {
        if (operands.size() == 0 || operands.type(0) != Values.STRING || operands.number(0) < 0) {
            return -1;
        }
        return received.find(operands.text(0), arguments.digest(i), operands.number(0));
    }

    /** Marks what the arguments that this conjunct allowed were received as, where it counts the calls that act on it. */
    public void mark(Values arguments, Received received) {
        if (kind != FROM) {
            return;
        }
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
    @ ensures kind == IN ==> (\result <==> isOneOf(arguments, i));
    @ ensures (kind != IN && operands.types.length == 0) ==> !\result;
    @ ensures (kind == NOT_IN && 0 < operands.types.length) ==> (\result <==> (isOfTheirTypes(arguments, i)
    @     && !isOneOf(arguments, i)));
    @ ensures (kind != IN && kind != NOT_IN && 0 < operands.types.length && arguments.types[i] == Values.EMPTY)
    @     ==> (\result <==> (kind == SUBSET || (kind == MAX_LENGTH && fitsWithin(0))));
    @ ensures (kind == MAX_LENGTH && 0 < operands.types.length && arguments.types[i] != Values.EMPTY)
    @     ==> (\result <==> (arguments.types[i] == Values.STRING && fitsWithin(Texts.characters(arguments.texts[i]))));
    @ ensures ((kind == CIDR || kind == HOST || kind == URL) && 0 < operands.types.length && arguments.types[i] != Values.EMPTY)
    @     ==> (\result <==> isLocated(arguments, i));
    @ ensures (kind == EQ && 0 < operands.types.length && arguments.types[i] != Values.EMPTY)
    @     ==> (\result <==> same(arguments, i, 0));
    @ ensures ((kind == MIN || kind == MAX) && 0 < operands.types.length && arguments.types[i] != Values.EMPTY)
    @     ==> (\result <==> isInRange(arguments, i));
    @ ensures (kind == PREFIX || kind == GLOB || kind == UNDER) ==> (\result <==> (0 < operands.types.length
    @     && arguments.types[i] == Values.STRING && operands.types[0] == Values.STRING
    @     && fits(arguments.texts[i], operands.texts[0])));
    @ ensures (kind < EQ || kind == ABSENT || kind == ANY || kind > URL) ==> !\result;
    @ ensures_free \result == holds(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean holds(Values arguments, int i) {
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
            return kind == SUBSET || (kind == MAX_LENGTH && fitsWithin(0));
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
    @ ensures operands.types[0] == Values.INT ==> (\result <==> (arguments.types[i] == Values.INT
    @     && ((kind == MIN && arguments.numbers[i] >= operands.numbers[0])
    @         || (kind == MAX && arguments.numbers[i] <= operands.numbers[0]))));
    @ ensures operands.types[0] == Values.DECIMAL ==> (\result <==> ((arguments.types[i] == Values.INT
    @     || arguments.types[i] == Values.DECIMAL || arguments.types[i] == Values.STRING)
    @     && Decimals.isPlain(arguments.texts[i])
    @     && ((kind == MIN && Decimals.compare(arguments.texts[i], operands.texts[0]) >= 0)
    @         || (kind == MAX && Decimals.compare(arguments.texts[i], operands.texts[0]) <= 0))));
    @ ensures (operands.types[0] != Values.INT && operands.types[0] != Values.DECIMAL) ==> !\result;
    @ ensures_free \result == isInRange(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean isInRange(Values arguments, int i) {
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
    @ ensures_free \result == bounds(arguments);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ boolean bounds(Values arguments) {
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
    @ ensures \result <==> (0 < operands.types.length && operands.types[0] == Values.INT && length <= operands.numbers[0]);
    @ ensures_free \result == fitsWithin(length);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean fitsWithin(int length) {
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
    @ ensures \result <==> (\exists int k; 0 <= k && k < operands.types.length; operands.types[k] == arguments.types[i]);
    @ ensures_free \result == isOfTheirTypes(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean isOfTheirTypes(Values arguments, int i) {
        /*@ loop_invariant 0 <= k && k <= operands.types.length
        @     && (\forall int j; 0 <= j && j < k; operands.types[j] != arguments.types[i]);
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
    @ requires kind == CIDR || kind == HOST || kind == URL;
    @ ensures \result <==> (\exists int k; 0 <= k && k < operands.types.length;
    @     (kind == CIDR && Networks.isIn(arguments.addresses[i], operands.texts[k], operands.numbers[k]))
    @     || (kind == HOST && Networks.isHost(arguments.hosts[i], operands.texts[k]))
    @     || (kind == URL && Networks.isWithin(arguments.urls[i], operands.texts[k])));
    @ ensures_free \result == isLocated(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean isLocated(Values arguments, int i) {
        boolean located = false;
        /*@ loop_invariant 0 <= k && k <= operands.types.length
        @     && (located <==> (\exists int j; 0 <= j && j < k;
        @         (kind == CIDR && Networks.isIn(arguments.addresses[i], operands.texts[j], operands.numbers[j]))
        @         || (kind == HOST && Networks.isHost(arguments.hosts[i], operands.texts[j]))
        @         || (kind == URL && Networks.isWithin(arguments.urls[i], operands.texts[j]))));
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
    @ ensures kind == PREFIX ==> (\result <==> (text.length >= operand.length
    @     && (\forall int i; 0 <= i && i < operand.length; text[i] == operand[i])));
    @ ensures kind == GLOB ==> (\result <==> Texts.matches(text, operand));
    @ ensures kind == UNDER ==> (\result <==> Texts.isUnder(text, operand));
    @ ensures (kind != PREFIX && kind != GLOB && kind != UNDER) ==> !\result;
    @ ensures_free \result == fits(text, operand);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean fits(byte[] text, byte[] operand) {
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
    @ ensures \result <==> (\exists int k; 0 <= k && k < operands.types.length; same(arguments, i, k));
    @ ensures_free \result == isOneOf(arguments, i);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean isOneOf(Values arguments, int i) {
        /*@ loop_invariant 0 <= k && k <= operands.types.length
        @     && (\forall int j; 0 <= j && j < k; !same(arguments, i, j));
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
    @ ensures \result <==> (arguments.types[i] == operands.types[k] && (arguments.types[i] == Values.NULL
    @     || ((arguments.types[i] == Values.INT || arguments.types[i] == Values.BOOL)
    @         && arguments.numbers[i] == operands.numbers[k])
    @     || (arguments.types[i] == Values.STRING && arguments.texts[i].length == operands.texts[k].length
    @         && (\forall int j; 0 <= j && j < operands.texts[k].length; arguments.texts[i][j] == operands.texts[k][j]))));
    @ ensures_free \result == same(arguments, i, k);
    @ assignable \strictly_nothing;
    @*/
    private /*@ strictly_pure @*/ boolean same(Values arguments, int i, int k) {
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
