package ambit.log;

import ambit.wire.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One pass over the entries area: a record is a big-endian length (4 bytes), the entry, and a chain hash (32 bytes), which is
 * SHA-256 of the previous chain hash and the entry's RFC 6962 leaf hash. The pass checks every hash and builds the Merkle
 * tree; the tree must match each given checkpoint when it has that size. Not thread-safe.
 */
public final class Records {
    static final int MAX_ENTRY = 65_535;
    static final int OVERHEAD = 4 + 32;

    /** What a disk writes whole or not at all. */
    private static final int SECTOR = 512;

    /** So many zeros from the edge of a sector on are no coincidence. */
    private static final int MANY = 12;

    private static final byte[] ZEROS = new byte[SECTOR];

    /** Reads up to {@code length} bytes at {@code position}; returns how many, −1 at the end. */
    @FunctionalInterface
    public interface Source {
        int read(long position, byte[] into, int offset, int length) throws IOException;
    }

    private final Source source;
    private final List<Head> checkpoints;
    private final byte[] window = new byte[4 * (MAX_ENTRY + OVERHEAD)];
    private int from;
    private int to;

    /** Where the next record starts. */
    long offset;

    /** Up to where a snapshot or a checkpoint stands for what was read. */
    long signed;

    private final long newest;
    private long torn;

    final MerkleRange tree;
    final RevocationEpoch epoch;
    byte[] chain;

    /** Ready to read from the start; what the checkpoints were signed over must be there. */
    public Records(Source source, List<Head> checkpoints) {
        this(source, checkpoints, Optional.empty());
    }

    /** Ready to read what follows a snapshot; checkpoints from before it are none of its business. */
    public Records(Source source, List<Head> checkpoints, Optional<Snapshot> from) {
        this(source, checkpoints, from, Long.MAX_VALUE);
    }

    /** @param newest where the part begins that a loss of power may have found half written */
    Records(Source source, List<Head> checkpoints, Optional<Snapshot> from, long newest) {
        this.source = source;
        this.newest = newest;
        this.checkpoints = List.copyOf(checkpoints);
        this.tree = from.map(it -> MerkleRange.of(it.size(), it.frontier())).orElseGet(MerkleRange::new);
        this.epoch = new RevocationEpoch(from.map(Snapshot::epoch).orElse(0L));
        this.chain = from.map(it -> it.chain().toArray()).orElseGet(() -> new byte[32]);
        this.offset = this.signed = from.map(Snapshot::offset).orElse(0L);
    }

    static byte[] chain(byte[] previous, byte[] leafHash) {
        MessageDigest digest = Sha256.fresh();
        digest.update(previous);
        return digest.digest(leafHash);
    }

    /** Visits the entries before {@code end}, which is a length of the entries area. */
    public void walk(long end, Journal.Visitor visitor) throws IOException {
        if (offset > end) {
            throw new JournalException("entries ends at offset " + end + ", but the snapshot goes on to " + offset);
        }
        matchCheckpoint();
        while (fill(end) > 0 && torn == 0) {
            Optional<byte[]> entry = next(end);
            if (entry.isPresent()) {
                matchCheckpoint();
                visitor.entry(tree.size() - 1, entry.get());
            }
        }
        for (Head checkpoint : checkpoints) {
            if (checkpoint.size() > tree.size()) {
                throw new JournalException("entries ends at offset " + offset + " with " + tree.size()
                        + " entries, but the checkpoint was signed over " + checkpoint.size());
            }
        }
    }

    /** Size and root over the entries visited so far. */
    public Head head() {
        return tree.head();
    }

    /** Bytes after the last complete record: what a crash or a loss of power left of the last write. */
    public long torn() {
        return torn;
    }

    private void matchCheckpoint() {
        for (Head checkpoint : checkpoints) {
            if (checkpoint.size() == tree.size()) {
                if (!checkpoint.equals(head())) {
                    throw new JournalException(
                            "entries up to offset " + offset + " are not those that the checkpoint was signed over");
                }
                signed = offset;
            }
        }
    }

    /** Has the next record in the window, as far as the file has it; returns how many bytes are there. */
    private int fill(long end) throws IOException {
        if (to - from < MAX_ENTRY + OVERHEAD + SECTOR) {
            System.arraycopy(window, from, window, 0, to - from);
            to -= from;
            from = 0;
            while (to < window.length && offset + to < end) {
                int room = (int) Math.min(window.length - to, end - offset - to);
                int count = source.read(offset + to, window, to, room);
                if (count <= 0) {
                    throw new JournalException("entries became shorter while it was read, at offset " + (offset + to));
                }
                to += count;
            }
        }
        return to - from;
    }

    private Optional<byte[]> next(long end) {
        int available = to - from;
        int length = available < 4 ? 0 : ByteBuffer.wrap(window, from, 4).getInt();
        if (length < 0 || length > MAX_ENTRY) {
            throw new JournalException("entries has an impossible length at offset " + offset);
        }
        if (length + OVERHEAD > available) {
            refuseHiddenRecord();
            torn = end - offset;
            return Optional.empty();
        }
        byte[] entry = Arrays.copyOfRange(window, from + 4, from + 4 + length);
        byte[] leafHash = MerkleRange.leaf().digest(entry);
        byte[] expected = chain(chain, leafHash);
        if (!Arrays.equals(expected, 0, 32, window, from + 4 + length, from + OVERHEAD + length)) {
            if (!isUnwritten(length, end)) {
                throw new JournalException("entries does not match its hash chain at offset " + offset);
            }
            torn = end - offset;
            return Optional.empty();
        }
        chain = expected;
        tree.add(leafHash);
        epoch.take(entry);
        from += length + OVERHEAD;
        offset += length + OVERHEAD;
        return Optional.of(entry);
    }

    /**
     * Whether there are zeros in the record where a disk has whole sectors. A loss of power leaves these of a write that was not synced yet,
     * however many others of its sectors are there, and an altered bit does not. Who can write zeros here could also cut the file off; neither
     * hides what a checkpoint was signed over.
     */
    private boolean isUnwritten(int length, long end) {
        long after = Math.min(end, offset + OVERHEAD + length);
        long at = offset;
        while (offset >= newest && at < after) {
            long next = Math.min(end, at + SECTOR - (at - newest) % SECTOR);
            int zeros = (int) (next - at);
            int begin = from + (int) (at - offset);
            if (zeros >= MANY && Arrays.equals(window, begin, begin + zeros, ZEROS, 0, zeros)) {
                return true;
            }
            at = next;
        }
        return false;
    }

    /**
     * A record that seems cut short may be a whole one (with others behind it) whose length was altered: then some other
     * length makes its chain hash right. Cutting it off would forget decisions, so that is refused.
     */
    private void refuseHiddenRecord() {
        MessageDigest leaf = MerkleRange.leaf();
        for (int end = from + 4; end + 32 <= to; end++) {
            byte[] expected = chain(chain, Sha256.copy(leaf).digest());
            if (Arrays.equals(expected, 0, 32, window, end, end + 32)) {
                throw new JournalException("entries has an altered length at offset " + offset);
            }
            leaf.update(window[end]);
        }
    }
}
