package ambit.drivers;

import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.time.Duration;
import java.util.List;

/**
 * How long each phase of a call to a tool may take, and how much may come back.
 *
 * @param connect until the connection stands
 * @param firstByte from the request to the answer's status line; a model that does not stream thinks in this phase
 * @param idle between two parts of an answer
 * @param total all of it, the start of a server included
 * @param maxBytes bytes of answer; what does not stream is limited to 3 MiB besides
 */
public record CallLimits(
        Duration connect,
        Duration firstByte,
        Duration idle,
        Duration total,
        @Range(from = 1, to = LARGEST) long maxBytes)
        implements Cbor.Message {
    private static final Duration LONGEST = Duration.ofDays(1);
    public static final long LARGEST = 1L << 30;

    /** Ten seconds to connect, two minutes of silence, ten minutes in all, 16 MiB. */
    public static final CallLimits DEFAULT = new CallLimits(
            Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(2), Duration.ofMinutes(10), 16L << 20);

    /** Bytes of an answer that travels in one frame. */
    int maxWhole() {
        return (int) Math.min(maxBytes, Limits.RESULT);
    }

    @Override
    public void check() throws MalformedException {
        for (Duration time : List.of(connect, firstByte, idle, total)) {
            if (time.compareTo(LONGEST) > 0) {
                throw new MalformedException("a time of a tool is longer than a day");
            }
        }
    }
}
