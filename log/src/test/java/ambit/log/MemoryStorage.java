package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A disk whose n-th write or sync fails, and that remembers what was durable. As systems do, it shows what a failed sync did not write, and
 * never writes it.
 */
final class MemoryStorage implements Storage {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<String> operations = new ArrayList<>();
    private final BitSet dirty = new BitSet();
    private byte[] durable = new byte[0];
    private byte @Nullable [] checkpoint;
    private byte @Nullable [] snapshot;
    private int writesLeft = Integer.MAX_VALUE;
    private int syncsLeft = Integer.MAX_VALUE;
    private int operationsAfterFailure;
    private boolean failed;
    private boolean unreadable;
    private boolean deaf;

    synchronized void failWriteAfter(int writes) {
        writesLeft = writes;
    }

    synchronized void failSyncAfter(int syncs) {
        syncsLeft = syncs;
    }

    synchronized void mend() {
        writesLeft = Integer.MAX_VALUE;
        syncsLeft = Integer.MAX_VALUE;
        failed = false;
    }

    /** What is there afterwards is what was durable. */
    synchronized void losePower() {
        find(durable);
    }

    /** What is there from now on, and durable. */
    synchronized void find(byte[] bytes) {
        written.reset();
        written.writeBytes(bytes);
        durable = bytes.clone();
        dirty.clear();
    }

    /** What was asked of it, in order. */
    synchronized List<String> operations() {
        return List.copyOf(operations);
    }

    synchronized void failReads() {
        unreadable = true;
    }

    /** Bytes that are the same as those that are shown are not written any more. */
    synchronized void deafen() {
        deaf = true;
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
        dirty.set(written.size(), written.size() + bytes.remaining());
        while (bytes.hasRemaining()) {
            written.write(bytes.get());
        }
    }

    @Override
    public synchronized void sync() throws IOException {
        operations.add("sync");
        byte[] now = written.toByteArray();
        BitSet writing = (BitSet) dirty.clone();
        dirty.clear();
        countDown(syncsLeft--);
        durable = Arrays.copyOf(durable, now.length);
        writing.stream().forEach(i -> durable[i] = now[i]);
    }

    @Override
    public synchronized void rewrite(long position, ByteBuffer bytes) throws IOException {
        operations.add("rewrite " + bytes.remaining() + " at " + position);
        countDown(writesLeft--);
        byte[] again = new byte[bytes.remaining()];
        bytes.get(again);
        int at = (int) position;
        byte[] all = written.toByteArray();
        if (!Arrays.equals(again, 0, again.length, all, at, at + again.length)) {
            throw new AssertionError("what is rewritten is not what stands there");
        }
        dirty.set(at, deaf ? at : at + again.length);
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
        durable = Arrays.copyOf(durable, (int) length);
    }

    @Override
    public synchronized long newest() {
        return 0;
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
    public synchronized long start() {
        return 0;
    }

    @Override
    public synchronized Optional<byte[]> snapshot() {
        return Optional.ofNullable(snapshot);
    }

    @Override
    public synchronized void replaceSnapshot(byte[] fresh) {
        snapshot = fresh.clone();
    }

    @Override
    public synchronized void close() {
        operations.add("close");
    }
}
