package ambit.core;

import ambit.authority.Request;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToDriver.MapEntry;
import java.security.GeneralSecurityException;
import java.util.List;
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
    MapEntry own(Owner owner, String transaction, int rights, long quota, List<Blob> terms) {
        return entry("", owner, transaction, rights, "", quota, terms);
    }

    /** A namespace that outlives transactions; {@code name} is such as {@code user/notes}, the principal's, or {@code tenant/faq}. */
    MapEntry namespace(Owner owner, String name, int rights, long quota, List<Blob> terms) {
        Owner whose = name.startsWith("user/") ? owner : new Owner(owner.tenant(), Blob.EMPTY);
        return entry(name + "/", whose, name, rights, "", quota, terms);
    }

    /** One key that an earlier transaction left, read-only. */
    MapEntry inherited(Owner owner, Request.Inherit it) {
        String mount = "inherited/" + it.name();
        return entry(mount, owner, it.transaction(), MemoryMap.READ, it.key(), 0, List.of());
    }

    private MapEntry entry(
            String mount, Owner owner, String path, int rights, String exactKey, long quota, List<Blob> terms) {
        Cbor name = Cbor.array(
                "ambit/partition/v1", owner.tenant(), owner.principal().toHex() + "/" + path);
        Blob partition = Blob.of(Cbor.encode(name)).sha256();
        return new MapEntry(mount, partition, dataKey(partition), rights, exactKey, quota, terms);
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
