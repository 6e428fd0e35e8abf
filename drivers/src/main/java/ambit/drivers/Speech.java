package ambit.drivers;

import ambit.wire.Blob;
import java.util.Optional;

/** One request to a model as it goes out, and how what comes back is told to the guest. Used by one thread. */
interface Speech {
    /** What is appended to the tool's address. */
    String path();

    /** The request's JSON. */
    Blob body();

    boolean isStreamed();

    /** The body for one more attempt, where the provider may have refused the first for what the driver added to it. */
    default Optional<Blob> without(int status, String reason) {
        return Optional.empty();
    }

    /** A whole answer, as the guest is told it. */
    byte[] whole(byte[] answer) throws DriverFailure;

    /** Complete server-sent events, as the guest is told them. */
    byte[] events(byte[] events) throws DriverFailure;
}
