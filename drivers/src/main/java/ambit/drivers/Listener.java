package ambit.drivers;

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

/** Accepts connections on a Unix socket from known users only, each served by a virtual thread of its own. */
final class Listener implements AutoCloseable {
    /** Connections at a time; more wait in the socket's queue. */
    private static final int CONNECTIONS = 256;

    /** Serves one connection until it ends. */
    @FunctionalInterface
    interface Service {
        void serve(FrameChannel connection) throws IOException;
    }

    private final ServerSocketChannel server;
    private final List<String> users;
    private final Service service;
    private final Runnable broken;
    private final Semaphore room = new Semaphore(CONNECTIONS);

    private Listener(ServerSocketChannel server, List<String> users, Service service, Runnable broken) {
        this.server = server;
        this.users = List.copyOf(users);
        this.service = service;
        this.broken = broken;
    }

    /**
     * Listens at {@code socket}, in place of what an earlier process left there. Who reaches the socket is a matter of its
     * directory; who is served is checked for each connection.
     *
     * @param broken runs if accepting fails for another reason than {@link #close}
     */
    static Listener open(Path socket, List<String> users, Service service, Runnable broken) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        Listener listener = new Listener(server, users, service, broken);
        Thread.ofPlatform().daemon().name("accept-" + socket.getFileName()).start(listener::accept);
        return listener;
    }

    private void accept() {
        try {
            while (true) {
                room.acquire();
                SocketChannel channel = server.accept();
                Thread.ofVirtual().name("connection").start(() -> serve(channel));
            }
        } catch (IOException e) {
            if (server.isOpen()) {
                broken.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            String user = Peer.uid(channel);
            if (users.contains(user)) {
                service.serve(new FrameChannel(channel));
            } else {
                System.getLogger("ambit.drivers")
                        .log(System.Logger.Level.WARNING, "refused a connection of the user {0}", user);
            }
        } catch (IOException e) {
            // the peer went away or broke the protocol: either way this connection is over
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "a connection ended", e);
        } finally {
            room.release();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
