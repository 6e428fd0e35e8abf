package ambit.drivers;

import ambit.wire.Cbor;
import ambit.wire.Fields;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.time.Duration;

/**
 * How long each phase of a call to a tool may take, and how much may come back.
 *
 * @param connect until the connection stands
 * @param firstByte from the request to the answer's status line; a model that does not stream thinks in this phase
 * @param idle between two parts of an answer
 * @param total all of it, the start of a server included
 * @param maxBytes bytes of answer; what does not stream is limited to 3 MiB besides
 */
public record CallLimits(Duration connect, Duration firstByte, Duration idle, Duration total, long maxBytes)
        implements Cbor.Message {
    private static final int LONGEST_MS = 24 * 3600 * 1000;
    private static final long LARGEST = 1L << 30;

    /** Ten seconds to connect, two minutes of silence, ten minutes in all, 16 MiB. */
    public static final CallLimits DEFAULT = new CallLimits(
            Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(2), Duration.ofMinutes(10), 16L << 20);

    /** Bytes of an answer that travels in one frame. */
    int maxWhole() {
        return (int) Math.min(maxBytes, Limits.RESULT);
    }

    /** The array of these fields in this order, times in milliseconds. */
    @Override
    public Cbor toCbor() {
        return Cbor.array(connect.toMillis(), firstByte.toMillis(), idle.toMillis(), total.toMillis(), maxBytes);
    }

    static CallLimits parse(Cbor cbor) throws MalformedException {
        return Fields.message(
                cbor, in -> new CallLimits(time(in), time(in), time(in), time(in), in.integer(1, LARGEST)));
    }

    private static Duration time(Fields in) throws MalformedException {
        return Duration.ofMillis(in.number(1, LONGEST_MS));
    }
}
