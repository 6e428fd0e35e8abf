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

    // Where a part of a glob ends: not here, and by what follows a star of it nowhere in this line.
    private static final int NOT_HERE = -1;
    private static final int ELSEWHERE = -2;

    // A byte of UTF-8 that continues a character is 10xxxxxx: from -128 to this.
    private static final byte LAST_CONTINUATION = -65;

    private Texts() {}

    /*@ public normal_behavior
    @ ensures \result <==> (text.length >= prefix.length
    @     && (\forall int i; 0 <= i && i < prefix.length; text[i] == prefix[i]));
    @ assignable \strictly_nothing;
    @*/
    public static boolean startsWith(byte[] text, byte[] prefix) {
        return continues(text, 0, prefix, 0);
    }

    /** Whether {@code text} from {@code start} on begins with {@code prefix} from {@code first} on. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= text.length && 0 <= first && first <= prefix.length;
    @ ensures \result <==> (text.length - start >= prefix.length - first
    @     && (\forall int i; 0 <= i && i < prefix.length - first; text[start + i] == prefix[first + i]));
    @ assignable \strictly_nothing;
    @*/
    private static boolean continues(byte[] text, int start, byte[] prefix, int first) {
        int length = prefix.length - first;
        if (text.length - start < length) {
            return false;
        }
        /*@ loop_invariant 0 <= i && i <= length
        @     && (\forall int j; 0 <= j && j < i; text[start + j] == prefix[first + j]);
        @ decreases length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < length; i++) {
            if (text[start + i] != prefix[first + i]) {
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
    @ ensures_free \result == characters(text);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ int characters(byte[] text) {
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
    @ ensures \result <==> isCleanPath(path, 0);
    @ assignable \strictly_nothing;
    @*/
    public static boolean isCleanPath(byte[] path) {
        return isCleanPath(path, 0);
    }

    /** The same for what {@code path} is from {@code start} on. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= path.length;
    @ ensures \result <==> (start < path.length && path[start] == 47
    @     && (path.length == start + 1
    @         || (\forall int i; start <= i && i < path.length;
    @             path[i] != 0 && path[i] != 92 && (path[i] == 47 ==> isNamed(path, i)))));
    @ ensures_free \result == isCleanPath(path, start);
    @ assignable \strictly_nothing;
    @*/
    private static /*@ strictly_pure @*/ boolean isCleanPath(byte[] path, int start) {
        if (start == path.length || path[start] != SLASH) {
            return false;
        }
        if (path.length == start + 1) {
            return true;
        }
        /*@ loop_invariant start <= i && i <= path.length
        @     && (\forall int j; start <= j && j < i;
        @         path[j] != 0 && path[j] != 92 && (path[j] == 47 ==> isNamed(path, j)));
        @ decreases path.length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = start; i < path.length; i++) {
            if (path[i] == 0 || path[i] == BACKSLASH || (path[i] == SLASH && !isNamed(path, i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a segment other than {@code .} and {@code ..} follows this slash. */
    /*@ private normal_behavior
    @ requires 0 <= slash && slash < path.length;
    @ ensures \result <==> (slash + 1 < path.length && path[slash + 1] != 47
    @     && (path[slash + 1] == 46 ==> (slash + 2 < path.length && path[slash + 2] != 47
    @         && (path[slash + 2] == 46 ==> (slash + 3 < path.length && path[slash + 3] != 47)))));
    @ ensures_free \result == isNamed(path, slash);
    @ assignable \strictly_nothing;
    @*/
    private static /*@ strictly_pure @*/ boolean isNamed(byte[] path, int slash) {
        int start = slash + 1;
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
    @ ensures \result <==> isUnder(path, 0, base, 0);
    @ ensures_free \result == isUnder(path, base);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean isUnder(byte[] path, byte[] base) {
        return isUnder(path, 0, base, 0);
    }

    /** The same for what {@code path} is from {@code start} on and {@code base} from {@code first} on. */
    /*@ public normal_behavior
    @ requires 0 <= start && start <= path.length && 0 <= first && first <= base.length;
    @ ensures \result <==> (isCleanPath(path, start) && isCleanPath(base, first)
    @     && path.length - start >= base.length - first
    @     && (\forall int i; 0 <= i && i < base.length - first; path[start + i] == base[first + i])
    @     && (path.length - start == base.length - first || base.length - first == 1
    @         || path[start + base.length - first] == 47));
    @ ensures_free \result == isUnder(path, start, base, first);
    @ assignable \strictly_nothing;
    @*/
    static /*@ strictly_pure @*/ boolean isUnder(byte[] path, int start, byte[] base, int first) {
        if (!isCleanPath(path, start) || !isCleanPath(base, first) || !continues(path, start, base, first)) {
            return false;
        }
        int length = base.length - first;
        return path.length - start == length || length == 1 || path[start + length] == SLASH;
    }

    /**
     * Whether the whole of {@code text} matches {@code pattern}: {@code *} is any run without a slash, {@code **} any run,
     * {@code ?} one byte other than a slash, every other byte itself. Takes a few times pattern times text steps at most.
     *
     * <p>Between double stars, the first end that a part of the pattern can have is as good as any: the next double star takes what is
     * left. So is the first place of what follows a single star: a later place in the same line can only do what the first does.
     */
    /*@ public normal_behavior
    @ ensures \result ==> text.length <= MAX_GLOB_VALUE;
    @ ensures_free \result == matches(text, pattern);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean matches(byte[] text, byte[] pattern) {
        if (text.length > MAX_GLOB_VALUE) {
            return false;
        }
        int t = partEnd(text, 0, pattern, 0);
        int p = doubleStarFrom(pattern, 0);
        /*@ loop_invariant -2 <= t && t <= text.length && 0 <= p && p <= pattern.length
        @     && (p < pattern.length ==> p < pattern.length - 1);
        @ decreases pattern.length - p;
        @ assignable \strictly_nothing;
        @*/
        while (t >= 0 && p < pattern.length) {
            t = partEndFrom(text, t, pattern, p + 2);
            p = doubleStarFrom(pattern, p + 2);
        }
        return t >= 0;
    }

    /** Where the part of the pattern that begins at {@code p} ends first if it begins at or after {@code start}; below 0 if nowhere. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= text.length && 0 <= p && p <= pattern.length && text.length <= MAX_GLOB_VALUE;
    @ ensures -2 <= \result && \result <= text.length;
    @ assignable \strictly_nothing;
    @*/
    private static int partEndFrom(byte[] text, int start, byte[] pattern, int p) {
        int t = start;
        /*@ loop_invariant 0 <= t && t <= text.length + 1;
        @ decreases text.length + 1 - t;
        @ assignable \strictly_nothing;
        @*/
        while (t <= text.length) {
            int end = partEnd(text, t, pattern, p);
            if (end >= 0) {
                return end;
            }
            // What no star of the part can mend does not fit from anywhere in this line.
            t = end == ELSEWHERE ? lineEnd(text, t) + 1 : t + 1;
        }
        return NOT_HERE;
    }

    /** Where the part of the pattern that begins at {@code p} ends first if it begins at {@code t}; NOT_HERE, ELSEWHERE. */
    /*@ private normal_behavior
    @ requires 0 <= t && t <= text.length && 0 <= p && p <= pattern.length && text.length <= MAX_GLOB_VALUE;
    @ ensures -2 <= \result && \result <= text.length;
    @ assignable \strictly_nothing;
    @*/
    private static int partEnd(byte[] text, int t, byte[] pattern, int p) {
        int star = starFrom(pattern, p);
        if (!fits(text, t, pattern, p, star)) {
            return NOT_HERE;
        }
        int end = t + (star - p);
        /*@ loop_invariant p <= star && star <= pattern.length && 0 <= end && end <= text.length;
        @ decreases pattern.length - star;
        @ assignable \strictly_nothing;
        @*/
        while (star < pattern.length && !isDouble(pattern, star)) {
            int next = starFrom(pattern, star + 1);
            int found = find(text, end, pattern, star + 1, next);
            if (found < 0) {
                return ELSEWHERE;
            }
            end = found + (next - star - 1);
            star = next;
        }
        return end;
    }

    /** The first place from {@code t} on, with no slash before it, that the pattern from {@code p} to {@code end} fits; or below 0. */
    /*@ private normal_behavior
    @ requires 0 <= t && t <= text.length && 0 <= p && p <= end && end <= pattern.length && text.length <= MAX_GLOB_VALUE;
    @ ensures -1 <= \result && \result <= text.length;
    @ ensures \result >= 0 ==> end - p <= text.length - \result;
    @ assignable \strictly_nothing;
    @*/
    private static int find(byte[] text, int t, byte[] pattern, int p, int end) {
        int last = lineEnd(text, t);
        /*@ loop_invariant t <= k && k <= last + 1;
        @ decreases last + 1 - k;
        @ assignable \strictly_nothing;
        @*/
        for (int k = t; k <= last; k++) {
            if (fits(text, k, pattern, p, end)) {
                return k;
            }
        }
        return NOT_HERE;
    }

    /** Whether the pattern from {@code p} to {@code end}, without stars, fits at {@code t}; its last bytes fit the last of the text only. */
    /*@ private normal_behavior
    @ requires 0 <= t && t <= text.length && 0 <= p && p <= end && end <= pattern.length;
    @ ensures \result ==> end - p <= text.length - t;
    @ assignable \strictly_nothing;
    @*/
    private static boolean fits(byte[] text, int t, byte[] pattern, int p, int end) {
        int length = end - p;
        if (end == pattern.length ? length != text.length - t : length > text.length - t) {
            return false;
        }
        /*@ loop_invariant 0 <= i && i <= length;
        @ decreases length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < length; i++) {
            if (pattern[p + i] == QUESTION ? text[t + i] == SLASH : text[t + i] != pattern[p + i]) {
                return false;
            }
        }
        return true;
    }

    /*@ private normal_behavior
    @ requires 0 <= start && start <= text.length;
    @ ensures start <= \result && \result <= text.length;
    @ assignable \strictly_nothing;
    @*/
    private static int lineEnd(byte[] text, int start) {
        int end = start;
        /*@ loop_invariant start <= end && end <= text.length;
        @ decreases text.length - end;
        @ assignable \strictly_nothing;
        @*/
        while (end < text.length && text[end] != SLASH) {
            end++;
        }
        return end;
    }

    /*@ private normal_behavior
    @ requires 0 <= start && start <= pattern.length;
    @ ensures start <= \result && \result <= pattern.length;
    @ assignable \strictly_nothing;
    @*/
    private static int starFrom(byte[] pattern, int start) {
        int star = start;
        /*@ loop_invariant start <= star && star <= pattern.length;
        @ decreases pattern.length - star;
        @ assignable \strictly_nothing;
        @*/
        while (star < pattern.length && pattern[star] != STAR) {
            star++;
        }
        return star;
    }

    /*@ private normal_behavior
    @ requires 0 <= start && start <= pattern.length;
    @ ensures start <= \result && \result <= pattern.length;
    @ ensures \result < pattern.length ==> \result < pattern.length - 1;
    @ assignable \strictly_nothing;
    @*/
    private static int doubleStarFrom(byte[] pattern, int start) {
        int star = starFrom(pattern, start);
        /*@ loop_invariant start <= star && star <= pattern.length;
        @ decreases pattern.length - star;
        @ assignable \strictly_nothing;
        @*/
        while (star < pattern.length && !isDouble(pattern, star)) {
            star = starFrom(pattern, star + 1);
        }
        return star;
    }

    /*@ private normal_behavior
    @ requires 0 <= star && star < pattern.length;
    @ ensures \result ==> star < pattern.length - 1;
    @ assignable \strictly_nothing;
    @*/
    private static boolean isDouble(byte[] pattern, int star) {
        return star < pattern.length - 1 && pattern[star + 1] == STAR;
    }
}
