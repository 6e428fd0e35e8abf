package ambit.decision;

/** Comparisons of UTF-8 bytes. Each is total, changes nothing and ends after a bounded number of steps. */
public final class Texts {
    /** A glob is matched against values of at most this many bytes; it refuses longer ones. */
    public static final int MAX_GLOB_VALUE = 4096;

    private static final byte SLASH = 47;
    private static final byte STAR = 42;
    private static final byte QUESTION = 63;
    private static final byte DOT = 46;
    private static final byte BACKSLASH = 92;

    // A byte of UTF-8 that continues a character is 10xxxxxx: from -128 to this.
    private static final byte LAST_CONTINUATION = -65;

    private Texts() {}

    /*@ public normal_behavior
    @ ensures \result <==> (text.length >= prefix.length
    @     && (\forall int i; 0 <= i && i < prefix.length; text[i] == prefix[i]));
    @ assignable \strictly_nothing;
    @*/
    public static boolean startsWith(byte[] text, byte[] prefix) {
        if (text.length < prefix.length) {
            return false;
        }
        /*@ loop_invariant 0 <= i && i <= prefix.length
        @     && (\forall int j; 0 <= j && j < i; text[j] == prefix[j]);
        @ decreases prefix.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < prefix.length; i++) {
            if (text[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /*@ public normal_behavior
    @ ensures \result <==> (a.length == b.length && (\forall int i; 0 <= i && i < b.length; a[i] == b[i]));
    @ assignable \strictly_nothing;
    @*/
    public static boolean equal(byte[] a, byte[] b) {
        return a.length == b.length && startsWith(a, b);
    }

    /** How many characters (code points) well-formed UTF-8 has. */
    /*@ public normal_behavior
    @ ensures 0 <= \result && \result <= text.length;
    @ assignable \strictly_nothing;
    @*/
    public static int characters(byte[] text) {
        int characters = 0;
        /*@ loop_invariant 0 <= i && i <= text.length && 0 <= characters && characters <= i;
        @ decreases text.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < text.length; i++) {
            if (text[i] > LAST_CONTINUATION) {
                characters++;
            }
        }
        return characters;
    }

    /**
     * Whether {@code path} is an absolute path with one reading: no empty, {@code .} or {@code ..} segment, no NUL, no
     * backslash. The root alone, {@code /}, is one.
     */
    /*@ public normal_behavior
    @ ensures \result ==> (path.length > 0 && path[0] == 47
    @     && (\forall int i; 0 <= i && i < path.length; path[i] != 0 && path[i] != 92)
    @     && (\forall int i; 0 <= i && i < path.length - 1; !(path[i] == 47 && path[i + 1] == 47)));
    @ assignable \strictly_nothing;
    @*/
    public static boolean isCleanPath(byte[] path) {
        if (path.length == 0 || path[0] != SLASH) {
            return false;
        }
        if (path.length == 1) {
            return true;
        }
        /*@ loop_invariant 0 <= i && i <= path.length
        @     && (\forall int j; 0 <= j && j < i; path[j] != 0 && path[j] != 92)
        @     && (\forall int j; 0 <= j && j < i && j < path.length - 1; !(path[j] == 47 && path[j + 1] == 47));
        @ decreases path.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < path.length; i++) {
            if (path[i] == 0 || path[i] == BACKSLASH || (path[i] == SLASH && !segmentAt(path, i + 1))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a segment other than {@code .} and {@code ..} begins at {@code start}. */
    /*@ private normal_behavior
    @ requires 0 < start && start <= path.length;
    @ ensures \result ==> (start < path.length && path[start] != 47);
    @ assignable \strictly_nothing;
    @*/
    private static boolean segmentAt(byte[] path, int start) {
        if (endsAt(path, start)) {
            return false;
        }
        if (path[start] != DOT) {
            return true;
        }
        return !endsAt(path, start + 1) && (path[start + 1] != DOT || !endsAt(path, start + 2));
    }

    /*@ private normal_behavior
    @ requires 0 <= i && i <= path.length;
    @ ensures \result <==> (i == path.length || path[i] == 47);
    @ assignable \strictly_nothing;
    @*/
    private static boolean endsAt(byte[] path, int i) {
        return i == path.length || path[i] == SLASH;
    }

    /** Whether both are clean paths and {@code path} is {@code base} or lies below it. */
    /*@ public normal_behavior
    @ ensures \result ==> (path.length >= base.length
    @     && (\forall int i; 0 <= i && i < base.length; path[i] == base[i])
    @     && (path.length == base.length || base.length == 1 || path[base.length] == 47));
    @ assignable \strictly_nothing;
    @*/
    public static boolean isUnder(byte[] path, byte[] base) {
        if (!isCleanPath(path) || !isCleanPath(base) || !startsWith(path, base)) {
            return false;
        }
        return path.length == base.length || base.length == 1 || path[base.length] == SLASH;
    }

    /**
     * Whether the whole of {@code text} matches {@code pattern}: {@code *} is any run without a slash, {@code **} any run,
     * {@code ?} one byte other than a slash, every other byte itself. Takes at most pattern times text steps.
     */
    /*@ public normal_behavior
    @ ensures \result ==> text.length <= MAX_GLOB_VALUE;
    @ assignable \nothing;
    @*/
    public static boolean matches(byte[] text, byte[] pattern) {
        if (text.length > MAX_GLOB_VALUE) {
            return false;
        }
        // reached[k]: the pattern so far matches the first k bytes.
        boolean[] reached = new boolean[text.length + 1];
        reached[0] = true;
        int p = 0;
        /*@ loop_invariant 0 <= p && p <= pattern.length && \fresh(reached) && reached.length == text.length + 1;
        @ decreases pattern.length - p;
        @ assignable reached[*];
        @*/
        while (p < pattern.length) {
            if (pattern[p] != STAR) {
                step(reached, text, pattern[p]);
                p++;
            } else if (p + 1 < pattern.length && pattern[p + 1] == STAR) {
                run(reached, text, true);
                p += 2;
            } else {
                run(reached, text, false);
                p++;
            }
        }
        return reached[text.length];
    }

    /*@ private normal_behavior
    @ requires reached.length == text.length + 1;
    @ assignable reached[*];
    @*/
    private static void step(boolean[] reached, byte[] text, byte wanted) {
        /*@ loop_invariant 0 <= k && k <= text.length;
        @ decreases k;
        @ assignable reached[*];
        @*/
        for (int k = text.length; k > 0; k--) {
            byte found = text[k - 1];
            boolean fits = wanted == QUESTION ? found != SLASH : found == wanted;
            reached[k] = reached[k - 1] && fits;
        }
        reached[0] = false;
    }

    /*@ private normal_behavior
    @ requires reached.length == text.length + 1;
    @ assignable reached[*];
    @*/
    private static void run(boolean[] reached, byte[] text, boolean overSlashes) {
        /*@ loop_invariant 1 <= k && k <= text.length + 1;
        @ decreases text.length + 1 - k;
        @ assignable reached[*];
        @*/
        for (int k = 1; k <= text.length; k++) {
            if (reached[k - 1] && (overSlashes || text[k - 1] != SLASH)) {
                reached[k] = true;
            }
        }
    }
}
