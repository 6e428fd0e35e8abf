package ambit.drivers;

import ambit.drivers.memory.MemoryDriver;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;

/** All that is kept of transactions here: memory, and the bodies of their calls. */
record Memories(MemoryDriver memory, Bodies bodies) {
    /**
     * Destroys what is named, memory first. When bodies cannot be destroyed, the order can be given again: what is destroyed already
     * stays so.
     */
    DriverToCore.Forgotten forget(CoreToDriver.Forget order) throws DriverFailure {
        if (order.tenant().isEmpty()) {
            throw new DriverFailure(Denial.MALFORMED, "an order to forget names no tenant");
        }
        MemoryDriver.Forgotten forgotten = memory.forget(order);
        return new DriverToCore.Forgotten(forgotten.partitions(), forgotten.entries(), bodies.forget(order));
    }
}
