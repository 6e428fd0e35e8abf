package ambit.broker;

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

/** Unix sockets between the kernel's processes, each end knowing who is at the other. */
final class Sockets {
    private Sockets() {}

    static FrameChannel connect(Path socket, List<String> users) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            check(channel, users);
            return new FrameChannel(channel);
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot speak through " + socket.getFileName() + ": " + e.getMessage(), e);
        }
    }

    /** Refuses a peer that is none of {@code users}. */
    static void check(SocketChannel channel, List<String> users) throws IOException {
        String user = Peer.uid(channel);
        if (!users.contains(user)) {
            throw new IOException("the peer is " + user + ", which has no business here");
        }
    }

    /**
     * Listens; a socket of a process that is gone is replaced. Its directory decides who can reach it, {@link #check} who is
     * heard.
     */
    static ServerSocketChannel listen(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            return listener;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }
}
