package ambit.log;

import ambit.wire.Blob;
import ambit.wire.Sha256;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The RFC 6962 §2.1 tree over a growing list of leaves, kept as the roots of its perfect subtrees: one for each bit set in
 * the size. Adding is O(1) amortised, the root O(log size). Not thread-safe.
 */
public final class MerkleRange {
    private final byte[][] roots = new byte[63][];
    private long size;

    /** Over no entries. */
    public MerkleRange() {}

    /** A digest that has taken in the leaf prefix: update it with the entry. */
    static MessageDigest leaf() {
        MessageDigest digest = Sha256.fresh();
        digest.update((byte) 0);
        return digest;
    }

    private static byte[] node(byte[] left, byte[] right) {
        MessageDigest digest = Sha256.fresh();
        digest.update((byte) 1);
        digest.update(left);
        return digest.digest(right);
    }

    /** Takes the next entry's leaf hash, of 32 bytes. */
    public void add(byte[] leafHash) {
        byte[] hash = leafHash;
        int level = 0;
        for (; (size >> level & 1) == 1; level++) {
            hash = node(roots[level], hash);
        }
        roots[level] = hash;
        size++;
    }

    /** How many entries it is over. */
    public long size() {
        return size;
    }

    /** The roots of its perfect subtrees, the smallest first. */
    public List<Blob> frontier() {
        return LongStream.range(0, roots.length)
                .filter(level -> (size >> level & 1) == 1)
                .mapToObj(level -> Blob.of(roots[(int) level]))
                .toList();
    }

    /** The tree of which these are the size and the {@link #frontier}. */
    public static MerkleRange of(long size, List<Blob> frontier) {
        MerkleRange tree = new MerkleRange();
        tree.size = size;
        int next = 0;
        for (int level = 0; level < tree.roots.length; level++) {
            if ((size >> level & 1) == 1) {
                tree.roots[level] = frontier.get(next++).toArray();
            }
        }
        return tree;
    }

    /** Its size and root. */
    public Head head() {
        if (size == 0) {
            return new Head(0, Blob.of(Sha256.fresh().digest()));
        }
        int level = Long.numberOfTrailingZeros(size);
        byte[] hash = roots[level];
        for (level++; size >> level != 0; level++) {
            if ((size >> level & 1) == 1) {
                hash = node(roots[level], hash);
            }
        }
        return new Head(size, Blob.of(hash));
    }
}
