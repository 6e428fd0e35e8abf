package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.FrontEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The real HTTP server with real sockets, over a scripted kernel. */
final class TestDoors implements AutoCloseable {
    final ScriptedKernel kernel = new ScriptedKernel();
    final Doors doors;
    private final Path directory;

    /** A context's calls and its open door. */
    record Opened(ContextCalls calls, Door door, SocketAddress socket, SocketAddress loopback, List<FrontEvent> seen) {}

    TestDoors(Duration idle) throws IOException {
        doors = new Doors(idle);
        doors.start();
        directory = Files.createTempDirectory("doors");
    }

    Opened open(Admitted admitted) throws IOException {
        return open(admitted, kernel, kernel.proofs(), new Childless());
    }

    /** A door behind which something else may decide what comes from the kernel and what of it is believed. */
    Opened open(Admitted admitted, Kernel asked, Proofs proofs, Family family) throws IOException {
        Path path = directory.resolve(Text.randomId().toHex().substring(0, 12));
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        unix.bind(UnixDomainSocketAddress.of(path));
        ServerSocketChannel tcp = ServerSocketChannel.open();
        tcp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        List<FrontEvent> seen = new CopyOnWriteArrayList<>();
        ContextCalls calls = new ContextCalls(admitted, asked, proofs, family, seen::add, new ContextCalls.Tally());
        SocketAddress loopback = tcp.getLocalAddress();
        return new Opened(
                calls, doors.open(calls, List.of(unix, tcp)), UnixDomainSocketAddress.of(path), loopback, seen);
    }

    /** No children here. */
    static final class Childless implements Family {
        @Override
        public void begin(Admitted child, String input) {
            throw new IllegalStateException("no children here");
        }

        @Override
        public Blob awaitResult(Blob childContext) {
            return Blob.EMPTY;
        }
    }

    @Override
    public void close() throws IOException {
        doors.close();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
