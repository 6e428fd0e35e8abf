package ambit.decision;

/** Where in the network something is: addresses, hosts and URLs in the one form that {@link Values} has them in. */
public final class Networks {
    private static final int ADDRESS = 16;
    private static final byte SLASH = 47;
    private static final byte STAR = 42;

    private Networks() {}

    /** Whether both are addresses and share their first {@code bits} bits. */
    /*@ public normal_behavior
    @ ensures \result ==> (address.length == 16 && network.length == 16 && 0 <= bits && bits <= 128);
    @ assignable \strictly_nothing;
    @*/
    public static boolean isIn(byte[] address, byte[] network, long bits) {
        if (address.length != ADDRESS || network.length != ADDRESS || bits < 0 || bits > 8 * ADDRESS) {
            return false;
        }
        int whole = (int) (bits / 8);
        /*@ loop_invariant 0 <= i && i <= whole && whole <= 16;
        @ decreases whole - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = (int) (bits % 8);
        return rest == 0 || high(address[whole], rest) == high(network[whole], rest);
    }

    /** The number that the first {@code bits} bits of {@code octet} are. */
    /*@ private normal_behavior
    @ requires 0 < bits && bits < 8;
    @ ensures 0 <= \result && \result <= 255;
    @ assignable \strictly_nothing;
    @*/
    private static int high(byte octet, int bits) {
        int value = octet < 0 ? octet + 256 : octet;
        /*@ loop_invariant bits <= k && k <= 8 && 0 <= value && value <= 255;
        @ decreases 8 - k;
        @ assignable \strictly_nothing;
        @*/
        for (int k = bits; k < 8; k++) {
            value = value / 2;
        }
        return value;
    }

    /** Whether {@code host} is the one that {@code pattern} names or, where that begins with {@code *.}, some host below it. */
    /*@ public normal_behavior
    @ ensures \result ==> host.length > 0;
    @ assignable \strictly_nothing;
    @*/
    public static boolean isHost(byte[] host, byte[] pattern) {
        int skip = pattern.length > 1 && pattern[0] == STAR ? 1 : 0;
        int from = host.length - (pattern.length - skip);
        if (host.length == 0 || (skip == 0 ? from != 0 : from <= 0)) {
            return false;
        }
        /*@ loop_invariant 0 <= i && i <= pattern.length - skip;
        @ decreases pattern.length - skip - i;
        @ assignable \strictly_nothing;
        @*/
        for (int i = 0; i < pattern.length - skip; i++) {
            if (host[from + i] != pattern[skip + i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code url} has the scheme and port of {@code pattern}, a host that it names, and a path at or below its path. */
    /*@ public normal_behavior
    @ assignable \nothing;
    @*/
    public static boolean isWithin(byte[] url, byte[] pattern) {
        int host = hostAt(pattern);
        if (host != hostAt(url) || host == 0) {
            return false;
        }
        int path = slashFrom(url, host);
        int base = slashFrom(pattern, host);
        return Texts.equal(part(url, 0, host), part(pattern, 0, host))
                && isHost(part(url, host, path), part(pattern, host, base))
                && Texts.isUnder(part(url, path, url.length), part(pattern, base, pattern.length));
    }

    /** Where the host begins: after two slashes; 0 where there are none. */
    /*@ private normal_behavior
    @ ensures 0 <= \result && \result <= url.length;
    @ assignable \strictly_nothing;
    @*/
    private static int hostAt(byte[] url) {
        int slash = slashFrom(url, 0);
        return slash + 1 < url.length && url[slash + 1] == SLASH ? slash + 2 : 0;
    }

    /** The first slash at or after {@code start}, or the end. */
    /*@ private normal_behavior
    @ requires 0 <= start && start <= text.length;
    @ ensures start <= \result && \result <= text.length;
    @ assignable \strictly_nothing;
    @*/
    private static int slashFrom(byte[] text, int start) {
        int at = start;
        /*@ loop_invariant start <= at && at <= text.length;
        @ decreases text.length - at;
        @ assignable \strictly_nothing;
        @*/
        while (at < text.length && text[at] != SLASH) {
            at++;
        }
        return at;
    }

    /*@ private normal_behavior
    @ requires 0 <= from && from <= to && to <= text.length;
    @ ensures \result.length == to - from && \fresh(\result);
    @ assignable \nothing;
    @*/
    private static byte[] part(byte[] text, int from, int to) {
        byte[] part = new byte[to - from];
        /*@ loop_invariant 0 <= i && i <= part.length && \fresh(part) && part.length == to - from;
        @ decreases part.length - i;
        @ assignable part[*];
        @*/
        for (int i = 0; i < part.length; i++) {
            part[i] = text[from + i];
        }
        return part;
    }
}
