package ambit.bench;

import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One transaction, from the request on the broker's socket to its end. Closing it kills it. */
final class GuestRun implements AutoCloseable {

    private final FrameChannel channel;

    private GuestRun(FrameChannel channel) {
        this.channel = channel;
    }

    static GuestRun start(Path broker, FrontRequest.Run request) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(UnixDomainSocketAddress.of(broker));
        GuestRun run = new GuestRun(new FrameChannel(socket));
        run.channel.send(request.toCbor());
        return run;
    }

    /** Waits for the guest's first output and returns it. */
    String firstOutput() throws IOException {
        while (true) {
            switch (FrontEvent.fromCbor(channel.receive())) {
                case FrontEvent.Stdout(var bytes) -> {
                    return new String(bytes.toArray(), StandardCharsets.UTF_8);
                }
                case FrontEvent.Refused refused -> throw new IOException("refused: " + refused.sentence());
                case FrontEvent.Finished finished -> throw new IOException("it said nothing: " + finished);
                default -> {}
            }
        }
    }

    /** Waits until the transaction is committed. */
    void awaitSuccess() throws IOException {
        while (true) {
            if (FrontEvent.fromCbor(channel.receive()) instanceof FrontEvent.Finished finished) {
                if (finished.how() != End.SUCCESS) {
                    throw new IOException("it ended otherwise: " + finished);
                }
                return;
            }
        }
    }

    /** Ends the guest's input. */
    void endInput() throws IOException {
        channel.send(new FrontRequest.StdinEnd().toCbor());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
