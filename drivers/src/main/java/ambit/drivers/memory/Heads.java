package ambit.drivers.memory;

import ambit.wire.Blob;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which versions count, within a transaction. */
final class Heads {
    /**
     * Where an entry stands.
     *
     * @param version the one that counts, 0 for none
     * @param latest the highest number that it ever had
     * @param size of the one that counts, −1 for none
     */
    record Head(long version, long latest, long size) {
        static final Head NONE = new Head(0, 0, -1);
    }

    private Heads() {}

    static Head of(Session session, Slot slot) throws SQLException {
        String query = """
                SELECT h.version, h.latest, coalesce(v.size, -1) FROM entry_head h
                LEFT JOIN entry_version v
                    ON v.partition_id = h.partition_id AND v.tag = h.tag AND v.version = h.version
                WHERE h.partition_id = ? AND h.tag = ?""";
        return session.first(
                        row -> new Head(row.getLong(1), row.getLong(2), row.getLong(3)),
                        query,
                        slot.partition(),
                        slot.tag())
                .orElse(Head.NONE);
    }

    static void set(Session session, Slot slot, long version) throws SQLException {
        session.change(
                "UPDATE entry_head SET version = ? WHERE partition_id = ? AND tag = ?",
                version,
                slot.partition(),
                slot.tag());
    }

    static void state(Session session, Source version, Version.State state) throws SQLException {
        session.change(
                "UPDATE entry_version SET state = ? WHERE partition_id = ? AND tag = ? AND version = ?",
                state.number(),
                version.slot().partition(),
                version.slot().tag(),
                version.version());
    }

    /**
     * Destroys what has expired in a partition; of each such version there stays who wrote it, so that what was derived from it can
     * be found. Answers how many there were.
     */
    static int sweep(Session session, Blob partition, long nowMs) throws SQLException {
        List<Version> expired = session.all(
                Version::withoutValue,
                "SELECT " + Version.COLUMNS
                        + " FROM entry_version v WHERE v.expires_ms > 0 AND v.expires_ms <= ? AND v.partition_id = ?",
                nowMs,
                partition);
        if (expired.isEmpty()) {
            return 0;
        }
        Map<Slot, Head> heads = new HashMap<>();
        Usage usage = Usage.find(session, partition).orElseGet(() -> Usage.none(partition));
        for (Version version : expired) {
            Head head = heads.containsKey(version.slot()) ? Head.NONE : of(session, version.slot());
            if (head.version() == version.number()) {
                heads.put(version.slot(), head);
                set(session, version.slot(), 0);
                usage.replace(head.size(), -1);
            }
            usage.keptBytes -= version.weight();
            destroy(
                    session,
                    version,
                    version.state() == Version.State.UNDONE ? Version.State.UNDONE : Version.State.EXPIRED);
        }
        usage.store(session);
        return expired.size();
    }

    /** Empties a version's boxes. */
    static void destroy(Session session, Version version, Version.State state) throws SQLException {
        session.change(
                "UPDATE entry_version SET state = ?, size = 0, expires_ms = 0, name_box = ?, value_box = ?, origin_box = ?"
                        + " WHERE partition_id = ? AND tag = ? AND version = ?",
                state.number(),
                Blob.EMPTY,
                Blob.EMPTY,
                Blob.EMPTY,
                version.slot().partition(),
                version.slot().tag(),
                version.number());
    }
}
