package ambit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The baseline of a round trip: a Unix socket that sends back what it gets, a platform thread for each connection; or does so once it
 * is on the disk.
 */
final class EchoServer implements AutoCloseable {

    private final Path socket;
    private final ServerSocketChannel listener;
    private final Optional<FileChannel> disk;

    private EchoServer(Path socket, Optional<FileChannel> disk) throws IOException {
        this.socket = socket;
        this.disk = disk;
        Files.deleteIfExists(socket);
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().name("echo").start(this::accept);
    }

    static EchoServer start(Path socket) throws IOException {
        return new EchoServer(socket, Optional.empty());
    }

    /** One that first appends what it gets to a file in {@code directory} and syncs it. */
    static EchoServer startDurable(Path socket, Path directory) throws IOException {
        Path file = Files.createTempFile(Files.createDirectories(directory), "echo", "");
        return new EchoServer(socket, Optional.of(FileChannel.open(file, StandardOpenOption.APPEND)));
    }

    Path socket() {
        return socket;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                Thread.ofPlatform().daemon().name("echo session").start(() -> echo(channel));
            }
        } catch (ClosedChannelException e) {
            // It was closed: no more connections.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void echo(SocketChannel channel) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        try (channel) {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                if (disk.isPresent()) {
                    disk.get().write(buffer.duplicate());
                    disk.get().force(false);
                }
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(socket);
        if (disk.isPresent()) {
            disk.get().close();
        }
    }
}
