package ambit.decision;

/**
 * Typed values in arrays: the flattened arguments of a call, or the operands of a conjunct. Entry {@code i} has a type, and
 * according to it a number (truth values are 0 and 1) or a text (UTF-8 of a string, plain digits of an integer or a decimal). A string has
 * readings besides: what it says as an address, a host or a URL, empty where it is none. A string or number may have a digest, by which it is known
 * from what a tool returned, empty where nothing asks for it.
 */
public final class Values {
    public static final int NULL = 0;
    public static final int BOOL = 1;
    public static final int INT = 2;
    public static final int STRING = 3;
    public static final int DECIMAL = 4;

    /** A list or object without anything in it. */
    public static final int EMPTY = 5;

    /*@ spec_public @*/ private final int[] types;
    /*@ spec_public nullable @*/ private final long[] numbers;
    /*@ spec_public nullable @*/ private final byte[][] texts;
    /*@ spec_public nullable @*/ private final byte[][] paths;
    /*@ spec_public nullable @*/ private final byte[][] addresses;
    /*@ spec_public nullable @*/ private final byte[][] hosts;
    /*@ spec_public nullable @*/ private final byte[][] urls;
    /*@ spec_public nullable @*/ private final byte[][] digests;

    /*@ private invariant numbers != null && texts != null && paths != null && addresses != null && hosts != null
    @     && urls != null && digests != null;
    @ private invariant numbers.length == types.length && texts.length == types.length && paths.length == types.length
    @     && addresses.length == types.length && hosts.length == types.length && urls.length == types.length
    @     && digests.length == types.length
    @     && (\forall int i; 0 <= i && i < types.length; texts[i] != null && paths[i] != null
    @         && addresses[i] != null && hosts[i] != null && urls[i] != null && digests[i] != null);
    @*/

    /**
     * All arrays have one length; they belong to this object from now on. {@code paths} are empty for operands. An address is 16 bytes, a host
     * is in lower case, a URL is {@code scheme:port//host/path}.
     */
    /*@ public normal_behavior
    @ requires numbers.length == types.length && texts.length == types.length && paths.length == types.length
    @     && addresses.length == types.length && hosts.length == types.length && urls.length == types.length
    @     && digests.length == types.length;
    @ requires (\forall int i; 0 <= i && i < types.length; texts[i] != null && paths[i] != null
    @     && addresses[i] != null && hosts[i] != null && urls[i] != null && digests[i] != null);
    @ ensures this.types == types && this.numbers == numbers && this.texts == texts && this.paths == paths
    @     && this.addresses == addresses && this.hosts == hosts && this.urls == urls && this.digests == digests;
    @ assignable \nothing;
    @*/
    public Values(
            byte[][] paths,
            int[] types,
            long[] numbers,
            byte[][] texts,
            byte[][] addresses,
            byte[][] hosts,
            byte[][] urls,
            byte[][] digests) {
        this.paths = paths;
        this.types = types;
        this.numbers = numbers;
        this.texts = texts;
        this.addresses = addresses;
        this.hosts = hosts;
        this.urls = urls;
        this.digests = digests;
    }

    /*@ public normal_behavior
    @ ensures \result == types.length;
    @ assignable \strictly_nothing;
    @*/
    public int size() {
        return types.length;
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == paths[i];
    @ assignable \strictly_nothing;
    @*/
    public byte[] path(int i) {
        return paths[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == types[i];
    @ assignable \strictly_nothing;
    @*/
    public int type(int i) {
        return types[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == numbers[i];
    @ assignable \strictly_nothing;
    @*/
    public long number(int i) {
        return numbers[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == texts[i];
    @ assignable \strictly_nothing;
    @*/
    public byte[] text(int i) {
        return texts[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == addresses[i];
    @ assignable \strictly_nothing;
    @*/
    public byte[] address(int i) {
        return addresses[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == hosts[i];
    @ assignable \strictly_nothing;
    @*/
    public byte[] host(int i) {
        return hosts[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == urls[i];
    @ assignable \strictly_nothing;
    @*/
    public byte[] url(int i) {
        return urls[i];
    }

    /*@ public normal_behavior
    @ requires 0 <= i && i < types.length;
    @ ensures \result == digests[i];
    @ assignable \strictly_nothing;
    @*/
    public byte[] digest(int i) {
        return digests[i];
    }
}
