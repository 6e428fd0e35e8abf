package ambit.wire;

/** How large the parts of messages may be. Sizes in bytes, texts in UTF-16 code units, lists in elements. */
public final class Limits {
    public static final int ID = 16;
    public static final int HASH = 32;
    public static final int KEY = 32;

    /** Any COSE artifact: grant, request, permit, receipt, proof, revocation. */
    public static final int ARTIFACT = 256 << 10;

    public static final int AGENT_SPEC = 1 << 20;

    /** JSON parameters of one call. */
    public static final int PARAMS = Json.MAX_BYTES;

    /** The result of one call, in a frame with its proof. */
    public static final int RESULT = 3 << 20;

    /** One piece of a streamed result or of a guest's output. */
    public static final int CHUNK = 256 << 10;

    /** The event of one log call. */
    public static final int EVENT = 32 << 10;

    /** A tool's definition as JSON. */
    public static final int DEFINITION = 64 << 10;

    /** Names of tools, tenants, agents, drivers, mounts; memory keys are {@link #MEMORY_KEY}. */
    public static final int NAME = 128;

    public static final int MEMORY_KEY = 512;

    /** All that a mapping of memory may allow: 1 read, 2 write, 4 search, 8 append, 16 review. */
    public static final int RIGHTS = 31;

    /** A wrapped key. */
    public static final int WRAPPED = 64;

    /** What a mapping of memory demands of keys and values, as JSON. */
    public static final int TERMS = 8 << 10;

    /** The id of a transaction: 32 digits, and for each generation of children a dot and a number. */
    public static final int TRANSACTION = 512;

    public static final int SENTENCE = 1024;
    public static final int PATH = 4096;
    public static final int PREVIEW = 200;

    /** Capabilities of one grant. */
    public static final int CAPABILITIES = 128;

    /** What a guest is shown of all of them: each has a name, of which a character can take six bytes, and some more. */
    public static final int LISTING = CAPABILITIES * (6 * NAME + 256);

    /** Memory mappings of one context. */
    public static final int MAPPINGS = 64;

    /** Keys that one transaction may write. */
    public static final int VERDICTS = 4096;

    /** Live contexts or transactions in one answer. */
    public static final int LIVE = 4096;

    /** Blocks of one chain. */
    public static final int BLOCKS = 66;

    /** Seconds since 1970 that the artifacts can speak of: until the year 9999. */
    public static final long LAST_SECOND = 253402300799L;

    private Limits() {}
}
