package ambit.retrieval.encryption;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.zip.CRC32;
import org.apache.lucene.store.IndexOutput;

/** Writes one sealed file. It has no end, and so does not open, unless it is closed. Used by one thread. */
final class SealedOutput extends IndexOutput {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Runnable finished;
    private final FileChannel channel;
    private final FileKeys.FileKey key;
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[SealedFile.BLOCK];
    private int filled;

    /** How much of the buffer is in the checksum. */
    private int counted;

    private long block;
    private boolean closed;

    SealedOutput(Path path, String name, String bound, FileKeys keys, Runnable finished) throws IOException {
        super("SealedOutput(" + name + ")", name);
        this.finished = finished;
        byte[] salt = new byte[FileKeys.SALT];
        RANDOM.nextBytes(salt);
        this.key = keys.file(salt, bound);
        this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        write(SealedFile.MAGIC);
        write(salt);
    }

    private void write(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** A full block is sealed when more comes, since only then it is known not to be the last. */
    private void makeRoom() throws IOException {
        if (filled == buffer.length) {
            count();
            write(key.seal(block++, false, buffer, filled));
            filled = 0;
            counted = 0;
        }
    }

    private void count() {
        checksum.update(buffer, counted, filled - counted);
        counted = filled;
    }

    @Override
    public void writeByte(byte value) throws IOException {
        makeRoom();
        buffer[filled++] = value;
    }

    @Override
    public void writeBytes(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int left = length;
        while (left > 0) {
            makeRoom();
            int some = Math.min(left, buffer.length - filled);
            System.arraycopy(bytes, at, buffer, filled, some);
            filled += some;
            at += some;
            left -= some;
        }
    }

    @Override
    public long getFilePointer() {
        return block * SealedFile.BLOCK + filled;
    }

    @Override
    public long getChecksum() {
        count();
        return checksum.getValue();
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try (channel) {
                write(key.seal(block, true, buffer, filled));
            } finally {
                finished.run();
                java.util.Arrays.fill(buffer, (byte) 0);
            }
        }
    }
}
