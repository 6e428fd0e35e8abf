package ambit.decision;

/** Decimal numbers as plain digits, such as {@code -12.50}, of any length: compared without rounding. */
public final class Decimals {
    private static final byte MINUS = 45;
    private static final byte POINT = 46;
    private static final byte ZERO = 48;
    private static final byte NINE = 57;

    private Decimals() {}

    /** Whether this is a number: perhaps a minus, digits without a needless zero, perhaps a point and digits. */
    /*@ public normal_behavior
    @ ensures \result ==> text.length > 0;
    @ ensures_free \result == isPlain(text);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean isPlain(byte[] text) {
        int start = text.length > 0 && text[0] == MINUS ? 1 : 0;
        int point = digitsEnd(text, start);
        if (point == start || (text[start] == ZERO && point > start + 1)) {
            return false;
        }
        if (point == text.length) {
            return true;
        }
        return text[point] == POINT && point + 1 < text.length && digitsEnd(text, point + 1) == text.length;
    }

    /** Where the digits that begin at {@code start} end. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= text.length;
    @ ensures start <= \result && \result <= text.length;
    @ ensures (\forall int i; start <= i && i < \result; 48 <= text[i] && text[i] <= 57);
    @ assignable \strictly_nothing;
    @*/
    private static int digitsEnd(byte[] text, int start) {
        int end = start;
        /*@ loop_invariant start <= end && end <= text.length
        @     && (\forall int i; start <= i && i < end; 48 <= text[i] && text[i] <= 57);
        @ decreases text.length - end;
        @ assignable \strictly_nothing;
        @*/
        while (end < text.length && text[end] >= ZERO && text[end] <= NINE) {
            end++;
        }
        return end;
    }

    /** Below, equal to or above 0 as {@code a} is less than, equal to or more than {@code b}, both plain. */
    /*@ public normal_behavior
    @ ensures -1 <= \result && \result <= 1;
    @ ensures_free \result == compare(a, b);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ int compare(byte[] a, byte[] b) {
        boolean belowZero = a.length > 0 && a[0] == MINUS;
        boolean otherBelowZero = b.length > 0 && b[0] == MINUS;
        if (belowZero != otherBelowZero) {
            return isZero(a) && isZero(b) ? 0 : belowZero ? -1 : 1;
        }
        int larger = magnitudes(a, b, belowZero ? 1 : 0);
        return belowZero ? -larger : larger;
    }

    /** Compares the digits from {@code start} on. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= a.length && start <= b.length;
    @ ensures -1 <= \result && \result <= 1;
    @ assignable \strictly_nothing;
    @*/
    private static int magnitudes(byte[] a, byte[] b, int start) {
        int point = digitsEnd(a, start);
        int otherPoint = digitsEnd(b, start);
        if (point != otherPoint) {
            return point < otherPoint ? -1 : 1;
        }
        int most = a.length > b.length ? a.length : b.length;
        /*@ loop_invariant start <= i && i <= most;
        @ decreases most - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = start; i < most; i++) {
            if (digit(a, i) != digit(b, i)) {
                return digit(a, i) < digit(b, i) ? -1 : 1;
            }
        }
        return 0;
    }

    /** What stands at {@code i}; zeros follow the last digit, and a point counts as one. */
    /*@ private normal_behavior
    @ requires 0 <= i;
    @ ensures \result == (i >= text.length || text[i] == 46 ? 48 : text[i]);
    @ assignable \strictly_nothing;
    @*/
    private static int digit(byte[] text, int i) {
        return i >= text.length || text[i] == POINT ? ZERO : text[i];
    }

    /*@ private normal_behavior
    @ assignable \strictly_nothing;
    @*/
    private static boolean isZero(byte[] text) {
        /*@ loop_invariant 0 <= i && i <= text.length;
        @ decreases text.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < text.length; i++) {
            if (text[i] > ZERO && text[i] <= NINE) {
                return false;
            }
        }
        return true;
    }
}
