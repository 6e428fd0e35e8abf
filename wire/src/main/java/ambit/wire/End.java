package ambit.wire;

/** How a context ended. Only {@link #SUCCESS} commits what it wrote. */
public enum End implements Cbor.Message {
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
    public int number() {
        return number;
    }

    static End read(Fields in) throws MalformedException {
        long number = in.integer();
        for (End end : values()) {
            if (end.number == number) {
                return end;
            }
        }
        throw new MalformedException("unknown end");
    }

    @Override
    public Cbor toCbor() {
        return Cbor.of(number);
    }
}
