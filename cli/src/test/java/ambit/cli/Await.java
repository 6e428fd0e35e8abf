package ambit.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that can be observed. */
final class Await {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 20_000_000;

    private Await() {}

    static void until(String what, Callable<Boolean> look) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!look.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }
}
