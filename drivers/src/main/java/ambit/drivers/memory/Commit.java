package ambit.drivers.memory;

import ambit.drivers.memory.Heads.Head;
import ambit.drivers.memory.WriteSet.Boxes;
import ambit.drivers.memory.WriteSet.Result;
import ambit.drivers.memory.WriteSet.Target;
import ambit.drivers.memory.WriteSet.Write;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How one write set becomes versions: all of it is judged first, then what was not refused is written. Used once. */
final class Commit {
    private final Session session;
    private final WriteSet set;
    private final Map<Blob, Usage> usages = new LinkedHashMap<>();
    private final List<Head> heads = new ArrayList<>();
    private long undoneAt;

    Commit(Session session, WriteSet set) {
        this.session = session;
        this.set = set;
    }

    /** What became of each write, in their order. */
    List<Result> run() throws SQLException {
        List<Optional<Denial>> denials = judge();
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < denials.size(); i++) {
            Write write = set.writes().get(i);
            Optional<Denial> denial = denials.get(i);
            long version = denial.isEmpty() ? heads.get(i).latest() + 1 : 0;
            results.add(
                    denial.isEmpty() && write.held()
                            ? new Result(Optional.of(Denial.HELD), version)
                            : new Result(denial, version));
        }
        if (results.stream().anyMatch(it -> it.version() > 0) || !set.others().isEmpty()) {
            write(results);
        } else {
            forgetSources();
        }
        return List.copyOf(results);
    }

    private List<Optional<Denial>> judge() throws SQLException {
        for (Write write : set.writes()) {
            look(write.slot().partition());
        }
        for (Target other : set.others()) {
            look(other.partition());
            Usage usage = java.util.Objects.requireNonNull(usages.get(other.partition()));
            if (usage.stored && !usage.proof.equals(other.proof())) {
                throw new SQLException("a partition was written to first with another data key");
            }
        }
        undoneAt = set.writes().isEmpty() ? -1 : rememberSources();
        List<Optional<Denial>> denials = new ArrayList<>();
        for (Write write : set.writes()) {
            Head head = Heads.of(session, write.slot());
            heads.add(head);
            denials.add(judged(write, head));
        }
        if (set.whole() && denials.stream().anyMatch(Optional::isPresent)) {
            denials.replaceAll(denial -> denial.or(() -> Optional.of(Denial.ALL_OR_NOTHING)));
        }
        return denials;
    }

    private void look(Blob partition) throws SQLException {
        if (!usages.containsKey(partition)) {
            Heads.sweep(session, partition, set.atMs());
            usages.put(partition, Usage.find(session, partition).orElseGet(() -> Usage.none(partition)));
        }
    }

    private Optional<Denial> judged(Write write, Head head) {
        Usage usage = usage(write);
        if (usage.stored && !usage.proof.equals(write.target().proof())) {
            // somebody else was the first to commit there, with another data key
            return Optional.of(Denial.CONFLICT);
        }
        if (head.version() != write.seen()) {
            return Optional.of(Denial.CONFLICT);
        }
        if (undoneAt >= 0 && undoneAt < write.origin().reads()) {
            return Optional.of(Denial.UNDONE);
        }
        if (!usage.hasRoom(head.size(), write.size(), write.limits())
                || write.weight() > write.limits().keptBytes() - usage.keptBytes) {
            return Optional.of(Denial.QUOTA);
        }
        usage.keptBytes += write.weight();
        if (!write.held()) {
            usage.replace(head.size(), write.size());
        }
        return Optional.empty();
    }

    private Usage usage(Write write) {
        return java.util.Objects.requireNonNull(usages.get(write.slot().partition()));
    }

    /** Answers the place of the first source that was undone, −1 if none was. */
    private long rememberSources() throws SQLException {
        List<Object[]> rows = new ArrayList<>();
        for (Source source : set.sources()) {
            rows.add(new Object[] {
                set.writer().family(),
                (long) rows.size(),
                source.slot().partition(),
                source.slot().tag(),
                source.version()
            });
        }
        session.batch(
                "INSERT INTO source (family, place, partition_id, tag, version) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT (family, place) DO NOTHING",
                rows);
        String undone = """
                SELECT coalesce(min(s.place), -1) FROM source s
                JOIN entry_version v
                    ON v.partition_id = s.partition_id AND v.tag = s.tag AND v.version = s.version
                WHERE s.family = ? AND v.state = ?""";
        return session.number(undone, set.writer().family(), Version.State.UNDONE.number());
    }

    private void forgetSources() throws SQLException {
        session.change(
                "DELETE FROM source WHERE family = ?"
                        + " AND NOT EXISTS (SELECT 1 FROM entry_version v WHERE v.family = source.family)",
                set.writer().family());
    }

    private void write(List<Result> results) throws SQLException {
        List<Object[]> versions = new ArrayList<>();
        List<Object[]> heldOnes = new ArrayList<>();
        List<Object[]> newHeads = new ArrayList<>();
        Map<Blob, Target> targets = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            long version = results.get(i).version();
            if (version > 0) {
                Write write = set.writes().get(i);
                targets.put(write.slot().partition(), write.target());
                versions.add(row(write, version));
                newHeads.add(new Object[] {
                    write.slot().partition(),
                    write.slot().tag(),
                    write.held() ? heads.get(i).version() : version,
                    version
                });
                if (write.held()) {
                    heldOnes.add(held(write, version, heads.get(i).version()));
                }
            }
        }
        set.others().forEach(other -> targets.putIfAbsent(other.partition(), other));
        for (Target target : targets.values()) {
            keep(target);
        }
        session.batch(
                "INSERT INTO entry_version (partition_id, tag, version, state, name_box, value_box, origin_box, size,"
                        + " transaction_id, family, agent, principal, chain, written_ms, trust, reads, expires_ms)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                versions);
        session.batch(
                "INSERT INTO entry_head (partition_id, tag, version, latest) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT (partition_id, tag) DO UPDATE SET"
                        + " version = excluded.version, latest = excluded.latest",
                newHeads);
        session.batch(
                "INSERT INTO held (held_id, partition_id, tag, version, base, decision, decided_ms, decided_by, why_box,"
                        + " limit_bytes, limit_entries) VALUES (?, ?, ?, ?, ?, 0, 0, '', ?, ?, ?)",
                heldOnes);
    }

    private Object[] row(Write write, long version) {
        Boxes boxes = write.sealing().seal(version);
        Version.State state = write.held() ? Version.State.HELD : Version.State.COMMITTED;
        Version.Origin origin = write.origin();
        return new Object[] {
            write.slot().partition(),
            write.slot().tag(),
            version,
            state.number(),
            boxes.name(),
            boxes.value(),
            boxes.origin(),
            write.size(),
            origin.transaction(),
            set.writer().family(),
            origin.agent(),
            origin.principal(),
            origin.chain(),
            origin.writtenMs(),
            origin.trust().number(),
            origin.reads(),
            write.expiresMs()
        };
    }

    private static Object[] held(Write write, long version, long base) {
        return new Object[] {
            HeldEntry.id(write.slot(), version),
            write.slot().partition(),
            write.slot().tag(),
            version,
            base,
            Blob.EMPTY,
            write.limits().bytes(),
            write.limits().entries()
        };
    }

    /** With what is committed first in a partition, its owner and its wrapped key are kept, too. */
    private void keep(Target target) throws SQLException {
        Usage usage = java.util.Objects.requireNonNull(usages.get(target.partition()));
        if (usage.stored) {
            usage.store(session);
            return;
        }
        session.change(
                "INSERT INTO kept_partition (partition_id, tenant, principal, transaction_id, wrapped, key_proof,"
                        + " live_bytes, live_entries, kept_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                target.partition(),
                target.owner().tenant(),
                target.owner().principal(),
                target.owner().transaction(),
                target.wrapped(),
                target.proof(),
                usage.liveBytes,
                usage.liveEntries,
                usage.keptBytes);
    }
}
