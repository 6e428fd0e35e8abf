package ambit.audit.scope;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.util.List;

/**
 * What a search was allowed to look at, and at which state of it: the first leaf of its tree. Immutable.
 *
 * @param namespaces those that were opened; nothing else can have influenced the answer
 * @param query SHA-256 of the exact parameters of the call
 * @param policy SHA-256 of the terms under which the namespaces were mapped
 * @param count how many chunks were found
 */
public record Scope(List<Namespace> namespaces, Blob query, Blob policy, int count) {
    public static final String DOMAIN = "ambit/scope/v1";

    /**
     * One namespace at one moment.
     *
     * @param mount its name in the context's map
     * @param partition its id, 32 bytes
     * @param snapshot what it held, see {@link Snapshot}
     */
    public record Namespace(String mount, Blob partition, Blob snapshot) {}

    public Scope {
        namespaces = List.copyOf(namespaces);
    }

    /** The deterministic CBOR {@code [domain, [[mount, partition, snapshot] …], query, policy, count]}. */
    public Blob toBlob() {
        List<Cbor> opened = namespaces.stream()
                .map(it -> Cbor.array(it.mount(), it.partition(), it.snapshot()))
                .toList();
        return Blob.of(Cbor.encode(Cbor.array(DOMAIN, opened, query, policy, count)));
    }

    /**
     * What stands in the tree for the chunk at {@code rank}: which of the namespaces it is from, and its hash, so that neither can be
     * exchanged.
     */
    static Blob entry(int namespace, Blob hash) {
        return Blob.of(Cbor.encode(Cbor.array(namespace, hash)));
    }
}
