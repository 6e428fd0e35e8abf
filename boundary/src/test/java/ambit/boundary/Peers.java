package ambit.boundary;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** One end of a Unix socket: {@code listen PATH} or {@code connect PATH}; prints who the peer is. */
final class Peers {
    private Peers() {}

    public static void main(String[] arguments) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(arguments[1]);
        if (arguments[0].equals("listen")) {
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(address);
                Files.setPosixFilePermissions(Path.of(arguments[1]), PosixFilePermissions.fromString("rw-rw-rw-"));
                System.out.println("listening");
                try (SocketChannel accepted = server.accept()) {
                    System.out.println(peer(accepted));
                }
            }
        } else {
            try (SocketChannel channel = SocketChannel.open(address)) {
                System.out.println(peer(channel));
            }
        }
    }

    static String peer(SocketChannel channel) throws IOException, ReflectiveOperationException {
        for (SocketOption<?> option : channel.supportedOptions()) {
            if (option.name().equals("SO_PEERCRED")) {
                Object principal = channel.getOption(option);
                Object user = principal.getClass().getMethod("user").invoke(principal);
                return ((java.security.Principal) user).getName();
            }
        }
        throw new IOException("no SO_PEERCRED");
    }
}
