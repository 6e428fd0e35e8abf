package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameChannelTest {
    @TempDir
    private Path dir;

    private SocketChannel ours;
    private SocketChannel theirs;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(dir.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            ours = SocketChannel.open(address);
            theirs = server.accept();
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        ours.close();
        theirs.close();
    }

    @Test
    void framesArriveInOrderHoweverLargeTheyAre() throws Exception {
        Gen gen = new Gen(4);
        Cbor large = Cbor.of(gen.blob(3 << 20));
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
            FrameChannel channel = new FrameChannel(ours);
            for (Cbor message : new Cbor[] {Cbor.of(1), large, Cbor.array()}) {
                send(channel, message);
            }
        });
        FrameChannel channel = new FrameChannel(theirs);
        assertThat(channel.receive()).isEqualTo(Cbor.of(1));
        assertThat(channel.receive()).isEqualTo(large);
        assertThat(channel.receive()).isEqualTo(Cbor.array());
        sent.join();
        ours.close();
        assertThatThrownBy(channel::receive).isInstanceOf(EOFException.class);
    }

    @Test
    void aFrameOverTheLimitClosesTheChannelBeforeItIsRead() throws Exception {
        ours.write(ByteBuffer.allocate(4).putInt(FrameChannel.MAX_FRAME + 1).flip());
        protocolViolation();
    }

    @Test
    void aNegativeLengthClosesTheChannel() throws Exception {
        ours.write(ByteBuffer.allocate(4).putInt(-1).flip());
        protocolViolation();
    }

    @Test
    void aFrameThatIsNoDocumentClosesTheChannel() throws Exception {
        ours.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 2, 0x18, 0x00}));
        protocolViolation();
    }

    @Test
    void anEmptyFrameClosesTheChannel() throws Exception {
        ours.write(ByteBuffer.allocate(4));
        protocolViolation();
    }

    @Test
    void aFrameCutShortIsAnEnd() throws Exception {
        ours.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 2, 0x18}));
        ours.close();
        FrameChannel channel = new FrameChannel(theirs);
        assertThatThrownBy(channel::receive).isInstanceOf(EOFException.class);
    }

    @Test
    void aMessageBeyondTheLimitIsNotSent() {
        Cbor tooLarge = Cbor.of(Blob.of(new byte[FrameChannel.MAX_FRAME]));
        FrameChannel channel = new FrameChannel(ours);
        assertThatIllegalArgumentException().isThrownBy(() -> channel.send(tooLarge));
    }

    @Test
    void thePeerOfAUnixSocketIsTheUserThatRunsIt() throws Exception {
        assertThat(Peer.uid(theirs)).isEqualTo(System.getProperty("user.name"));
        assertThat(Peer.uid(ours)).isEqualTo(System.getProperty("user.name"));
    }

    @Test
    void thePeerOfANetworkSocketIsNobody() throws Exception {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(loopback);
                SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            assertThatThrownBy(() -> Peer.uid(client)).isInstanceOf(IOException.class);
        }
    }

    private void protocolViolation() {
        FrameChannel channel = new FrameChannel(theirs);
        assertThatThrownBy(channel::receive).isInstanceOf(MalformedException.class);
        assertThat(theirs.isOpen()).isFalse();
    }

    private static void send(FrameChannel channel, Cbor message) {
        try {
            channel.send(message);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
