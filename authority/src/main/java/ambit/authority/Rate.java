package ambit.authority;

import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;

/**
 * How many uses a window of time may have. A window begins with the first use after the end of the one before.
 *
 * @param uses −1 where there is no rate
 * @param seconds how long a window is, 0 where there is no rate
 */
public record Rate(
        @Range(from = -1) long uses,
        @Range(to = MAX_SECONDS) long seconds) implements Cbor.Artifact {
    /** A leap year. */
    public static final long MAX_SECONDS = 366 * 86_400L;

    public static final Rate NONE = new Rate(-1, 0);

    public boolean isNone() {
        return uses < 0;
    }

    @Override
    public void check() throws MalformedException {
        if (isNone() != (seconds == 0)) {
            throw new MalformedException("a rate is of uses in a window of seconds, or none");
        }
    }
}
