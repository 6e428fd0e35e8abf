package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.DriverToBroker;
import java.io.IOException;

/** The two processes behind the broker: the core, which decides, and the drivers, which act. Safe for use by many threads. */
interface Kernel {
    /**
     * Asks the core.
     *
     * @throws KernelLost if there is no answer; then no context lives any more
     */
    CoreToBroker ask(BrokerToCore request) throws KernelLost;

    /** Hands a permit and its exact parameters to the drivers. */
    Execution execute(Blob permit, Blob params) throws IOException;

    /** One call that runs at a driver. Closing it, from any thread, cancels it. */
    interface Execution extends AutoCloseable {
        /** Waits for what comes next. */
        DriverToBroker next() throws IOException;

        @Override
        void close();
    }

    /** The core is gone, or broke the protocol. */
    final class KernelLost extends IOException {
        private static final long serialVersionUID = 1L;

        KernelLost(String why, Throwable cause) {
            super(why, cause);
        }
    }
}
