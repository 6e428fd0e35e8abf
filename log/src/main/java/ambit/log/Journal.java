package ambit.log;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The append-only audit log. Thread-safe.
 *
 * <p>Entries get their index when they are appended and become durable in that order, in groups. A failed write or sync is
 * final: from then on every method that needs the disk throws, and nothing is tried again.
 */
public interface Journal extends AutoCloseable {
    /** Largest entry in bytes. */
    int MAX_ENTRY = Records.MAX_ENTRY;

    /** Takes the entries of a log in their order. */
    @FunctionalInterface
    interface Visitor {
        void entry(long index, byte[] entry);
    }

    /**
     * Recovers the log in {@code storage} and goes on from its end. An incomplete last record is cut off; anything else that
     * does not match refuses to open. The journal owns the storage from here on.
     *
     * @param floor a checkpoint of this log that somebody else kept: the log must continue what it was signed over
     * @throws JournalException if the log is damaged, shorter than its checkpoint or the floor, or signed by someone else
     */
    static Journal open(Storage storage, LogKey key, Optional<byte[]> floor) throws IOException {
        return GroupCommitJournal.open(storage, key, floor);
    }

    /** The same without a floor. */
    static Journal open(Storage storage, LogKey key) throws IOException {
        return open(storage, key, Optional.empty());
    }

    /** A log that does nothing by itself: what its thread would do is done by {@link #step}, and by whoever waits for the disk. */
    interface Stepped extends Journal {
        /** Writes what has gathered, and the checkpoint if one is due; says whether there was something to do. */
        boolean step();
    }

    /**
     * The same log without a thread or a clock of its own, so that who owns both and the storage sees the same things happen again.
     *
     * @param nanos the clock by which checkpoints are due
     */
    static Stepped stepped(Storage storage, LogKey key, Optional<byte[]> floor, LongSupplier nanos) throws IOException {
        return GroupCommitJournal.open(storage, key, floor, nanos, true);
    }

    /**
     * Appends an entry and returns its index. Does not wait for the disk.
     *
     * @throws JournalException if the journal has failed, is closed, or is too far behind
     * @throws IllegalArgumentException if the entry is larger than {@link #MAX_ENTRY}
     */
    long append(byte[] entry);

    /**
     * Returns when the entry at {@code index} and all before it are durable.
     *
     * @throws JournalException if they never will be
     */
    void awaitDurable(long index);

    /** Visits the durable entries from the first on. */
    void forEach(Visitor visitor);

    /** Number of entries appended. */
    long size();

    /** Bytes of an incomplete last record that were cut off when the log was opened; 0 for a clean end. */
    long recoveredFrom();

    /** Asks for a new checkpoint soon: at most one a second is written. */
    void requestCheckpoint();

    /**
     * Writes a checkpoint over at least the entries appended so far and returns its signed note.
     *
     * @throws JournalException if the journal has failed
     */
    String checkpoint();

    /** Makes everything durable, writes a checkpoint and lets go of the files. */
    @Override
    void close();
}
