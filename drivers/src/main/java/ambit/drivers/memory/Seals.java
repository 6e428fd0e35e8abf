package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What each box of a version holds and is bound to. */
final class Seals {
    private Seals() {}

    static Blob name(PartitionKeys keys, Blob tag, long version, MemoryKey key) {
        return keys.seal(label("name", tag.toArray()), version, key.bytes());
    }

    /** The name of an entry, relative to its partition; empty where it was destroyed. */
    static String name(PartitionKeys keys, Version version) throws DriverFailure {
        if (version.nameBox().isEmpty()) {
            return "";
        }
        byte[] name = keys.open(label("name", version.slot().tag().toArray()), version.number(), version.nameBox());
        return new String(name, StandardCharsets.UTF_8);
    }

    static Blob value(PartitionKeys keys, MemoryKey key, long version, Blob value) {
        return keys.seal(label("value", key.bytes()), version, value.toArray());
    }

    static Blob value(PartitionKeys keys, MemoryKey key, Version version) throws DriverFailure {
        return Blob.of(keys.open(label("value", key.bytes()), version.number(), version.valueBox()));
    }

    static Blob seen(PartitionKeys keys, Blob tag, long version, Version.Origin origin, Seen seen) {
        return keys.seal(origin.label(tag), version, seen.toBlob().toArray());
    }

    /** Refused when any of the origin was changed on disk. */
    static Seen seen(PartitionKeys keys, Version version) throws DriverFailure {
        if (version.originBox().isEmpty()) {
            return Seen.NOTHING;
        }
        byte[] label = version.origin().label(version.slot().tag());
        try {
            return Cbor.parse(Seen.class, Blob.of(keys.open(label, version.number(), version.originBox())));
        } catch (MalformedException e) {
            throw PartitionKeys.damaged();
        }
    }

    static byte[] label(String kind, byte[] subject) {
        byte[] name = kind.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(name.length + 1 + subject.length)
                .put(name)
                .put((byte) 0)
                .put(subject)
                .array();
    }
}
