package ambit.audit;

import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Reads on in a log that grows, from a place that was reached before: what is new costs, and not what was there. Each record is checked
 * against the hash chain, so what is read continues exactly what the place was reached over. Signatures are {@link LogVerifier}'s.
 * Changes nothing and takes no lock. Not thread-safe.
 */
public final class LogTail implements Closeable {
    /** Length before a record, and the chain hash behind it, in bytes. */
    private static final int LENGTH = 4;

    private static final int CHAIN = 32;
    private static final int WINDOW = 4 * (LENGTH + Journal.MAX_ENTRY + CHAIN);

    /**
     * Between two entries.
     *
     * @param index of the entry that follows
     * @param offset of its record, in bytes
     * @param chain the hash over all records before, 32 bytes
     */
    public record Place(long index, long offset, Blob chain) {
        /** Before the first entry. */
        public static final Place START = new Place(0, 0, Blob.of(new byte[CHAIN]));
    }

    /** Takes entries in their order, each with its RFC 6962 leaf hash. */
    @FunctionalInterface
    public interface Visitor {
        /** Returns whether to go on. */
        boolean entry(long index, Entry entry, Blob leaf) throws IOException;
    }

    private final FileChannel entries;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW);
    private long index;
    private long offset;
    private byte[] chain;

    private LogTail(FileChannel entries, Place from) {
        this.entries = entries;
        this.index = from.index();
        this.offset = from.offset();
        this.chain = from.chain().toArray();
    }

    /**
     * Goes on from a place in the log in {@code directory}.
     *
     * @throws JournalException if the log is not one that reaches this place
     */
    public static LogTail open(Path directory, Place from) throws IOException {
        FileChannel entries = FileChannel.open(directory.resolve("entries"), StandardOpenOption.READ);
        try {
            LogTail tail = new LogTail(entries, from);
            tail.requirePlace();
            return tail;
        } catch (IOException | RuntimeException e) {
            entries.close();
            throw e;
        }
    }

    /** Goes on before the entry with this index, in a log that was verified up to there. */
    public static LogTail at(Path directory, long index) throws IOException {
        LogTail tail = open(directory, Place.START);
        try {
            tail.skip(index);
            return tail;
        } catch (IOException | RuntimeException e) {
            tail.close();
            throw e;
        }
    }

    private void requirePlace() throws IOException {
        if (entries.size() < offset) {
            throw new JournalException("the log is shorter than when #" + (index - 1) + " was read of it");
        }
        if (offset > 0) {
            ByteBuffer before = ByteBuffer.allocate(CHAIN);
            long at = offset - CHAIN;
            while (before.hasRemaining() && entries.read(before, at + before.position()) > 0) {
                // Until all of it is there.
            }
            if (!Arrays.equals(before.array(), chain)) {
                throw new JournalException("the log is not the one that was read up to #" + (index - 1));
            }
        }
    }

    private void skip(long wanted) throws IOException {
        long end = entries.size();
        window.clear().limit(0);
        while (index < wanted) {
            int length = next(end);
            if (length < 0) {
                throw new JournalException("the log ends before #" + wanted);
            }
            window.position(window.position() + LENGTH + length).get(chain);
            advance(length);
        }
    }

    /** Where the next entry is, or will be. */
    public Place place() {
        return new Place(index, offset, Blob.of(chain));
    }

    /** Bytes that are there now, complete records or not. */
    public long length() throws IOException {
        return entries.size();
    }

    /** Has everything that is there now on the disk, and returns how many bytes that is. */
    public long sync() throws IOException {
        long length = entries.size();
        entries.force(false);
        return length;
    }

    /**
     * Reads the complete records before {@code end}, until the visitor has enough, and returns how many it read.
     *
     * @throws JournalException at the first record that does not continue the chain
     */
    public int read(long end, Visitor visitor) throws IOException {
        if (end < offset) {
            throw new JournalException("the log became shorter while it was read, before #" + index);
        }
        // A record that was incomplete may since have been cut off, and another one may stand in its place.
        window.clear().limit(0);
        int count = 0;
        boolean more = true;
        while (more) {
            int length = next(end);
            if (length < 0) {
                break;
            }
            byte[] entry = new byte[length];
            window.position(window.position() + LENGTH).get(entry);
            byte[] leaf = leaf(entry);
            byte[] found = new byte[CHAIN];
            window.get(found);
            if (!Arrays.equals(found, link(chain, leaf))) {
                throw new JournalException("the log does not match its hash chain at #" + index);
            }
            more = visitor.entry(index, Entry.decode(entry), Blob.of(leaf));
            chain = found;
            advance(length);
            count++;
        }
        return count;
    }

    private void advance(int length) {
        offset += LENGTH + length + CHAIN;
        index++;
    }

    /** Length of the next entry, whose whole record is in the window then; −1 if it is not complete. */
    private int next(long end) throws IOException {
        if (!has(LENGTH, end)) {
            return -1;
        }
        int length = window.getInt(window.position());
        if (length < 0 || length > Journal.MAX_ENTRY) {
            throw new JournalException("the log has an impossible length at #" + index);
        }
        return has(LENGTH + length + CHAIN, end) ? length : -1;
    }

    private boolean has(int bytes, long end) throws IOException {
        if (window.remaining() < bytes) {
            window.compact();
            long at = offset + window.position();
            window.limit((int) Math.min(window.capacity(), window.position() + Math.max(0, end - at)));
            while (window.hasRemaining() && entries.read(window, offset + window.position()) > 0) {
                // Until the window is full.
            }
            window.flip();
        }
        return window.remaining() >= bytes;
    }

    private static byte[] leaf(byte[] entry) {
        MessageDigest digest = sha256();
        digest.update((byte) 0);
        return digest.digest(entry);
    }

    private static byte[] link(byte[] chain, byte[] leaf) {
        MessageDigest digest = sha256();
        digest.update(chain);
        return digest.digest(leaf);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
