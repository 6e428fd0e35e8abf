package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A disk whose n-th write or sync fails, and that remembers what was durable. */
final class MemoryStorage implements Storage {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<String> operations = new ArrayList<>();
    private byte[] durable = new byte[0];
    private byte @Nullable [] checkpoint;
    private int writesLeft = Integer.MAX_VALUE;
    private int syncsLeft = Integer.MAX_VALUE;
    private int operationsAfterFailure;
    private boolean failed;
    private boolean unreadable;

    synchronized void failWriteAfter(int writes) {
        writesLeft = writes;
    }

    synchronized void failSyncAfter(int syncs) {
        syncsLeft = syncs;
    }

    /** What was asked of it, in order. */
    synchronized List<String> operations() {
        return List.copyOf(operations);
    }

    synchronized void failReads() {
        unreadable = true;
    }

    synchronized byte[] durable() {
        return durable;
    }

    synchronized int operationsAfterFailure() {
        return operationsAfterFailure;
    }

    @Override
    public synchronized long length() {
        return written.size();
    }

    @Override
    public synchronized int read(long position, byte[] into, int offset, int length) throws IOException {
        if (unreadable) {
            throw new IOException("Input/output error");
        }
        byte[] all = written.toByteArray();
        int count = Math.min(length, all.length - (int) position);
        System.arraycopy(all, (int) position, into, offset, count);
        return count;
    }

    @Override
    public synchronized void append(ByteBuffer bytes) throws IOException {
        operations.add("append " + bytes.remaining());
        countDown(writesLeft--);
        while (bytes.hasRemaining()) {
            written.write(bytes.get());
        }
    }

    @Override
    public synchronized void sync() throws IOException {
        operations.add("sync");
        countDown(syncsLeft--);
        durable = written.toByteArray();
    }

    private void countDown(int left) throws IOException {
        if (failed) {
            operationsAfterFailure++;
        }
        if (left <= 0) {
            failed = true;
            throw new IOException("the disk is gone");
        }
    }

    @Override
    public synchronized void truncate(long length) {
        byte[] all = written.toByteArray();
        written.reset();
        written.write(all, 0, (int) length);
    }

    @Override
    public synchronized Optional<byte[]> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    @Override
    public synchronized void replaceCheckpoint(byte[] note) {
        operations.add("checkpoint "
                + new String(note, UTF_8).lines().skip(1).findFirst().orElseThrow());
        checkpoint = note.clone();
    }

    @Override
    public synchronized void close() {
        operations.add("close");
    }
}
