package ambit.core;

import ambit.authority.partition.Partition;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.MalformedException;
import java.util.List;

/** One entry of a context's memory map, as {@link MapEntry} says it to the driver. */
record Mapping(String mount, Partition partition, int rights, String exactKey, long quotaBytes, List<Blob> terms) {
    /** With the data key that the driver keeps as {@code wrapped}. */
    MapEntry open(Blob wrapped) throws MalformedException {
        return new MapEntry(mount, partition.id(), partition.unwrap(wrapped), rights, exactKey, quotaBytes, terms);
    }
}
