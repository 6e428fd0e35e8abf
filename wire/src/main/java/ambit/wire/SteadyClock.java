package ambit.wire;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The wall clock, except where that falls behind the time that has passed: a clock that is set back revives nothing that has expired. A clock
 * that is set forward is followed, and let go again when it is put right. Thread-safe.
 */
public final class SteadyClock implements InstantSource {
    private static final long NANOS_PER_MS = 1_000_000;

    private final InstantSource wall;
    private final LongSupplier nanos;
    private final long startMs;
    private final long startNanos;

    /**
     * Never earlier than {@code leastMs} and what has passed since.
     *
     * @param nanos a monotonic clock, such as {@link System#nanoTime}
     * @param leastMs milliseconds since 1970 that are known to have passed already
     */
    public SteadyClock(InstantSource wall, LongSupplier nanos, long leastMs) {
        this.wall = wall;
        this.nanos = nanos;
        this.startMs = Math.max(wall.millis(), leastMs);
        this.startNanos = nanos.getAsLong();
    }

    @Override
    public long millis() {
        return Math.max(wall.millis(), startMs + (nanos.getAsLong() - startNanos) / NANOS_PER_MS);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }
}
