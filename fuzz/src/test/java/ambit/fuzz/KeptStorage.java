package ambit.fuzz;

import ambit.log.Storage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Storage in memory. */
final class KeptStorage implements Storage {
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private Optional<byte[]> checkpoint = Optional.empty();
    private Optional<byte[]> snapshot = Optional.empty();

    @Override
    public long start() {
        return 0;
    }

    @Override
    public long length() {
        return entries.size();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) {
        int count = (int) Math.min(length, entries.size() - position);
        System.arraycopy(entries.toByteArray(), (int) position, into, offset, Math.max(0, count));
        return count <= 0 ? -1 : count;
    }

    @Override
    public void append(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            entries.write(bytes.get());
        }
    }

    @Override
    public long newest() {
        return 0;
    }

    @Override
    public void rewrite(long position, ByteBuffer bytes) {
        bytes.position(bytes.limit()); // they are there
    }

    @Override
    public void sync() {}

    @Override
    public void truncate(long length) {
        byte[] kept = Arrays.copyOf(entries.toByteArray(), (int) length);
        entries.reset();
        entries.writeBytes(kept);
    }

    @Override
    public Optional<byte[]> checkpoint() {
        return checkpoint;
    }

    @Override
    public void replaceCheckpoint(byte[] note) {
        checkpoint = Optional.of(note);
    }

    @Override
    public Optional<byte[]> snapshot() {
        return snapshot;
    }

    @Override
    public void replaceSnapshot(byte[] bytes) {
        snapshot = Optional.of(bytes);
    }

    @Override
    public void close() {}
}
