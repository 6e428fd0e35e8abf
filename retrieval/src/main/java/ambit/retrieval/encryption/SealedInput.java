package ambit.retrieval.encryption;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;

/** Reads a sealed file, or a part of one. Used by one thread; each thread takes a clone. */
final class SealedInput extends IndexInput implements RandomAccessInput {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);
    private static final byte[] NOTHING = {};

    /** Whether the file is still open, for all that read it. */
    private static final class Open {
        private volatile boolean closed;
    }

    private final SealedFile file;
    private final Open open;
    private final boolean owner;
    private final long start;
    private final long length;

    private byte[] block = NOTHING;

    /** The place in the file of the block's first byte; the place of what is read next is this and {@link #at}. */
    private long base;

    private int at;

    /** The end, within the block, of what may be read of it. */
    private int end;

    SealedInput(String description, SealedFile file) {
        this(description, file, new Open(), true, 0, file.length());
    }

    private SealedInput(String description, SealedFile file, Open open, boolean owner, long start, long length) {
        super(description);
        this.file = file;
        this.open = open;
        this.owner = owner;
        this.start = start;
        this.length = length;
        this.base = start;
    }

    private static VarHandle view(Class<?> type) {
        return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
    }

    /** Has the block at hand that holds this byte of the file, counted from its beginning. */
    private void turnTo(long place) throws IOException {
        if (open.closed) {
            throw new AlreadyClosedException("already closed: " + this);
        }
        long index = place / SealedFile.BLOCK;
        block = file.block(index);
        base = index * SealedFile.BLOCK;
        at = (int) (place - base);
        end = (int) Math.min(block.length, start + length - base);
    }

    private void requireMore() throws IOException {
        if (at >= end) {
            long place = base + at;
            if (place >= start + length) {
                throw new EOFException("read past the end: " + this);
            }
            turnTo(place);
        }
    }

    @Override
    public byte readByte() throws IOException {
        requireMore();
        return block[at++];
    }

    @Override
    public void readBytes(byte[] into, int offset, int count) throws IOException {
        int to = offset;
        int left = count;
        while (left > 0) {
            requireMore();
            int some = Math.min(left, end - at);
            System.arraycopy(block, at, into, to, some);
            at += some;
            to += some;
            left -= some;
        }
    }

    @Override
    public short readShort() throws IOException {
        if (whole(Short.BYTES) == 0) {
            return super.readShort();
        }
        short value = (short) SHORT.get(block, at);
        at += Short.BYTES;
        return value;
    }

    @Override
    public int readInt() throws IOException {
        if (whole(Integer.BYTES) == 0) {
            return super.readInt();
        }
        int value = (int) INT.get(block, at);
        at += Integer.BYTES;
        return value;
    }

    @Override
    public long readLong() throws IOException {
        if (whole(Long.BYTES) == 0) {
            return super.readLong();
        }
        long value = (long) LONG.get(block, at);
        at += Long.BYTES;
        return value;
    }

    @Override
    public void readFloats(float[] into, int offset, int count) throws IOException {
        int to = offset;
        int left = count;
        while (left > 0) {
            int some = Math.min(left, whole(Float.BYTES));
            if (some == 0) {
                into[to] = Float.intBitsToFloat(readInt());
                some = 1;
            } else {
                buffer(some * Float.BYTES).asFloatBuffer().get(into, to, some);
            }
            to += some;
            left -= some;
        }
    }

    @Override
    public void readInts(int[] into, int offset, int count) throws IOException {
        int to = offset;
        int left = count;
        while (left > 0) {
            int some = Math.min(left, whole(Integer.BYTES));
            if (some == 0) {
                into[to] = readInt();
                some = 1;
            } else {
                buffer(some * Integer.BYTES).asIntBuffer().get(into, to, some);
            }
            to += some;
            left -= some;
        }
    }

    @Override
    public void readLongs(long[] into, int offset, int count) throws IOException {
        int to = offset;
        int left = count;
        while (left > 0) {
            int some = Math.min(left, whole(Long.BYTES));
            if (some == 0) {
                into[to] = readLong();
                some = 1;
            } else {
                buffer(some * Long.BYTES).asLongBuffer().get(into, to, some);
            }
            to += some;
            left -= some;
        }
    }

    /** How many of this size are in what is left of the block, which is the next one where nothing is left. 0: the next lies in two. */
    private int whole(int size) throws IOException {
        requireMore();
        return (end - at) / size;
    }

    private ByteBuffer buffer(int count) {
        ByteBuffer buffer = ByteBuffer.wrap(block, at, count).order(ByteOrder.LITTLE_ENDIAN);
        at += count;
        return buffer;
    }

    @Override
    public long getFilePointer() {
        return base + at - start;
    }

    @Override
    public void seek(long position) throws IOException {
        if (position < 0 || position > length) {
            throw new EOFException("seek past the end: " + position + " of " + length + " in " + this);
        }
        long place = start + position;
        if (end > 0 && place >= base && place - base < block.length) {
            at = (int) (place - base);
        } else {
            // the block is fetched when something of it is read
            base = place;
            at = 0;
            end = 0;
            block = NOTHING;
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public byte readByte(long position) throws IOException {
        seek(position);
        return readByte();
    }

    @Override
    public short readShort(long position) throws IOException {
        seek(position);
        return readShort();
    }

    @Override
    public int readInt(long position) throws IOException {
        seek(position);
        return readInt();
    }

    @Override
    public long readLong(long position) throws IOException {
        seek(position);
        return readLong();
    }

    @Override
    public void readBytes(long position, byte[] into, int offset, int count) throws IOException {
        seek(position);
        readBytes(into, offset, count);
    }

    @Override
    public SealedInput clone() {
        return new SealedInput(toString(), file, open, false, start, length).placedAt(getFilePointer());
    }

    private SealedInput placedAt(long position) {
        if (open.closed) {
            throw new AlreadyClosedException("already closed: " + this);
        }
        base = start + position;
        return this;
    }

    @Override
    public SealedInput slice(String description, long offset, long size) throws IOException {
        if (offset < 0 || size < 0 || offset > length - size) {
            throw new IllegalArgumentException(
                    "a slice of " + size + " from " + offset + " is not within " + length + ": " + this);
        }
        return new SealedInput(getFullSliceDescription(description), file, open, false, start + offset, size)
                .placedAt(0);
    }

    @Override
    public void close() throws IOException {
        if (owner && !open.closed) {
            open.closed = true;
            file.close();
        }
        block = NOTHING;
        base += at;
        at = 0;
        end = 0;
    }
}
