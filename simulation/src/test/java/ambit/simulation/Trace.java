package ambit.simulation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/** What happened, in order: all of it as one hash, the last of it in words. */
final class Trace {
    private static final int KEPT = Integer.getInteger("simulation.kept", 60);
    private static final boolean PRINTED = Boolean.getBoolean("simulation.trace");

    private final MessageDigest hash;
    private final Deque<String> last = new ArrayDeque<>();
    private long events;

    Trace() {
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Called by one thread at a time, the one that the schedule lets run, or the journal's while that one waits for it. */
    synchronized void event(String what) {
        events++;
        hash.update(what.getBytes(StandardCharsets.UTF_8));
        hash.update((byte) '\n');
        last.addLast(what);
        if (last.size() > KEPT) {
            last.removeFirst();
        }
        if (PRINTED) {
            System.out.println(events + " " + what);
        }
    }

    synchronized long events() {
        return events;
    }

    synchronized List<String> last() {
        return List.copyOf(last);
    }

    /** Ends the trace. */
    synchronized String hash() {
        return HexFormat.of().formatHex(hash.digest(), 0, 8);
    }
}
