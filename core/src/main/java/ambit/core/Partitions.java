package ambit.core;

import ambit.authority.Request;
import ambit.authority.partition.Partition;
import ambit.authority.partition.Vault;
import ambit.wire.Blob;
import java.io.IOException;
import java.util.List;

/** Which parts of memory can be mapped. Their data keys go to the driver while they are. */
record Partitions(Vault vault) {
    /** The partition of one transaction: gone from every map when it ends, unless something inherits from it. */
    Mapping own(Owner owner, String transaction, int rights, long quota, List<Blob> terms) throws IOException {
        return new Mapping("", partition(owner, transaction), rights, "", quota, terms);
    }

    /** A namespace that outlives transactions; {@code name} is such as {@code user/notes}, the principal's, or {@code tenant/faq}. */
    Mapping namespace(Owner owner, String name, int rights, long quota, List<Blob> terms) throws IOException {
        Owner whose = name.startsWith("user/") ? owner : new Owner(owner.tenant(), Blob.EMPTY);
        return new Mapping(name + "/", partition(whose, name), rights, "", quota, terms);
    }

    /** One key that an earlier transaction left, read-only. */
    Mapping inherited(Owner owner, Request.Inherit it) throws IOException {
        Partition left = partition(owner, it.transaction());
        return new Mapping("inherited/" + it.name(), left, MemoryMap.READ, it.key(), 0, List.of());
    }

    private Partition partition(Owner owner, String path) throws IOException {
        return vault.partition(owner.tenant(), owner.principal(), path);
    }

    /** What the data key of the bodies of a transaction is wrapped with. */
    Blob bodies(Owner owner, String transaction) throws IOException {
        return vault.bodies(owner.tenant(), owner.principal(), transaction);
    }
}
