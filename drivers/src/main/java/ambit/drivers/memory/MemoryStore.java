package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.memory.Heads.Head;
import ambit.drivers.memory.WriteSet.Result;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sealed entries at rest, every version of each. A store sees no key names and no values, and decides nothing but versions, sizes and
 * who had read what.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryStore implements AutoCloseable {
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

    /** A partition's data key: as the core wrapped it, and by what it is known. */
    record Kept(Blob wrapped, Blob proof) {}

    /** Whoever asks again what became of a transaction, as the core does after a crash, does so by then. */
    static final long VERDICTS_KEPT_MS = 30L * 24 * 3600 * 1000;

    private static final String NOTHING_COUNTS = "nothing of the key waits for a review under this id";

    private final Database database;

    public MemoryStore(Database database) {
        this.database = database;
    }

    /** The version that counts. */
    Optional<Version> read(Slot slot, long nowMs) throws DriverFailure {
        String query = "SELECT " + Version.WITH_VALUE + " FROM entry_head h JOIN entry_version v"
                + " ON v.partition_id = h.partition_id AND v.tag = h.tag AND v.version = h.version"
                + " WHERE h.partition_id = ? AND h.tag = ? AND (v.expires_ms = 0 OR v.expires_ms > ?)";
        return database.read(it -> it.first(Version::whole, query, slot.partition(), slot.tag(), nowMs));
    }

    /** One version, whatever became of it. */
    Optional<Version> version(Source version) throws DriverFailure {
        String query = "SELECT " + Version.WITH_VALUE
                + " FROM entry_version v WHERE v.partition_id = ? AND v.tag = ? AND v.version = ?";
        return database.read(it -> it.first(
                Version::whole,
                query,
                version.slot().partition(),
                version.slot().tag(),
                version.version()));
    }

    /** All versions, the newest first, without their values. */
    List<Version> history(Slot slot) throws DriverFailure {
        String query = "SELECT " + Version.COLUMNS
                + " FROM entry_version v WHERE v.partition_id = ? AND v.tag = ? ORDER BY v.version DESC";
        return database.read(it -> it.all(Version::withoutValue, query, slot.partition(), slot.tag()));
    }

    /** All entries of a partition that count, without their values. */
    List<Version> list(Blob partition, long nowMs) throws DriverFailure {
        String query = "SELECT " + Version.COLUMNS + " FROM entry_head h JOIN entry_version v"
                + " ON v.partition_id = h.partition_id AND v.tag = h.tag AND v.version = h.version"
                + " WHERE h.partition_id = ? AND (v.expires_ms = 0 OR v.expires_ms > ?)";
        return database.read(it -> it.all(Version::withoutValue, query, partition, nowMs));
    }

    /** What a family had read, the first so many. */
    List<Source> sources(String family, long most) throws DriverFailure {
        String query = "SELECT partition_id, tag, version FROM source WHERE family = ? AND place < ? ORDER BY place";
        return database.read(it -> it.all(
                row -> new Source(new Slot(Session.blob(row, 1), Session.blob(row, 2)), row.getLong(3)),
                query,
                family,
                most));
    }

    /** Of a partition that something was committed in. */
    Optional<Kept> kept(Blob partition) throws DriverFailure {
        String query = "SELECT wrapped, key_proof FROM kept_partition WHERE partition_id = ?";
        return database.read(it ->
                it.first(row -> new Kept(Session.blob(row, 1), Session.blob(row, 2)), query, partition));
    }

    /** The commit of this transaction by this context, if there was one. */
    Optional<Committed> committed(Writer writer) throws DriverFailure {
        return database.read(it -> committed(it, writer));
    }

    private static Optional<Committed> committed(Session session, Writer writer) throws SQLException {
        return session.first(
                row -> new Committed(Session.blob(row, 1), Session.blob(row, 2)),
                "SELECT partition_id, verdict_box FROM committed WHERE transaction_id = ? AND context_id = ?",
                writer.transaction(),
                writer.context());
    }

    /** After whatever is being committed at this moment, also by a connection that was lost. */
    boolean wasCommitted(String transaction) throws DriverFailure {
        return database.readAfterAll(
                it -> it.number("SELECT count(*) FROM committed WHERE transaction_id = ?", transaction) > 0);
    }

    /**
     * Persists the writes that nothing speaks against, with the transaction's name, all of it durable when this returns and none of
     * it if it throws.
     */
    List<Result> commit(WriteSet set, Verdicts verdicts) throws DriverFailure {
        return database.change(set.writer().tenant(), session -> {
            List<Result> results = new Commit(session, set).run();
            Committed record = verdicts.of(results);
            session.change(
                    "INSERT INTO committed (transaction_id, context_id, partition_id, verdict_box, committed_ms)"
                            + " VALUES (?, ?, ?, ?, ?)",
                    set.writer().transaction(),
                    set.writer().context(),
                    record.partition(),
                    record.verdictBox(),
                    set.atMs());
            return results;
        });
    }

    /** As {@link #committed(Writer)}, after whatever the tenant's writers are doing at this moment. */
    Optional<Committed> committedAfterAll(Writer writer) throws DriverFailure {
        return database.change(writer.tenant(), it -> committed(it, writer));
    }

    /** What waits for a review in a partition. */
    List<HeldEntry> held(Blob partition) throws DriverFailure {
        String query = "SELECT " + Version.WITH_VALUE
                + ", h.held_id, h.base, h.limit_bytes, h.limit_entries FROM held h JOIN entry_version v"
                + " ON v.partition_id = h.partition_id AND v.tag = h.tag AND v.version = h.version"
                + " WHERE h.partition_id = ? AND h.decision = 0 AND v.state = ? ORDER BY v.written_ms, h.held_id";
        return database.read(it -> it.all(MemoryStore::heldEntry, query, partition, Version.State.HELD.number()));
    }

    Optional<HeldEntry> heldEntry(String id) throws DriverFailure {
        return database.read(it -> heldEntry(it, id));
    }

    private static Optional<HeldEntry> heldEntry(Session session, String id) throws SQLException {
        String query = "SELECT " + Version.WITH_VALUE
                + ", h.held_id, h.base, h.limit_bytes, h.limit_entries FROM held h JOIN entry_version v"
                + " ON v.partition_id = h.partition_id AND v.tag = h.tag AND v.version = h.version"
                + " WHERE h.held_id = ? AND h.decision = 0 AND v.state = ?";
        return session.first(MemoryStore::heldEntry, query, id, Version.State.HELD.number());
    }

    private static HeldEntry heldEntry(java.sql.ResultSet row) throws SQLException {
        return new HeldEntry(
                row.getString(17),
                Version.whole(row),
                row.getLong(18),
                new WriteSet.Limits(row.getLong(19), row.getLong(20)));
    }

    /**
     * A reviewer's word on what is held.
     *
     * @param whyBox why, sealed
     */
    record Decision(String id, boolean approve, Writer reviewer, long atMs, Blob whyBox) {}

    /** Lets a held version count, or destroys its value. */
    void decide(Decision decision) throws DriverFailure {
        database.change(decision.reviewer().tenant(), session -> {
            Blob partition = waiting(session, decision.id()).version().slot().partition();
            // what has expired neither takes room nor can be approved
            Heads.sweep(session, partition, decision.atMs());
            HeldEntry held = waiting(session, decision.id());
            Version version = held.version();
            Usage usage = Usage.find(session, version.slot().partition())
                    .orElseThrow(() -> new DriverFailure(Denial.UNKNOWN_HANDLE, NOTHING_COUNTS));
            if (decision.approve()) {
                approve(session, held, usage);
            } else {
                usage.keptBytes -= version.weight();
                Heads.destroy(session, version, Version.State.REJECTED);
            }
            usage.store(session);
            session.change(
                    "UPDATE held SET decision = ?, decided_ms = ?, decided_by = ?, why_box = ? WHERE held_id = ?",
                    decision.approve() ? 1 : 2,
                    decision.atMs(),
                    decision.reviewer().transaction(),
                    decision.whyBox(),
                    held.id());
            return true;
        });
    }

    private static HeldEntry waiting(Session session, String id) throws SQLException, DriverFailure {
        return heldEntry(session, id).orElseThrow(() -> new DriverFailure(Denial.UNKNOWN_HANDLE, NOTHING_COUNTS));
    }

    private static void approve(Session session, HeldEntry held, Usage usage) throws SQLException, DriverFailure {
        Version version = held.version();
        Head head = Heads.of(session, version.slot());
        if (head.version() != held.base()) {
            throw new DriverFailure(
                    Denial.CONFLICT,
                    "the key has changed since this was held (version " + held.base() + " counted then, "
                            + head.version() + " counts now); reject it, and have it written again");
        }
        if (!usage.hasRoom(head.size(), version.size(), held.limits())) {
            throw new DriverFailure(
                    Denial.QUOTA,
                    "with this the namespace would hold more than the "
                            + held.limits().bytes()
                            + " bytes or the entries that it may by the grant it was written with; make room there, or"
                            + " reject it");
        }
        Heads.state(session, version.asSource(), Version.State.COMMITTED);
        Heads.set(session, version.slot(), version.number());
        usage.replace(head.size(), version.size());
    }

    /** See {@link Undoing}. */
    List<Undoing.Undone> undo(String tenant, String transaction, boolean dryRun, long nowMs) throws DriverFailure {
        return database.change(tenant, session -> {
            for (Blob partition : partitions(session, tenant)) {
                Heads.sweep(session, partition, nowMs);
            }
            return new Undoing(session, tenant).undo(transaction, dryRun);
        });
    }

    private static List<Blob> partitions(Session session, String tenant) throws SQLException {
        return session.all(
                row -> Session.blob(row, 1),
                "SELECT partition_id FROM kept_partition WHERE tenant = ? ORDER BY partition_id",
                tenant);
    }

    /** The partitions that an order to forget names. */
    List<Blob> named(CoreToDriver.Forget order) throws DriverFailure {
        return database.read(it -> new Forgetting(it).named(order));
    }

    /** See {@link Forgetting}; when this returns, the database's own files hold nothing of it. */
    Forgetting.Forgotten forget(CoreToDriver.Forget order) throws DriverFailure {
        Forgetting.Forgotten forgotten =
                database.change(order.tenant(), session -> new Forgetting(session).forget(order));
        database.scrub();
        return forgotten;
    }

    /** Destroys what has expired, and verdicts that nobody asks for any more; answers how many versions that were. */
    int sweep(long nowMs) throws DriverFailure {
        record Place(String tenant, Blob partition) {}
        List<Place> places = new ArrayList<>(database.read(it -> it.all(
                row -> new Place(row.getString(1), Session.blob(row, 2)),
                "SELECT DISTINCT p.tenant, p.partition_id FROM entry_version v"
                        + " JOIN kept_partition p ON p.partition_id = v.partition_id"
                        + " WHERE v.expires_ms > 0 AND v.expires_ms <= ?",
                nowMs)));
        int swept = 0;
        for (Place place : places) {
            swept += database.change(place.tenant(), session -> Heads.sweep(session, place.partition(), nowMs));
        }
        long verdicts = database.change(
                "",
                session -> session.change(
                        "UPDATE committed SET verdict_box = ? WHERE committed_ms <= ? AND verdict_box <> ?",
                        Blob.EMPTY,
                        nowMs - VERDICTS_KEPT_MS,
                        Blob.EMPTY));
        if (swept > 0 || verdicts > 0) {
            database.scrub();
        }
        return swept;
    }

    @Override
    public void close() {
        database.close();
    }
}
