package ambit.decision;

/** What the kernel answers: 0 allows, everything else refuses. The numbers are those of the denials on the wire. */
public final class Codes {
    public static final int ALLOWED = 0;
    public static final int CONSTRAINT = 3;
    public static final int ARGUMENT_NOT_NAMED = 4;
    public static final int ARGUMENT_MISSING = 5;
    public static final int USES_EXHAUSTED = 6;
    public static final int EXPIRED = 7;
    public static final int NOT_YET_VALID = 8;
    public static final int REVOKED = 9;
    public static final int MAY_NOT_USE = 12;
    public static final int RATE_LIMITED = 32;

    private Codes() {}
}
