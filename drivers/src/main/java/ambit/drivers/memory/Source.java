package ambit.drivers.memory;

/** One version of one entry, as something that was read. */
record Source(Slot slot, long version) {}
