package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.Denial;
import java.util.List;
import java.util.Optional;

/**
 * What one transaction would have persisted.
 *
 * @param sources what its family had read, in order
 * @param whole whether one refused write drops all of them
 * @param others partitions that something is committed to elsewhere, such as an index: their keys are kept, too
 */
record WriteSet(
        Writer writer, long atMs, List<Source> sources, List<Write> writes, boolean whole, List<Target> others) {
    WriteSet {
        others = List.copyOf(others);
        sources = List.copyOf(sources);
        writes = List.copyOf(writes);
    }

    /**
     * One write, to be done only if the entry still has the version that the transaction saw.
     *
     * @param seen its version at first sight, 0 if it did not exist
     * @param size bytes of key name and value
     * @param weight bytes that are kept of it: these, and what is said of where it came from
     * @param limits what the partition may hold
     * @param held whether it waits for a review instead of counting at once
     * @param expiresMs when it ends, 0 for never
     */
    record Write(
            Slot slot,
            Target target,
            long seen,
            long size,
            long weight,
            Version.Origin origin,
            Limits limits,
            boolean held,
            long expiresMs,
            Sealing sealing) {}

    /**
     * The partition that is written to, as the context knows it.
     *
     * @param wrapped its data key as the core wrapped it
     * @param proof by which the data key is known
     */
    record Target(Blob partition, Owner owner, Blob wrapped, Blob proof) {}

    /** @param bytes of the versions that count; all that are kept may have {@link #KEPT} times as many */
    record Limits(long bytes, long entries) {
        static final long KEPT = 64;

        long keptBytes() {
            return bytes > Long.MAX_VALUE / KEPT ? Long.MAX_VALUE : bytes * KEPT;
        }
    }

    /** Seals once it is known which version it becomes. */
    @FunctionalInterface
    interface Sealing {
        Boxes seal(long version);
    }

    record Boxes(Blob name, Blob value, Blob origin) {}

    /**
     * What became of a write.
     *
     * @param denial empty where it counts now
     * @param version the version that it is now, also where it is held; otherwise 0
     */
    record Result(Optional<Denial> denial, long version) {
        static Result dropped(Denial why) {
            return new Result(Optional.of(why), 0);
        }
    }
}
