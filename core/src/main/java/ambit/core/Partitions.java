package ambit.core;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToDriver.MapEntry;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Names and keys of memory partitions. The master key never leaves the core; a data key goes to the driver while it is mapped. */
final class Partitions {
    private final SecretKeySpec masterKey;

    /** {@code masterKey} is 32 bytes. */
    Partitions(byte[] masterKey) {
        this.masterKey = new SecretKeySpec(masterKey, "HmacSHA256");
    }

    /** The partition of one transaction: gone from every map when it ends, unless something inherits from it. */
    MapEntry own(Owner owner, String transaction, int rights, long quota) {
        return entry("", owner, transaction, rights, "", quota);
    }

    /** A namespace of the principal that outlives its transactions; {@code name} is such as {@code user/notes}. */
    MapEntry namespace(Owner owner, String name, int rights, long quota) {
        return entry(name + "/", owner, name, rights, "", quota);
    }

    /** One key that an earlier transaction left, read-only. */
    MapEntry inherited(Owner owner, String transaction, String key) {
        return entry("inherited/" + key, owner, transaction, MemoryMap.READ, key, 0);
    }

    private MapEntry entry(String mount, Owner owner, String path, int rights, String exactKey, long quota) {
        Cbor name = Cbor.array(
                "ambit/partition/v1", owner.tenant(), owner.principal().toHex() + "/" + path);
        Blob partition = Blob.of(Cbor.encode(name)).sha256();
        return new MapEntry(mount, partition, dataKey(partition), rights, exactKey, quota);
    }

    /** What the data key of the bodies of a transaction is wrapped with. */
    Blob bodies(String tenant, String transaction) {
        return dataKey(Blob.of(Cbor.encode(Cbor.array("ambit/bodies/v1", tenant, transaction)))
                .sha256());
    }

    private Blob dataKey(Blob partition) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(masterKey);
            return Blob.of(mac.doFinal(partition.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
