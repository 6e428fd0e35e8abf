package ambit.boundary;

import java.io.IOException;
import java.util.OptionalLong;

/** Where to find, from outside, what runs in a boundary. */
interface Trace {
    /** What made the boundary. */
    By by();

    /** The pid of the first process of the guest's pid namespace, as this process sees it; empty if it was never made. */
    OptionalLong firstProcess();

    /**
     * The process to look at before the guest begins: what waits at the gate, or what stands between it and the kernel. Asked once
     * the gate has been reached.
     */
    OptionalLong observed() throws IOException;

    /** The guest has been let through the gate. */
    void begun();

    /** Whether it was the program itself that ended, and not its boundary. */
    boolean programEnded();
}
