package ambit.drivers;

import ambit.wire.Denial;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether the one who asked still wants the answer. Threads are never interrupted, because an interrupt would close the
 * channel to the core that all calls share; instead each wait registers how to end itself.
 *
 * <p>Safe for use by several threads.
 */
final class Cancellation {
    private final Set<Runnable> waits = new LinkedHashSet<>();
    private boolean cancelled;

    /** Ends all waits, now and from now on. Actions must not block. */
    void cancel() {
        List<Runnable> ending;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            ending = List.copyOf(waits);
            waits.clear();
        }
        ending.forEach(Runnable::run);
    }

    /** Runs {@code end} on cancellation, at once if that has happened already. Close what is returned when the wait is over. */
    Wait during(Runnable end) {
        synchronized (this) {
            if (!cancelled) {
                waits.add(end);
                return () -> forget(end);
            }
        }
        end.run();
        return () -> {};
    }

    private synchronized void forget(Runnable end) {
        waits.remove(end);
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    void check() throws DriverFailure {
        if (isCancelled()) {
            throw failure();
        }
    }

    static DriverFailure failure() {
        return new DriverFailure(Denial.CONTEXT_ENDED, "the call was cancelled because its caller went away");
    }

    /** A wait that cancellation would end. */
    @FunctionalInterface
    interface Wait extends AutoCloseable {
        @Override
        void close();
    }
}
