package ambit.retrieval.encryption;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;

/**
 * One sealed file, open for reading: 8 bytes that say what it is, 32 bytes of salt, then blocks of 16 KiB, each with its tag, of
 * which the last may be shorter.
 *
 * <p>Its last block is opened at once, so a file that was cut off, continued, renamed or sealed with another key is noticed before
 * anything of it is read. Safe for use by several threads.
 */
final class SealedFile {
    static final byte[] MAGIC = "AMBITIX1".getBytes(StandardCharsets.US_ASCII);
    static final int HEAD = MAGIC.length + FileKeys.SALT;
    static final int BLOCK = 16 << 10;
    static final int BOX = BLOCK + FileKeys.TAG;

    private final Path path;
    private final FileChannel channel;
    private final FileKeys.FileKey key;
    private final BlockCache cache;
    private final BlockCache.Blocks kept;
    private final long length;
    private final long blocks;

    private SealedFile(
            Path path, String bound, FileChannel channel, FileKeys keys, BlockCache cache, BlockCache.Owner owner)
            throws IOException {
        this.path = path;
        this.channel = channel;
        this.cache = cache;
        byte[] head = read(0, HEAD);
        if (!java.util.Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new DamagedFile(path);
        }
        this.key = keys.file(java.util.Arrays.copyOfRange(head, MAGIC.length, HEAD), bound);
        long body = channel.size() - HEAD;
        this.blocks = (body + BOX - 1) / BOX;
        this.length = body - blocks * FileKeys.TAG;
        if (blocks < 1 || length < 0 || (blocks > 1 && length <= (blocks - 1) * BLOCK)) {
            throw new DamagedFile(path);
        }
        if (blocks > Integer.MAX_VALUE) {
            throw new IOException("a file of an index is larger than this can read: " + path);
        }
        this.kept = new BlockCache.Blocks(owner, (int) blocks);
        block(blocks - 1);
    }

    static SealedFile open(Path path, String bound, FileKeys keys, BlockCache cache, BlockCache.Owner owner)
            throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        boolean opened = false;
        try {
            SealedFile file = new SealedFile(path, bound, channel, keys, cache, owner);
            opened = true;
            return file;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    /** The plaintext's bytes in a file of this size. */
    static long plainLength(long size) {
        long body = Math.max(0, size - HEAD);
        return Math.max(0, body - (body + BOX - 1) / BOX * FileKeys.TAG);
    }

    long length() {
        return length;
    }

    /** The plaintext of a block; not to be changed. */
    byte[] block(long index) throws IOException {
        byte[] known = kept.find((int) index);
        if (known != null) {
            return known;
        }
        boolean last = index == blocks - 1;
        int size = last ? (int) (length - index * BLOCK) : BLOCK;
        byte[] box = read(HEAD + index * BOX, size + FileKeys.TAG);
        try {
            byte[] plain = key.open(index, last, box, box.length);
            cache.keep(kept, (int) index, plain);
            return plain;
        } catch (GeneralSecurityException e) {
            throw new DamagedFile(path, e);
        }
    }

    private byte[] read(long from, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new DamagedFile(path, new EOFException("cut off"));
            }
        }
        return buffer.array();
    }

    void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
