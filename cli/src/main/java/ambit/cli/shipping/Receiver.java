package ambit.cli.shipping;

import java.io.IOException;
import java.util.List;

/** Where events are delivered. One thread uses it. */
interface Receiver {

    /**
     * Delivers all of them, in their order, and returns when the receiver has them.
     *
     * @throws IOException if it may not have all of them; its message is a sentence for people
     */
    void deliver(List<Event> events) throws IOException, InterruptedException;

    /** Characters of one event's JSON. */
    int mostCharacters();
}
