package ambit.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** A check may allocate in proportion to its input and no more: a small frame is never a large heap. */
final class Bounded {
    private static final long ANYWAY = 8 << 20;
    private static final long FOR_EACH_BYTE = 400;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Bounded() {}

    /** What is too much once may have been the loading of classes, so it is asked twice. */
    static void check(Target target, byte[] input) throws IOException {
        long most = ANYWAY + FOR_EACH_BYTE * input.length;
        if (allocated(target, input) > most) {
            long again = allocated(target, input);
            if (again > most) {
                throw new AssertionError(again + " bytes allocated for " + input.length + " bytes of input");
            }
        }
    }

    private static long allocated(Target target, byte[] input) throws IOException {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        target.check(input);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
