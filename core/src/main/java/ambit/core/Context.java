package ambit.core;

import ambit.authority.signing.SigningKey;
import ambit.decision.Received;
import ambit.decision.Sighting;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * One live transaction. What changes is guarded by the core's lock.
 *
 * @param handles the context's own names for what its chain holds, in the order of the grant
 * @param family what all contexts of its transaction and of those above it received: a value is one, whoever receives it
 */
record Context(
        Blob id,
        String transaction,
        Owner owner,
        Chain chain,
        SigningKey key,
        AgentSpec spec,
        MemoryMap memory,
        Map<Blob, Integer> handles,
        Map<Seen, Sighting> family,
        Progress progress) {
    /** A value of a source. */
    record Seen(String source, Blob value) {}

    /** What becomes of it. */
    static final class Progress {
        /** The SHA-256 of what each child it ever had ended with, by their ids; nothing while one lives or if it came to nothing. */
        final Map<Blob, Blob> children = new ConcurrentHashMap<>();

        /** Where its beginning is in the log. */
        long begun;

        /** The control connection that its memory was mapped through. */
        long connection;

        /** What it may act on because a tool's result said it. */
        private final Received received = new Received();

        private final Set<Seen> own = new HashSet<>();

        boolean reported;
        long sequence;

        /** Permits without a receipt. */
        int inFlight;

        long eventBytes;
        long refusals;
        boolean stopped;

        /** Once it has expired it stays so, whatever the clock says then. */
        boolean expired;

        boolean ending;
    }

    /** The index of the capability that this handle is bound to, if the context may use it. */
    int held(Blob handle, int kind) throws Refused {
        Integer index = handles.get(handle);
        if (index == null || chain.cap(index).kind() != kind) {
            throw new Refused(Denial.UNKNOWN_HANDLE);
        }
        Refused.when(!chain.mayUse(index), Denial.MAY_NOT_USE);
        return index;
    }

    /** Remembers that a tool's result gave it this value; what it has no room for it may not act on. */
    void receive(String source, Blob value, long origin) {
        Seen seen = new Seen(source, value);
        if (progress.own.contains(seen) || progress.received.size() == Received.CAPACITY) {
            return;
        }
        Sighting sighting = family.get(seen);
        if (sighting == null) {
            if (family.size() == Received.CAPACITY) {
                return;
            }
            sighting = new Sighting(source.getBytes(StandardCharsets.UTF_8), value.toArray(), origin);
            family.put(seen, sighting);
        }
        progress.own.add(seen);
        progress.received.add(sighting);
    }

    /** What it received so far, for a judgement outside of the lock. */
    Received known() {
        Received known = new Received();
        for (int i = 0; i < progress.received.size(); i++) {
            known.add(progress.received.get(i).copy());
        }
        return known;
    }

    /** Whether a call that was judged by what was {@link #known} may still act on it. */
    boolean agreesWith(Received known) {
        return IntStream.range(0, known.size())
                .allMatch(i -> progress.received.get(i).agreesWith(known.get(i)));
    }

    /** Gives a child what this context received from these sources: the values are the same, and so are their counts. */
    void pass(List<String> sources, Context child) {
        progress.own.stream()
                .filter(seen -> sources.contains(seen.source()))
                .forEach(seen -> child.receive(seen.source(), seen.value(), 0));
    }

    /** The outcomes that gave what the call acts on that was marked in what was known; it counts as made. */
    List<Long> act(Received known) {
        Set<Long> origins = new TreeSet<>();
        for (int i = 0; i < known.size(); i++) {
            Sighting sighting = progress.received.get(i);
            sighting.markAs(known.get(i));
            if (sighting.act()) {
                origins.add(sighting.origin());
            }
        }
        return List.copyOf(origins);
    }

    /** The name of a capability for the log, {@code ""} for a handle that this context does not have. */
    String nameOf(Blob handle) {
        Integer cap = handles.get(handle);
        return cap == null ? "" : chain.cap(cap).name();
    }
}
