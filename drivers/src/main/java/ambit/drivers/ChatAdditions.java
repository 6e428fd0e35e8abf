package ambit.drivers;

/**
 * What is added to a chat request that goes to one server: {@code store: false}, because some providers store what does not say so, and
 * {@code stream_options.include_usage}, because a stream says only then what it took. Some servers refuse a field that they do not know;
 * until it is seen that one does, each is added.
 *
 * <p>Safe for use by several threads.
 */
final class ChatAdditions {
    private volatile boolean store = true;
    private volatile boolean usage = true;

    boolean store() {
        return store;
    }

    boolean usage() {
        return usage;
    }

    /** The server took a request without it that it had refused with it. */
    void leaveOutStore() {
        store = false;
    }

    /** The same. */
    void leaveOutUsage() {
        usage = false;
    }
}
