package ambit.drivers;

import ambit.drivers.memory.MemoryDriver;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;

/** All that is kept of transactions here: memory, its indexes, and the bodies of their calls. */
record Memories(MemoryDriver memory, Retrieval retrieval, Bodies bodies) {
    /**
     * Destroys what is named, indexes first, since memory knows which they are. When bodies cannot be destroyed, the order can be given again: what is destroyed already
     * stays so.
     */
    DriverToCore.Forgotten forget(CoreToDriver.Forget order) throws DriverFailure {
        if (order.tenant().isEmpty()) {
            throw new DriverFailure(Denial.MALFORMED, "an order to forget names no tenant");
        }
        for (Blob partition : memory.named(order)) {
            retrieval.forget(partition);
        }
        MemoryDriver.Forgotten forgotten = memory.forget(order);
        return new DriverToCore.Forgotten(forgotten.partitions(), forgotten.entries(), bodies.forget(order));
    }
}
