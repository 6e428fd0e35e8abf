package ambit.attacks.hostile;

import ambit.wire.Cbor;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A connection to one of the kernel's sockets, over which anything can be sent. */
final class Line implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SocketChannel channel;
    private final FrameChannel frames;

    private Line(SocketChannel channel) {
        this.channel = channel;
        this.frames = new FrameChannel(channel);
    }

    static Line to(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new Line(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static Line over(SocketChannel accepted) {
        return new Line(accepted);
    }

    /** Sends a frame and waits for one. Fails when the other end closes instead. */
    Cbor ask(Cbor message) throws IOException {
        frames.send(message);
        return receive();
    }

    void send(Cbor message) throws IOException {
        frames.send(message);
    }

    Cbor receive() throws IOException {
        return receive(PATIENCE);
    }

    Cbor receive(Duration patience) throws IOException {
        return within(patience, frames::receive);
    }

    /** Waits as long as it takes. */
    Cbor await() throws IOException {
        return frames.receive();
    }

    /** Sends bytes as they are. */
    void sendBytes(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Sends the length of a frame, and then this as its content. */
    void sendFrame(byte[] content) throws IOException {
        sendBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        sendBytes(content);
    }

    /** Whether the other end closes within this time; what it sends until then does not count. */
    boolean closes(Duration patience) throws IOException {
        try {
            return within(patience, () -> {
                ByteBuffer buffer = ByteBuffer.allocate(4096);
                while (channel.read(buffer.clear()) >= 0) {
                    // It still speaks.
                }
                return true;
            });
        } catch (Silence e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Nothing came for as long as one was willing to wait; the connection is given up. */
    static final class Silence extends IOException {
        private static final long serialVersionUID = 1L;

        Silence() {
            super("nothing came");
        }
    }

    private <T> T within(Duration patience, Callable<T> task) throws IOException {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofPlatform().daemon().start(future);
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            close();
            throw new Silence();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
