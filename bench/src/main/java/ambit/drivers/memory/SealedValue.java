package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import java.nio.charset.StandardCharsets;

/** What memory does to the value of an entry before it is stored and after it is read, alone. Safe for use by several threads. */
public final class SealedValue {
    private static final int VERSION = 1;

    private final PartitionKeys keys;

    /** @param partition,dataKey 32 bytes each */
    public SealedValue(Blob partition, Blob dataKey) {
        this.keys = new PartitionKeys(partition, dataKey);
    }

    /** The value, bound to its key. */
    public byte[] seal(String key, String value) {
        byte[] label = Seals.label("value", key.getBytes(StandardCharsets.UTF_8));
        return keys.seal(label, VERSION, value.getBytes(StandardCharsets.UTF_8)).toArray();
    }

    /** What was sealed. */
    public String open(String key, byte[] box) throws DriverFailure {
        byte[] label = Seals.label("value", key.getBytes(StandardCharsets.UTF_8));
        return new String(keys.open(label, VERSION, Blob.of(box)), StandardCharsets.UTF_8);
    }
}
