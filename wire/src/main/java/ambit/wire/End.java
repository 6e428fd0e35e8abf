package ambit.wire;

/** How a context ended. Only {@link #SUCCESS} commits what it wrote. Numbers on the wire are the ordinals. */
public enum End implements Cbor.Message {
    SUCCESS,
    AGENT_FAILED,
    KILLED,
    TIMED_OUT,
    CRASHED,
    BOUNDARY_REFUSED;

    static End read(Fields in) throws MalformedException {
        return values()[in.number(0, values().length - 1)];
    }

    @Override
    public Cbor toCbor() {
        return Cbor.of(ordinal());
    }
}
