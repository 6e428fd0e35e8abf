package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import java.sql.SQLException;
import java.util.List;

/** Destroys partitions: every version, what waited for review, where it came from, and the wrapped key, without which no copy opens. */
final class Forgetting {
    /** @param entries keys that there were, whatever their versions */
    record Forgotten(long partitions, long entries) {}

    private final Session session;

    Forgetting(Session session) {
        this.session = session;
    }

    Forgotten forget(CoreToDriver.Forget order) throws SQLException {
        List<Blob> partitions = named(order);
        long entries = 0;
        for (Blob partition : partitions) {
            entries += destroy(partition);
        }
        if (!partitions.isEmpty()) {
            session.change("DELETE FROM source WHERE NOT EXISTS"
                    + " (SELECT 1 FROM entry_version v WHERE v.family = source.family)");
        }
        return new Forgotten(partitions.size(), entries);
    }

    List<Blob> named(CoreToDriver.Forget order) throws SQLException {
        record Kept(Blob partition, Owner owner) {}
        List<Kept> kept = session.all(
                row -> new Kept(
                        Session.blob(row, 1), new Owner(order.tenant(), Session.blob(row, 2), row.getString(3))),
                "SELECT partition_id, principal, transaction_id FROM kept_partition WHERE tenant = ?",
                order.tenant());
        return kept.stream()
                .filter(each -> named(order, each.owner()))
                .map(Kept::partition)
                .toList();
    }

    /** Whether what the order names includes a partition of this owner. */
    static boolean named(CoreToDriver.Forget order, Owner owner) {
        return owner.tenant().equals(order.tenant())
                && (order.principal().isEmpty() || order.principal().equals(owner.principal()))
                && (order.transaction().isEmpty() || Writer.isOf(owner.transaction(), order.transaction()));
    }

    private long destroy(Blob partition) throws SQLException {
        session.change("DELETE FROM held WHERE partition_id = ?", partition);
        session.change("DELETE FROM entry_version WHERE partition_id = ?", partition);
        session.change("DELETE FROM source WHERE partition_id = ?", partition);
        session.change("UPDATE committed SET verdict_box = ? WHERE partition_id = ?", Blob.EMPTY, partition);
        session.change("DELETE FROM kept_partition WHERE partition_id = ?", partition);
        return session.change("DELETE FROM entry_head WHERE partition_id = ?", partition);
    }
}
