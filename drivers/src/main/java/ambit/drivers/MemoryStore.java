package ambit.drivers;

import ambit.wire.Blob;
import java.util.List;
import java.util.Optional;

/**
 * Sealed entries at rest. A store sees no key names and no values, and decides nothing but versions and sizes; its statements
 * are the part of SQL that SQLite and PostgreSQL share.
 *
 * <p>Implementations are safe for use by several threads.
 */
interface MemoryStore extends AutoCloseable {
    /**
     * An entry as it is stored.
     *
     * @param version 1 for the first, one more with each commit
     * @param nameBox its sealed key name
     * @param valueBox its sealed value
     * @param size bytes of key name and value before sealing, which is what quotas count
     */
    record Stored(long version, Blob nameBox, Blob valueBox, long size) {}

    /**
     * One write of a transaction, to be done only if the entry still has the version that the transaction saw.
     *
     * @param tag what the entry is found by
     * @param seen its version at first sight, 0 if it did not exist
     * @param stored what shall stand there; its version is {@code seen + 1}
     * @param quota bytes that the partition may hold in all
     */
    record Write(Blob partition, Blob tag, long seen, Stored stored, long quota) {}

    /** What became of a write. */
    enum Result {
        COMMITTED,
        CONFLICT,
        QUOTA
    }

    /**
     * What is kept of a committed transaction, so that a second commit answers the same.
     *
     * @param verdictBox its verdicts, sealed under {@code partition}'s key because they name keys
     */
    record Committed(Blob partition, Blob verdictBox) {}

    /** Seals the verdicts once the store knows what became of each write. */
    @FunctionalInterface
    interface Verdicts {
        Committed of(List<Result> results);
    }

    Optional<Stored> read(Blob partition, Blob tag) throws DriverFailure;

    /** The commit of this transaction by this context, if there was one. */
    Optional<Committed> committed(String transaction, Blob context) throws DriverFailure;

    boolean wasCommitted(String transaction) throws DriverFailure;

    /**
     * Persists the writes that neither conflict nor exceed their quota, with the transaction's name, all of it durable when this
     * returns and none of it if it throws.
     *
     * @param atMs wall clock, milliseconds since 1970
     */
    List<Result> commit(String transaction, Blob context, long atMs, List<Write> writes, Verdicts verdicts)
            throws DriverFailure;

    @Override
    void close();
}
