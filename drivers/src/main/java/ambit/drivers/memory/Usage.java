package ambit.drivers.memory;

import ambit.wire.Blob;
import java.sql.SQLException;
import java.util.Optional;

/** What one partition holds, counted along within a transaction. */
final class Usage {
    private final Blob partition;
    final boolean stored;
    final Blob proof;
    long liveBytes;
    long liveEntries;
    long keptBytes;

    private Usage(Blob partition, boolean stored, Blob proof, long liveBytes, long liveEntries, long keptBytes) {
        this.partition = partition;
        this.stored = stored;
        this.proof = proof;
        this.liveBytes = liveBytes;
        this.liveEntries = liveEntries;
        this.keptBytes = keptBytes;
    }

    static Optional<Usage> find(Session session, Blob partition) throws SQLException {
        return session.first(
                row -> new Usage(partition, true, Session.blob(row, 1), row.getLong(2), row.getLong(3), row.getLong(4)),
                "SELECT key_proof, live_bytes, live_entries, kept_bytes FROM kept_partition WHERE partition_id = ?",
                partition);
    }

    static Usage none(Blob partition) {
        return new Usage(partition, false, Blob.EMPTY, 0, 0, 0);
    }

    /** The version that counts changes from one of so many bytes to another; −1 for none. */
    void replace(long before, long after) {
        liveBytes += Math.max(after, 0) - Math.max(before, 0);
        liveEntries += (after < 0 ? 0 : 1) - (before < 0 ? 0 : 1);
    }

    /** Whether the version that counts may change from one of so many bytes, −1 for none, to another. */
    boolean hasRoom(long before, long after, WriteSet.Limits limits) {
        long others = liveBytes - Math.max(before, 0);
        long entries = liveEntries + (before < 0 ? 1 : 0);
        return after <= limits.bytes() - others && entries <= limits.entries();
    }

    void store(Session session) throws SQLException {
        session.change(
                "UPDATE kept_partition SET live_bytes = ?, live_entries = ?, kept_bytes = ? WHERE partition_id = ?",
                liveBytes,
                liveEntries,
                keptBytes,
                partition);
    }
}
