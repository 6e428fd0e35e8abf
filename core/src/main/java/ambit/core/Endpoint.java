package ambit.core;

import ambit.wire.FrameChannel;
import ambit.wire.Peer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * One listening Unix socket. Whoever connects must be one of its users; each connection gets a platform thread, which ends with
 * it. A peer that breaks the protocol is closed.
 */
final class Endpoint implements AutoCloseable {
    /** Serves one connection until it ends; what it throws closes the connection. */
    @FunctionalInterface
    interface Session {
        void serve(FrameChannel channel) throws IOException, InterruptedException;
    }

    private static final System.Logger LOG = System.getLogger("ambit.core");

    private final Path path;
    private final List<String> users;
    private final Semaphore free;
    private final Session session;
    private final ServerSocketChannel listener;

    /** Binds the socket; {@link #start} accepts. The directory it is in decides who can reach it at all. */
    Endpoint(Path path, List<String> users, int connections, Session session) throws IOException {
        this.path = path;
        this.users = users;
        this.free = new Semaphore(connections);
        this.session = session;
        Files.deleteIfExists(path);
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    void start() {
        Thread.ofPlatform().name("accept " + path).start(this::accept);
    }

    private void accept() {
        try {
            while (listener.isOpen()) {
                SocketChannel channel = listener.accept();
                if (free.tryAcquire()) {
                    Thread.ofPlatform().name("session").daemon().start(() -> serve(channel));
                } else {
                    channel.close();
                }
            }
        } catch (IOException e) {
            if (listener.isOpen()) {
                LOG.log(System.Logger.Level.ERROR, "no more connections at " + path, e);
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            String user = Peer.uid(channel);
            if (users.contains(user)) {
                session.serve(new FrameChannel(channel));
            } else {
                LOG.log(System.Logger.Level.WARNING, "user " + user + " has no business at " + path);
            }
        } catch (java.io.EOFException e) {
            LOG.log(System.Logger.Level.DEBUG, "a peer left " + path);
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "closed a connection at " + path + ": " + e.getMessage());
        } finally {
            free.release();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(path);
    }
}
