package ambit.wire;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;

/** Who is at the other end of a Unix socket, as the operating system says (SO_PEERCRED). */
public final class Peer {
    private Peer() {}

    /**
     * The user of the process that connected: the name that the system knows its uid by, or the uid in decimal where it has no
     * name.
     *
     * <p>The option is found by name because it belongs to the module jdk.net, which must be in the run-time image but is
     * nothing to compile against.
     *
     * @throws IOException whenever the answer is not certain: no Unix socket, no such option, no such module
     */
    public static String uid(SocketChannel channel) throws IOException {
        for (SocketOption<?> option : channel.supportedOptions()) {
            if (option.name().equals("SO_PEERCRED")) {
                return nameOf(credentials(channel, option));
            }
        }
        throw new IOException("this Java runtime cannot tell who connected");
    }

    private static Object credentials(SocketChannel channel, SocketOption<?> option) throws IOException {
        try {
            return channel.getOption(option);
        } catch (UnsupportedOperationException e) {
            throw new IOException("not a Unix socket", e);
        }
    }

    private static String nameOf(Object credentials) throws IOException {
        try {
            Object user = credentials.getClass().getMethod("user").invoke(credentials);
            if (user instanceof java.security.Principal principal) {
                return principal.getName();
            }
            throw new IOException("no user among the peer's credentials");
        } catch (ReflectiveOperationException e) {
            throw new IOException("cannot read the peer's credentials", e);
        }
    }
}
