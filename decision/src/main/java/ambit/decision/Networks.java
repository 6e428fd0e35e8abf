package ambit.decision;

/** Where in the network something is: addresses, hosts and URLs in the one form that {@link Values} has them in. */
public final class Networks {
    private static final int ADDRESS = 16;
    private static final byte SLASH = 47;
    private static final byte STAR = 42;

    private Networks() {}

    /** Whether both are addresses and share their first {@code bits} bits. */
    /*@ public normal_behavior
    @ requires_free (\forall int i; 0 <= i && i < address.length; -128 <= address[i] && address[i] <= 127);
    @ requires_free (\forall int i; 0 <= i && i < network.length; -128 <= network[i] && network[i] <= 127);
    @ ensures \result ==> (address.length == 16 && network.length == 16 && 0 <= bits && bits <= 128
    @     && (\forall int i; 0 <= i && 8 * i + 8 <= bits; address[i] == network[i]));
    @ ensures_free \result == isIn(address, network, bits);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean isIn(byte[] address, byte[] network, long bits) {
        if (address.length != ADDRESS || network.length != ADDRESS || bits < 0 || bits > 8 * ADDRESS) {
            return false;
        }
        int whole = 0;
        /*@ loop_invariant 0 <= whole && whole <= 16 && 8 * whole <= bits
        @     && (\forall int i; 0 <= i && i < whole; address[i] == network[i]);
        @ decreases 16 - whole;
        @ assignable \strictly_nothing;
        @*/
        while (8 * whole + 8 <= bits) {
            if (address[whole] != network[whole]) {
                return false;
            }
            whole++;
        }
        long rest = bits - 8L * whole;
        return rest == 0 || high(address[whole], rest) == high(network[whole], rest);
    }

    /** The number that the first {@code bits} bits of {@code octet} are. */
    /*@ private normal_behavior
    @ requires 0 < bits && bits < 8;
    @ ensures 0 <= \result && \result <= 255;
    @ assignable \strictly_nothing;
    @*/
    private static int high(byte octet, long bits) {
        int value = octet < 0 ? octet + 256 : octet;
        /*@ loop_invariant bits <= k && k <= 8 && 0 <= value && value <= 255;
        @ decreases 8 - k;
        @ assignable \strictly_nothing;
        @*/
        for (long k = bits; k < 8; k++) {
            value = value / 2;
        }
        return value;
    }

    /** Whether {@code host} is the one that {@code pattern} names or, where that begins with {@code *.}, some host below it. */
    /*@ public normal_behavior
    @ ensures \result ==> host.length > 0;
    @ ensures_free \result == isHost(host, pattern);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean isHost(byte[] host, byte[] pattern) {
        return isHost(host, 0, host.length, pattern, 0, pattern.length);
    }

    /** The same for a part of {@code text} and a part of {@code pattern}. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= end && end <= text.length;
    @ requires 0 <= first && first <= last && last <= pattern.length;
    @ ensures \result ==> start < end;
    @ ensures (last - first < 2 || pattern[first] != 42) ==> (\result <==> (start < end && end - start == last - first
    @     && (\forall int i; 0 <= i && i < last - first; text[start + i] == pattern[first + i])));
    @ assignable \strictly_nothing;
    @*/
    private static boolean isHost(byte[] text, int start, int end, byte[] pattern, int first, int last) {
        int named = last - first > 1 && pattern[first] == STAR ? first + 1 : first;
        int from = end - (last - named);
        if (start == end || (named == first ? from != start : from <= start)) {
            return false;
        }
        return same(text, from, pattern, named, last - named);
    }

    /** Whether {@code url} has the scheme and port of {@code pattern}, a host that it names, and a path at or below its path. */
    /*@ public normal_behavior
    @ ensures_free \result == isWithin(url, pattern);
    @ assignable \strictly_nothing;
    @*/
    public static /*@ strictly_pure @*/ boolean isWithin(byte[] url, byte[] pattern) {
        int host = hostAt(pattern);
        if (host != hostAt(url) || host == 0) {
            return false;
        }
        int path = slashFrom(url, host);
        int base = slashFrom(pattern, host);
        return same(url, 0, pattern, 0, host)
                && isHost(url, host, path, pattern, host, base)
                && Texts.isUnder(url, path, pattern, base);
    }

    /** Where the host begins: after two slashes; 0 where there are none. */
    /*@ private normal_behavior
    @ ensures 0 <= \result && \result <= url.length;
    @ assignable \strictly_nothing;
    @*/
    private static int hostAt(byte[] url) {
        int slash = slashFrom(url, 0);
        return slash < url.length - 1 && url[slash + 1] == SLASH ? slash + 2 : 0;
    }

    /** The first slash at or after {@code start}, or the end. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= text.length;
    @ ensures start <= \result && \result <= text.length;
    @ ensures (\forall int i; start <= i && i < \result; text[i] != 47);
    @ ensures \result == text.length || text[\result] == 47;
    @ assignable \strictly_nothing;
    @*/
    private static int slashFrom(byte[] text, int start) {
        int at = start;
        /*@ loop_invariant start <= at && at <= text.length && (\forall int i; start <= i && i < at; text[i] != 47);
        @ decreases text.length - at;
        @ assignable \strictly_nothing;
        @*/
        while (at < text.length && text[at] != SLASH) {
            at++;
        }
        return at;
    }

    /** Whether {@code length} bytes are the same from these places on. */
    /*@ private normal_behavior
    @ requires 0 <= length && 0 <= at && at <= a.length - length && 0 <= bt && bt <= b.length - length;
    @ ensures \result <==> (\forall int i; 0 <= i && i < length; a[at + i] == b[bt + i]);
    @ assignable \strictly_nothing;
    @*/
    private static boolean same(byte[] a, int at, byte[] b, int bt, int length) {
        /*@ loop_invariant 0 <= i && i <= length && (\forall int j; 0 <= j && j < i; a[at + j] == b[bt + j]);
        @ decreases length - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < length; i++) {
            if (a[at + i] != b[bt + i]) {
                return false;
            }
        }
        return true;
    }
}
