package ambit.drivers;

import ambit.wire.Blob;

/** Where the outcome of each effect is recorded before its answer leaves. */
@FunctionalInterface
interface Outcomes {
    /**
     * Hands the core a signed receipt and waits until it is in the log.
     *
     * @return the core's proof for the broker, COSE
     * @throws DriverFailure when it is not recorded; then the answer must not leave
     */
    Blob record(Blob receipt) throws DriverFailure;
}
