package ambit.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Arrays;

/**
 * Frames over a blocking channel: four bytes of length, big endian, then one deterministic CBOR document.
 *
 * <p>A frame beyond {@link #MAX_FRAME} or one that does not decode closes the channel. One thread may send while another
 * receives; sends are serialised, receives belong to one thread at a time.
 */
public final class FrameChannel implements AutoCloseable {
    /** Bytes of CBOR in one frame. */
    public static final int MAX_FRAME = 4 << 20;

    /** The JDK keeps a direct buffer as large as the largest transfer for each thread, so transfers stay small. */
    private static final int TRANSFER = 64 << 10;

    private final ByteChannel channel;

    /** What came along with what was asked for: most frames come whole, with one call of the system. */
    private final ByteBuffer ahead = ByteBuffer.allocate(8 << 10).limit(0);

    private final Object sending = new Object();

    public FrameChannel(ByteChannel channel) {
        this.channel = channel;
    }

    /** Sends one frame; {@link IllegalArgumentException} if it would exceed {@link #MAX_FRAME}. */
    public void send(Cbor message) throws IOException {
        byte[] body = Cbor.encode(message);
        if (body.length > MAX_FRAME) {
            throw new IllegalArgumentException("frame of " + body.length + " bytes exceeds " + MAX_FRAME);
        }
        ByteBuffer frame = ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .flip();
        synchronized (sending) {
            for (int end = frame.limit(); frame.position() < end; ) {
                frame.limit(Math.min(end, frame.position() + TRANSFER));
                channel.write(frame);
            }
        }
    }

    /**
     * Waits for one frame.
     *
     * @throws EOFException when the peer closed, between frames or within one
     * @throws MalformedException when the peer broke the protocol; the channel is then closed
     */
    public Cbor receive() throws IOException {
        try {
            int length = ByteBuffer.wrap(read(4)).getInt();
            if (length < 0 || length > MAX_FRAME) {
                throw new MalformedException("frame beyond its limit");
            }
            return Cbor.decode(read(length));
        } catch (MalformedException e) {
            close();
            throw e;
        }
    }

    /** Makes room as bytes come: a length that is never followed by as many costs nothing. */
    private byte[] read(int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, TRANSFER)];
        for (int at = 0, some; at < length; at += some) {
            if (at == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(length, 2 * bytes.length));
            }
            if (!ahead.hasRemaining()) {
                int count = channel.read(ahead.duplicate().clear());
                if (count < 0) {
                    throw new EOFException("the peer closed the channel");
                }
                ahead.position(0).limit(count);
            }
            some = Math.min(ahead.remaining(), bytes.length - at);
            ahead.get(bytes, at, some);
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
