package ambit.wire;

/** How a context ended. Only {@link #SUCCESS} commits what it wrote. */
public enum End implements Numbered {
    SUCCESS(0),
    AGENT_FAILED(1),
    KILLED(2),
    TIMED_OUT(3),
    CRASHED(4),
    BOUNDARY_REFUSED(5);

    private final int number;

    End(int number) {
        this.number = number;
    }

    /** The number on the wire and in the log. */
    @Override
    public int number() {
        return number;
    }
}
