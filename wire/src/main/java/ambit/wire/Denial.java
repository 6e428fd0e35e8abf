package ambit.wire;

/**
 * Why something was refused: the closed set, each with its number on the wire and in the log, and one sentence.
 *
 * <p>Numbers are never reused and never change.
 */
public enum Denial implements Numbered {
    UNKNOWN_HANDLE(1, "the context has no such handle"),
    UNKNOWN_TOOL(2, "no such tool"),
    CONSTRAINT(3, "an argument violates a constraint of the grant"),
    ARGUMENT_NOT_NAMED(4, "an argument is not named by any constraint of the grant"),
    ARGUMENT_MISSING(5, "an argument that the grant demands is missing"),
    USES_EXHAUSTED(6, "the capability has no uses left"),
    EXPIRED(7, "the authority has expired"),
    NOT_YET_VALID(8, "the authority is not valid yet"),
    REVOKED(9, "the authority was revoked"),
    DEPTH_EXCEEDED(10, "the grant does not allow delegation this deep"),
    NOT_DELEGABLE(11, "the capability may not be delegated"),
    MAY_NOT_USE(12, "the capability may be delegated but not used"),
    BAD_SIGNATURE(13, "a signature or a link of the chain does not verify"),
    UNKNOWN_TENANT(14, "no tenant with this key is registered"),
    UNKNOWN_GRANT(15, "the request does not continue this grant"),
    REPLAYED(16, "this was used before"),
    MALFORMED(17, "the message is not well formed"),
    TOO_LARGE(18, "the message exceeds a limit"),
    TOOL_CHANGED(19, "the tool's definition is not the one that was granted"),
    NOT_MAPPED(20, "the key is not mapped into this context"),
    READ_ONLY(21, "the mapping is read-only"),
    QUOTA(22, "the quota of the partition is used up"),
    CONFLICT(23, "another transaction changed the key first"),
    CONTEXT_ENDED(24, "the context has ended"),
    DRIVER_UNAVAILABLE(25, "the driver is not there"),
    DRIVER_FAILED(26, "the driver could not carry out the call"),
    TIMED_OUT(27, "the call took too long"),
    LOG_UNAVAILABLE(28, "the audit log cannot record"),
    BOUNDARY_REFUSED(29, "the boundary could not be set up as demanded"),
    INTERNAL(30, "the kernel failed"),
    BUDGET_EXHAUSTED(31, "a budget has not enough left"),
    RATE_LIMITED(32, "too many calls in this span of time"),
    APPROVAL_REQUIRED(33, "the call waits for approval; it may be tried again when that is given"),
    APPROVAL_REFUSED(34, "an approver refused the call"),
    KEY_PATTERN(35, "the key matches none of the patterns that the mapping allows"),
    SCHEMA(36, "the value does not fit the schema that the mapping demands"),
    VALUE_SIZE(37, "the value is larger than the mapping allows"),
    APPEND_ONLY(38, "the mapping allows only keys that are not there yet"),
    NOT_QUOTED(39, "the value quotes what this context did not retrieve"),
    ALL_OR_NOTHING(40, "another entry of the transaction was refused, and it commits all or nothing"),
    HELD(41, "the entry is held until somebody reviews it"),
    UNDONE(42, "something that the transaction had read was undone meanwhile"),
    STILL_MAPPED(43, "a transaction that is alive maps it");

    private final int number;
    private final String sentence;

    Denial(int number, String sentence) {
        this.number = number;
        this.sentence = sentence;
    }

    @Override
    public int number() {
        return number;
    }

    /** Lower case, without a full stop. */
    public String sentence() {
        return sentence;
    }

    /** Refuses what is neither 0, for success, nor the number of a denial. */
    public static void requireStatus(long status) throws MalformedException {
        if (status != 0) {
            of(status);
        }
    }

    /** The denial with this number, {@link #INTERNAL} if there is none. */
    public static Denial orInternal(int number) {
        try {
            return of(number);
        } catch (MalformedException e) {
            return INTERNAL;
        }
    }

    /** The denial with this number. */
    public static Denial of(long number) throws MalformedException {
        for (Denial denial : values()) {
            if (denial.number == number) {
                return denial;
            }
        }
        throw new MalformedException("unknown denial number");
    }
}
