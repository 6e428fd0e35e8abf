package ambit.attacks;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that can be observed, and never just for time to pass. */
final class Await {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long LOOK_AGAIN_NANOS = 20_000_000;

    private Await() {}

    /** The first value that {@code look} finds. */
    static <T> T some(String what, Callable<Optional<T>> look) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<T> found = look.call();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + PATIENCE.toSeconds() + " s in vain for " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    static void until(String what, Callable<Boolean> look) throws Exception {
        some(what, () -> look.call() ? Optional.of(true) : Optional.empty());
    }
}
