package ambit.audit;

import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

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

    private final LogParts entries;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW);
    private long index;
    private long offset;
    private byte[] chain;

    private LogTail(LogParts entries, Place from) {
        this.entries = entries;
        this.index = from.index();
        this.offset = from.offset();
        this.chain = from.chain().toArray();
    }

    /**
     * Goes on from a place in the log in {@code directory}.
     *
     * @throws JournalException if the log is not one that reaches this place, or what follows it was archived
     */
    public static LogTail open(Path directory, Place from) throws IOException {
        return open(directory, Optional.empty(), from);
    }

    /** The same with the parts of the log that were archived. */
    public static LogTail open(Path directory, Optional<Path> archive, Place from) throws IOException {
        LogParts entries = LogParts.open(directory, archive);
        try {
            LogTail tail = new LogTail(entries, from);
            tail.requirePlace();
            return tail;
        } catch (IOException | RuntimeException e) {
            entries.close();
            throw e;
        }
    }

    /** The place after an entry of a log that was verified up to there, whose record ends at this offset. */
    static Place endingAt(LogParts entries, long index, long offset) throws IOException {
        return offset == 0 ? Place.START : new Place(index, offset, Blob.of(chainBefore(entries, offset)));
    }

    static byte[] chainBefore(LogParts entries, long offset) throws IOException {
        byte[] chain = new byte[CHAIN];
        int count = 0;
        while (count < CHAIN) {
            int more = entries.read(offset - CHAIN + count, chain, count, CHAIN - count);
            if (more <= 0) {
                throw new JournalException("the log became shorter while it was read, at offset " + offset);
            }
            count += more;
        }
        return chain;
    }

    /** Goes on at the first entry that is there, which is not known to be any particular one; its index counts from 0. */
    static LogTail somewhere(LogParts entries) {
        return new LogTail(entries, new Place(0, entries.start(), Place.START.chain()));
    }

    private void requirePlace() throws IOException {
        if (entries.length() < offset) {
            throw new JournalException("the log is shorter than when #" + (index - 1) + " was read of it");
        }
        if (entries.start() > 0 && offset <= entries.start()) {
            throw new JournalException("the log's entries from #" + index + " on were archived");
        }
        if (offset > 0 && !Arrays.equals(chainBefore(entries, offset), chain)) {
            throw new JournalException("the log is not the one that was read up to #" + (index - 1));
        }
    }

    /** Passes over the complete records before {@code end}, at most so many, without checking them. */
    void skip(long end, long most) throws IOException {
        window.clear().limit(0);
        chain = chain.clone();
        for (long i = 0; i < most; i++) {
            int length = next(end);
            if (length < 0) {
                return;
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
        return entries.length();
    }

    /** Has everything that is there now on the disk, and returns how many bytes that is. */
    public long sync() throws IOException {
        long length = entries.length();
        entries.sync();
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
            while (window.hasRemaining()) {
                int count =
                        entries.read(offset + window.position(), window.array(), window.position(), window.remaining());
                if (count <= 0) {
                    throw new JournalException("the log became shorter while it was read, at #" + index);
                }
                window.position(window.position() + count);
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
