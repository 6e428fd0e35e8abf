package ambit.wire;

/** How a context ended. Only {@link #SUCCESS} commits what it wrote. Numbers on the wire are the ordinals. */
public enum End {
    SUCCESS,
    AGENT_FAILED,
    KILLED,
    TIMED_OUT,
    CRASHED,
    BOUNDARY_REFUSED;

    static End of(int number) {
        return values()[number];
    }

    static End read(Fields in) throws MalformedException {
        return of(in.number(0, values().length - 1));
    }

    Cbor toCbor() {
        return Cbor.of(ordinal());
    }
}
