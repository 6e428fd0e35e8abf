package ambit.drivers.memory;

import ambit.wire.Blob;
import ambit.wire.Cbor;

/**
 * A version that waits for a review.
 *
 * @param base the version that counted when it was written
 * @param limits what the partition may hold by the mapping that it was written through
 */
record HeldEntry(String id, Version version, long base, WriteSet.Limits limits) {
    /** By which it is named: it tells nothing of what is held, and cannot be another's. */
    static String id(Slot slot, long version) {
        Cbor name = Cbor.array("ambit/held/v1", slot.partition(), slot.tag(), version);
        return Blob.of(Cbor.encode(name)).sha256().toHex().substring(0, 24);
    }
}
