package ambit.cli.supervisor;

import ambit.cli.outcome.Failure;
import ambit.wire.AdminToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connection to one of the kernel's sockets for the host's user. */
public final class Link implements AutoCloseable {

    private final String peer;
    private final FrameChannel channel;

    private Link(String peer, FrameChannel channel) {
        this.peer = peer;
        this.channel = channel;
    }

    /**
     * Connects.
     *
     * @param peer what messages call the other end
     * @throws IOException if nobody listens there
     */
    public static Link open(Path socket, String peer) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new Link(peer, new FrameChannel(channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Connects, and fails with a sentence for the user where nobody listens. */
    public static Link connect(Path socket, String peer) {
        try {
            return open(socket, peer);
        } catch (IOException e) {
            throw Failure.kernel(
                            "the " + peer + " of the kernel does not answer",
                            "'ambit status' says how it is; 'ambit up' starts it")
                    .because(e);
        }
    }

    /** Asks the core. A refusal is an answer like any other. */
    public static CoreToAdmin ask(Places places, AdminToCore question) {
        try (Link core = connect(places.coreAdmin(), "core")) {
            core.send(question);
            return CoreToAdmin.fromCbor(core.receive());
        } catch (IOException e) {
            throw Failure.kernel("the core broke off", "see " + places.kernelLog())
                    .because(e);
        }
    }

    public void send(Cbor.Message message) throws IOException {
        channel.send(message.toCbor());
    }

    public Cbor receive() throws IOException {
        return channel.receive();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return peer;
    }
}
