package ambit.wire;

import java.io.EOFException;
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
 * One listening Unix socket. Whoever connects must be one of its users; each connection gets a thread, which ends with it. A peer that
 * breaks the protocol is closed, and so is one for which there is no room.
 */
public final class Endpoint implements AutoCloseable {
    /** Serves one connection until it ends; what it throws closes the connection. */
    @FunctionalInterface
    public interface Session {
        /** Returns or throws when the connection is over. */
        void serve(FrameChannel channel) throws IOException, InterruptedException;
    }

    private static final System.Logger LOG = System.getLogger("ambit.wire");

    private final Path path;
    private final List<String> users;
    private final Semaphore free;
    private final Thread.Builder threads;
    private final Session session;
    private final ServerSocketChannel listener;

    /**
     * Binds the socket, in place of what an earlier process left there; {@link #start} accepts. The directory it is in decides who can
     * reach it at all.
     *
     * @param users uids that are served
     * @param connections how many at a time
     * @param threads makes the thread of each connection
     */
    public Endpoint(Path path, List<String> users, int connections, Thread.Builder threads, Session session)
            throws IOException {
        this.path = path;
        this.users = List.copyOf(users);
        this.free = new Semaphore(connections);
        this.threads = threads;
        this.session = session;
        Files.deleteIfExists(path);
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    /**
     * Accepts connections from now on.
     *
     * @param broken runs if that ends for another reason than {@link #close}
     */
    public void start(Runnable broken) {
        Thread.ofPlatform().name("accept " + path).start(() -> accept(broken));
    }

    private void accept(Runnable broken) {
        try {
            while (listener.isOpen()) {
                SocketChannel channel = listener.accept();
                if (free.tryAcquire()) {
                    threads.start(() -> serve(channel));
                } else {
                    channel.close();
                }
            }
        } catch (IOException e) {
            if (listener.isOpen()) {
                LOG.log(System.Logger.Level.ERROR, "no more connections at " + path, e);
                broken.run();
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
        } catch (EOFException e) {
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
