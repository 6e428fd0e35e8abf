package ambit.drivers;

import ambit.wire.Blob;

/** One request to a model as it goes out, and how what comes back is told to the guest. Used by one thread. */
interface Speech {
    /** What is appended to the tool's address. */
    String path();

    /** The request's JSON. */
    Blob body();

    boolean isStreamed();

    /** Takes something back that the driver had added, where the provider may have refused the request for that; false if there is none. */
    default boolean takesBack(int status, String reason) {
        return false;
    }

    /** The provider took the request as it was last. */
    default void accepted() {}

    /** A whole answer, as the guest is told it. */
    byte[] whole(byte[] answer) throws DriverFailure;

    /** Complete server-sent events, as the guest is told them. */
    byte[] events(byte[] events) throws DriverFailure;
}
