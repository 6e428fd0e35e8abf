package ambit.audit.tlog;

import ambit.wire.Blob;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** RFC 6962 §2.1 hashing, and RFC 9162 §2.1.3.2 and §2.1.4.2, which check what §2.1.1 and §2.1.2 of RFC 6962 prove. */
public final class Merkle {
    static final int HASH = 32;

    private Merkle() {}

    private static MessageDigest sha256(int prefix) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) prefix);
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The hash of an entry. */
    public static Blob leaf(byte[] entry) {
        return Blob.of(sha256(0).digest(entry));
    }

    /** The hash of two subtrees. */
    public static Blob node(Blob left, Blob right) {
        MessageDigest digest = sha256(1);
        digest.update(left.toArray());
        return Blob.of(digest.digest(right.toArray()));
    }

    /** The root of no entries. */
    static Blob empty() {
        return Blob.EMPTY.sha256();
    }

    /**
     * Whether {@code proof}, from the leaf's sibling upwards, shows that the tree of {@code size} entries with this root has this leaf at
     * {@code index}.
     */
    public static boolean includes(long index, long size, Blob leaf, List<Blob> proof, Blob root) {
        if (index < 0 || index >= size || leaf.size() != HASH) {
            return false;
        }
        long node = index;
        long last = size - 1;
        Blob hash = leaf;
        for (Blob sibling : proof) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                hash = node(sibling, hash);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node(hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && hash.equals(root);
    }

    /** Whether {@code proof} shows that the tree of {@code size} entries begins with all of the one of {@code oldSize}. */
    public static boolean continues(long oldSize, Blob oldRoot, long size, Blob root, List<Blob> proof) {
        if (oldSize < 0 || oldSize > size) {
            return false;
        }
        if (oldSize == 0 || oldSize == size) {
            return proof.isEmpty()
                    && (oldSize > 0 || oldRoot.equals(empty()))
                    && (oldSize < size || oldRoot.equals(root));
        }
        long node = oldSize - 1;
        long last = size - 1;
        while ((node & 1) == 1) {
            node >>= 1;
            last >>= 1;
        }
        // Where the old tree is one perfect subtree, its root is not said again.
        int at = node == 0 ? 0 : 1;
        if (proof.size() < at) {
            return false;
        }
        Blob older = at == 0 ? oldRoot : proof.getFirst();
        Blob newer = older;
        for (Blob sibling : proof.subList(at, proof.size())) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                older = node(sibling, older);
                newer = node(sibling, newer);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                newer = node(newer, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && older.equals(oldRoot) && newer.equals(root);
    }
}
