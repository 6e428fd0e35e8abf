package ambit.drivers.memory;

import ambit.drivers.memory.Heads.Head;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes back everything that a transaction and its children ever wrote, and what was written by whoever had read any of that before. By
 * metadata alone: no data key is needed, so it reaches all of the tenant's partitions, whether they are mapped or not.
 */
final class Undoing {
    /**
     * One version that is taken back.
     *
     * @param path the last steps from what the transaction wrote to this: each was read by who wrote the next; empty where the
     *     transaction wrote it itself
     * @param headBefore the version that counted before, 0 for none; {@code headAfter} the one that counts now
     */
    record Undone(Version version, List<Source> path, long headBefore, long headAfter) {
        boolean already() {
            return version.state() == Version.State.UNDONE;
        }
    }

    /** @param by what it was derived from; empty for what the transaction wrote itself */
    private record Found(Version version, Optional<Found> by) {
        /** The last steps that lead here, the nearest last. */
        List<Source> path() {
            List<Source> steps = new ArrayList<>();
            Optional<Found> at = by;
            while (at.isPresent() && steps.size() < LONGEST_PATH) {
                steps.add(at.get().version().asSource());
                at = at.get().by();
            }
            return List.copyOf(steps.reversed());
        }
    }

    /** Steps that are told of how something was derived. */
    private static final int LONGEST_PATH = 16;

    private final Session session;
    private final String tenant;

    Undoing(Session session, String tenant) {
        this.session = session;
        this.tenant = tenant;
    }

    /** Undoes, or only answers what would be undone. */
    List<Undone> undo(String transaction, boolean dryRun) throws SQLException {
        Map<Source, Found> found = derived(transaction);
        Map<Slot, Long> after = new LinkedHashMap<>();
        Map<Slot, Head> before = new LinkedHashMap<>();
        for (Found each : found.values()) {
            Slot slot = each.version().slot();
            if (!before.containsKey(slot)) {
                Head head = Heads.of(session, slot);
                boolean gone = found.containsKey(new Source(slot, head.version()));
                before.put(slot, head);
                after.put(slot, gone ? newestBesides(slot, found.keySet()) : head.version());
            }
        }
        List<Undone> undone = new ArrayList<>();
        for (Found each : found.values()) {
            Slot slot = each.version().slot();
            Head head = before.getOrDefault(slot, Head.NONE);
            undone.add(new Undone(each.version(), each.path(), head.version(), after.getOrDefault(slot, 0L)));
        }
        if (!dryRun) {
            apply(undone, before, after);
        }
        return List.copyOf(undone);
    }

    private Map<Source, Found> derived(String transaction) throws SQLException {
        Map<Source, Found> found = new LinkedHashMap<>();
        Deque<Found> open = new ArrayDeque<>();
        for (Version version : ofFamily(Writer.family(transaction))) {
            if (Writer.isOf(version.origin().transaction(), transaction)) {
                Found root = new Found(version, Optional.empty());
                found.put(version.asSource(), root);
                open.add(root);
            }
        }
        while (!open.isEmpty()) {
            Found from = open.remove();
            for (Version version : readers(from.version())) {
                if (!found.containsKey(version.asSource())) {
                    Found next = new Found(version, Optional.of(from));
                    found.put(version.asSource(), next);
                    open.add(next);
                }
            }
        }
        return found;
    }

    private List<Version> ofFamily(String family) throws SQLException {
        return session.all(
                Version::withoutValue,
                "SELECT " + Version.COLUMNS + " FROM entry_version v"
                        + " JOIN kept_partition p ON p.partition_id = v.partition_id"
                        + " WHERE v.family = ? AND p.tenant = ? ORDER BY v.written_ms, v.partition_id, v.tag, v.version",
                family,
                tenant);
    }

    /** What was written by a family after it had read this version. */
    private List<Version> readers(Version version) throws SQLException {
        return session.all(
                Version::withoutValue,
                "SELECT " + Version.COLUMNS + " FROM source s"
                        + " JOIN entry_version v ON v.family = s.family AND v.reads > s.place"
                        + " JOIN kept_partition p ON p.partition_id = v.partition_id"
                        + " WHERE s.partition_id = ? AND s.tag = ? AND s.version = ? AND p.tenant = ?"
                        + " ORDER BY v.written_ms, v.partition_id, v.tag, v.version",
                version.slot().partition(),
                version.slot().tag(),
                version.number(),
                tenant);
    }

    private long newestBesides(Slot slot, Set<Source> gone) throws SQLException {
        List<Long> committed = session.all(
                row -> row.getLong(1),
                "SELECT version FROM entry_version WHERE partition_id = ? AND tag = ? AND state = ? ORDER BY version DESC",
                slot.partition(),
                slot.tag(),
                Version.State.COMMITTED.number());
        return committed.stream()
                .filter(version -> !gone.contains(new Source(slot, version)))
                .findFirst()
                .orElse(0L);
    }

    private void apply(List<Undone> undone, Map<Slot, Head> before, Map<Slot, Long> after) throws SQLException {
        Set<Slot> changed = new LinkedHashSet<>();
        for (Undone each : undone) {
            switch (each.version().state()) {
                case COMMITTED, HELD -> {
                    Heads.state(session, each.version().asSource(), Version.State.UNDONE);
                    changed.add(each.version().slot());
                }
                case REJECTED, UNDONE, EXPIRED -> {
                    // counts for nothing already
                }
            }
        }
        for (Slot slot : changed) {
            Head head = before.getOrDefault(slot, Head.NONE);
            long next = after.getOrDefault(slot, 0L);
            if (head.version() != next) {
                Heads.set(session, slot, next);
                Usage usage = Usage.find(session, slot.partition()).orElseGet(() -> Usage.none(slot.partition()));
                usage.replace(
                        head.size(), next == 0 ? -1 : Heads.of(session, slot).size());
                usage.store(session);
            }
        }
    }
}
