package ambit.core;

import ambit.log.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A disk in memory that can break, and that can be slow. */
final class FailingStorage implements Storage {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Optional<byte[]> checkpoint = Optional.empty();
    private boolean broken;
    private boolean held;

    /** Nothing becomes durable until {@link #letGo}. */
    synchronized void hold() {
        held = true;
    }

    synchronized void letGo() {
        held = false;
        notifyAll();
    }

    synchronized void fail() {
        broken = true;
    }

    @Override
    public synchronized long length() {
        return bytes.size();
    }

    @Override
    public synchronized int read(long position, byte[] into, int offset, int length) {
        System.arraycopy(bytes.toByteArray(), (int) position, into, offset, length);
        return length;
    }

    @Override
    public synchronized void append(ByteBuffer more) {
        while (more.hasRemaining()) {
            bytes.write(more.get());
        }
    }

    @Override
    public synchronized void sync() throws IOException {
        try {
            while (held) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (broken) {
            throw new IOException("the disk is gone");
        }
    }

    @Override
    public long newest() {
        return 0;
    }

    @Override
    public void rewrite(long position, ByteBuffer again) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void truncate(long length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Optional<byte[]> checkpoint() {
        return checkpoint;
    }

    @Override
    public synchronized void replaceCheckpoint(byte[] note) {
        checkpoint = Optional.of(note.clone());
    }

    @Override
    public long start() {
        return 0;
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.empty();
    }

    @Override
    public void replaceSnapshot(byte[] snapshot) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
