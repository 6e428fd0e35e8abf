package ambit.audit.scope;

import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The digest of what a namespace holds: whoever has its documents can compute it again. The hash of its tree of sources, RFC 6962, in
 * the order of their names' UTF-16 code units; the entry of each is the CBOR {@code [domain, name, digest of the document, hashes of
 * its chunks]}.
 */
public final class Snapshot {
    private static final String DOMAIN = "ambit/source/v1";

    private final SortedMap<String, Blob> sources = new TreeMap<>();

    /** Of no sources yet. */
    public Snapshot() {}

    /** One source: the SHA-256 of its bytes, and the SHA-256 of its chunks' hashes one after the other. */
    public void add(String name, Blob document, Blob chunks) {
        sources.put(name, Blob.of(Cbor.encode(Cbor.array(DOMAIN, name, document, chunks))));
    }

    /** The SHA-256 of the hashes one after the other. */
    public static Blob chunks(List<Blob> hashes) {
        byte[] all = new byte[32 * hashes.size()];
        for (int i = 0; i < hashes.size(); i++) {
            System.arraycopy(hashes.get(i).toArray(), 0, all, 32 * i, 32);
        }
        return Blob.of(all).sha256();
    }

    /** 32 bytes; of no sources the SHA-256 of nothing. */
    public Blob digest() {
        return new HashTree(List.copyOf(sources.values())).root();
    }
}
