package ambit.drivers;

import java.time.Duration;

/** A point of the monotonic clock, so that a step of the wall clock neither ends nor prolongs a call. */
record Deadline(long nanos) {
    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** What is left, never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    /** The shorter of what is left and {@code limit}. */
    Duration atMost(Duration limit) {
        Duration left = left();
        return left.compareTo(limit) < 0 ? left : limit;
    }

    boolean isOver() {
        return left().isZero();
    }
}
