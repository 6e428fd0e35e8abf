package ambit.drivers.memory;

import ambit.wire.Blob;

/**
 * The place of one entry, by which a store finds it and knows nothing else of it.
 *
 * @param tag what the partition's key makes of the entry's name
 */
record Slot(Blob partition, Blob tag) {}
