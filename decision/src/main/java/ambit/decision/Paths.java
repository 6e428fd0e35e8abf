package ambit.decision;

/**
 * How the path of an argument lies to the path that a conjunct names. A path is names joined by slashes; {@code *} stands for
 * every element of a list. A name in it is escaped ({@code ~0} for ~, {@code ~1} for /, {@code ~2} for the name {@code *}).
 */
public final class Paths {
    public static final int UNRELATED = 0;
    public static final int EQUAL = 1;

    /** The argument lies inside what the conjunct names. */
    public static final int BELOW = 2;

    /** The argument stands where an object or a list around what the conjunct names should be. */
    public static final int ABOVE = 3;

    /** One has a list where the other has an object. */
    public static final int MISMATCH = 4;

    private static final byte SLASH = 47;
    private static final byte STAR = 42;

    private Paths() {}

    /*@ public normal_behavior
    @ ensures UNRELATED <= \result && \result <= MISMATCH;
    @ ensures \result == EQUAL <==> (named.length == argument.length
    @     && (\forall int i; 0 <= i && i < named.length; named[i] == argument[i]));
    @ ensures \result == BELOW <==> (named.length < argument.length && argument[named.length] == 47
    @     && (\forall int i; 0 <= i && i < named.length; named[i] == argument[i]));
    @ ensures \result == ABOVE <==> (argument.length < named.length && named[argument.length] == 47
    @     && (\forall int i; 0 <= i && i < argument.length; named[i] == argument[i]));
    @ ensures_free \result == relate(named, argument);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ int relate(byte[] named, byte[] argument) {
        int same = 0;
        int start = 0;
        /*@ loop_invariant 0 <= same && same <= named.length && same <= argument.length && 0 <= start && start <= same
        @     && (\forall int i; 0 <= i && i < same; named[i] == argument[i]);
        @ decreases named.length - same;
        @ assignable \strictly_nothing;
        @*/
        while (same < named.length && same < argument.length && named[same] == argument[same]) {
            if (named[same] == SLASH) {
                start = same + 1;
            }
            same++;
        }
        if (same == named.length && same == argument.length) {
            return EQUAL;
        }
        if (same == named.length && argument[same] == SLASH) {
            return BELOW;
        }
        if (same == argument.length && named[same] == SLASH) {
            return ABOVE;
        }
        return isElement(named, start) || isElement(argument, start) ? MISMATCH : UNRELATED;
    }

    /** Whether {@code argument} is an element, and no part of one, of the list at {@code named}. */
    /*@ public normal_behavior
    @ ensures \result <==> (argument.length == named.length + 2 && relate(named, argument) == BELOW
    @     && argument[named.length + 1] == 42);
    @ ensures_free \result == isElementOf(argument, named);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean isElementOf(byte[] argument, byte[] named) {
        return argument.length - 2 == named.length
                && relate(named, argument) == BELOW
                && argument[argument.length - 1] == STAR;
    }

    /** Whether the name that begins at {@code start} is the star of list elements. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= path.length;
    @ ensures \result <==> (start < path.length && path[start] == 42
    @     && (start + 1 == path.length || path[start + 1] == 47));
    @ assignable \strictly_nothing;
    @*/
    private static boolean isElement(byte[] path, int start) {
        if (start == path.length || path[start] != STAR) {
            return false;
        }
        return start + 1 == path.length || path[start + 1] == SLASH;
    }
}
