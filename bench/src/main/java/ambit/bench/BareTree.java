package ambit.bench;

import ambit.log.Segments;
import ambit.wire.Blob;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** The least that whoever checks a log has to do: SHA-256 over its leaves and the tree's nodes (RFC 6962), entries read and not parsed. */
final class BareTree {

    private static final int CHAIN_HASH = 32;
    private static final int BUFFER = 256 << 10;

    private final MessageDigest digest;
    private final byte[][] roots = new byte[Long.SIZE][];
    private long size;

    private BareTree() throws GeneralSecurityException {
        digest = MessageDigest.getInstance("SHA-256");
    }

    /** The root over the entries of the log in this directory. */
    static Blob root(Path log) throws IOException, GeneralSecurityException {
        BareTree tree = new BareTree();
        try (Segments segments = Segments.open(log);
                DataInputStream in = new DataInputStream(new BufferedInputStream(new Entries(segments), BUFFER))) {
            for (long left = segments.length(); left > 0; ) {
                byte[] entry = new byte[in.readInt()];
                in.readFully(entry);
                in.skipNBytes(CHAIN_HASH);
                tree.add(entry);
                left -= Integer.BYTES + entry.length + CHAIN_HASH;
            }
        }
        return tree.root();
    }

    /** The entries area from its beginning. */
    private static final class Entries extends InputStream {
        private final Segments segments;
        private long position;

        Entries(Segments segments) {
            this.segments = segments;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = segments.read(position, into, offset, length);
            position += Math.max(0, count);
            return count;
        }
    }

    private void add(byte[] entry) {
        digest.update((byte) 0);
        byte[] hash = digest.digest(entry);
        int level = 0;
        for (; (size >> level & 1) == 1; level++) {
            hash = node(roots[level], hash);
        }
        roots[level] = hash;
        size++;
    }

    private byte[] node(byte[] left, byte[] right) {
        digest.update((byte) 1);
        digest.update(left);
        return digest.digest(right);
    }

    private Blob root() {
        int level = Long.numberOfTrailingZeros(size);
        byte[] hash = roots[level];
        for (level++; size >> level != 0; level++) {
            if ((size >> level & 1) == 1) {
                hash = node(roots[level], hash);
            }
        }
        return Blob.of(hash);
    }
}
