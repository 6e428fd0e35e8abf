package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;

/** The children of one context. */
interface Family {
    /** Why a child could not begin. */
    final class ChildRefused extends Exception {
        private static final long serialVersionUID = 1L;
        private final Denial code;

        ChildRefused(Denial code, String sentence) {
            super(sentence);
            this.code = code;
        }

        Denial code() {
            return code;
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }

    /** Starts the guest of a child that the core admitted. */
    void begin(Admitted child, String input) throws ChildRefused;

    /** Waits until the child has ended; its result as JSON. Empty bytes if there is no such child here. */
    Blob awaitResult(Blob childContext) throws InterruptedException;
}
