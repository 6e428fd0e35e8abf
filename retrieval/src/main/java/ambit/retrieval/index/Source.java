package ambit.retrieval.index;

import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;

/**
 * A document that an index holds.
 *
 * @param version 1 for the first, one more whenever it is replaced
 * @param document SHA-256 of the document's bytes
 * @param chunkDigest SHA-256 of its chunks' hashes, one after the other
 * @param chunks how many there are
 * @param size characters of their texts
 */
public record Source(
        @Max(512) String name,
        @Range(from = 1) long version,
        @Bytes32 Blob document,
        @Bytes32 Blob chunkDigest,
        @Range long chunks,
        @Range long size)
        implements Cbor.Message {
    static Source parse(Blob bytes) throws MalformedException {
        return Cbor.parse(Source.class, bytes);
    }
}
