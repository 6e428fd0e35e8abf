package ambit.log;

import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.Bounds.Bytes32;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where a log stands after its first {@code size} entries, and the digest of a shorter list of entries that add up to the same: whoever
 * believes it need not read those. Its file is the length of a COSE_Sign1 by the core's key (4 bytes, big-endian), that message, and the
 * list, each entry after its length (4 bytes).
 *
 * @param frontier roots of the perfect subtrees of the RFC 6962 tree, the smallest first
 * @param chain the chain hash of the last entry
 * @param offset where the next record begins
 * @param sum SHA-256 of the list
 */
public record Snapshot(
        String origin,
        @Range long size,
        List<@Bytes32 Blob> frontier,
        @Bytes32 Blob chain,
        @Range long offset,
        @Bytes32 Blob sum)
        implements Cbor.Artifact {
    private static final int LENGTH = 4;

    @Override
    public void check() throws MalformedException {
        if (frontier.size() != Long.bitCount(size)) {
            throw new MalformedException("a snapshot of " + size + " entries has " + frontier.size() + " subtrees");
        }
    }

    static byte[] write(LogKey key, Records records, List<byte[]> entries) {
        byte[] list = list(entries);
        Snapshot snapshot = new Snapshot(
                key.origin(),
                records.tree.size(),
                records.tree.frontier(),
                Blob.of(records.chain),
                records.offset,
                Blob.of(list).sha256());
        byte[] signed =
                Signed.sign(Domain.SNAPSHOT, key.key(), snapshot.toBlob()).toArray();
        return ByteBuffer.allocate(LENGTH + signed.length + list.length)
                .putInt(signed.length)
                .put(signed)
                .put(list)
                .array();
    }

    private static byte[] list(List<byte[]> entries) {
        ByteBuffer list = ByteBuffer.allocate(Math.toIntExact(
                entries.stream().mapToLong(entry -> LENGTH + entry.length).sum()));
        entries.forEach(entry -> list.putInt(entry.length).put(entry));
        return list.array();
    }

    /**
     * Reads a snapshot of the log with this origin.
     *
     * @param keys one of which must have signed it
     * @param visitor takes the entries of the list, with the index -1
     * @throws JournalException if it is none, or signed by another key
     */
    public static Snapshot read(byte[] file, String origin, List<Blob> keys, Journal.Visitor visitor) {
        ByteBuffer rest = ByteBuffer.wrap(file);
        Snapshot snapshot = verified(Blob.of(next(rest)), keys);
        byte[] list = new byte[rest.remaining()];
        rest.duplicate().get(list);
        if (!snapshot.origin.equals(origin) || !Blob.of(list).sha256().equals(snapshot.sum)) {
            throw new JournalException("the snapshot is of another log, or not whole");
        }
        while (rest.hasRemaining()) {
            visitor.entry(-1, next(rest));
        }
        return snapshot;
    }

    private static byte[] next(ByteBuffer from) {
        int length = from.remaining() < LENGTH ? -1 : from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new JournalException("the snapshot is cut short");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static Snapshot verified(Blob signed, List<Blob> keys) {
        for (Blob key : keys) {
            try {
                return Cbor.parse(Snapshot.class, Signed.verify(Domain.SNAPSHOT, key, signed));
            } catch (BadSignature e) {
                // Perhaps by another one.
            } catch (MalformedException e) {
                throw new JournalException("the snapshot is not well formed: " + e.getMessage(), e);
            }
        }
        throw new JournalException("the snapshot is not signed with the core's key");
    }
}
