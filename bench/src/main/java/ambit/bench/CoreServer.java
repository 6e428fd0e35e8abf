package ambit.bench;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.core.InProcess;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A core process of its own, started as the supervisor starts it, with one tenant. Its drivers are played by this one. */
final class CoreServer implements AutoCloseable {

    /** The paths of sockets are short. */
    static final Path SOCKETS = Path.of("/tmp");

    private static final String CORRETTO = "com.amazon.corretto.crypto.provider";

    private final TemporaryDirectory sockets;
    private final Path state;
    private final Process process;
    private final SigningKey receipts = SigningKey.generate();
    private final List<FrameChannel> open = new ArrayList<>();

    private CoreServer(TemporaryDirectory sockets, Path state, Process process) {
        this.sockets = sockets;
        this.state = state;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param jars the directory of the core's jars
     * @param place where a directory for its log is made
     */
    static CoreServer start(Path jars, Path place, Charter charter) throws IOException, InterruptedException {
        TemporaryDirectory sockets = TemporaryDirectory.in(SOCKETS, "ambit-bench");
        Path state = Files.createTempDirectory(Files.createDirectories(place), "core");
        CoreServer server = new CoreServer(sockets, state, process(jars, sockets.path(), state));
        try {
            if (!"ready"
                    .equals(server.process.inputReader(StandardCharsets.UTF_8).readLine())) {
                throw new IOException("the core did not start");
            }
            FrameChannel admin = server.connect("admin");
            AdminToCore registration = charter.registration();
            admin.send(registration.toCbor());
            admin.receive();
            FrameChannel control = server.hello(DriverToCore.Hello.CONTROL);
            Thread.ofPlatform().daemon().start(() -> agreeToAll(control));
            server.hello(DriverToCore.Hello.RECEIPTS);
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    static Process process(Path jars, Path sockets, Path state) throws IOException {
        // A user without a name is told by number.
        List<String> self = List.of(
                Files.getOwner(Path.of("/proc/self")).getName(),
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
        CoreConfig config = new CoreConfig(
                state,
                sockets.resolve("broker"),
                sockets.resolve("drivers"),
                sockets.resolve("admin"),
                self,
                self,
                self,
                "ambit/bench",
                Blob.EMPTY);
        Path file = sockets.resolve("config");
        Files.write(file, config.toBlob().toArray());
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Xss512k",
                        "-Xmx256m",
                        "--enable-native-access=" + CORRETTO,
                        "--add-modules",
                        "jdk.net," + CORRETTO,
                        "--module-path",
                        jars.toString(),
                        "-m",
                        "ambit.core/ambit.core.Main",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private FrameChannel hello(int role) throws IOException {
        FrameChannel channel = connect("drivers");
        channel.send(new DriverToCore.Hello(role, receipts.publicKey(), Charter.DRIVERS).toCbor());
        if (!(CoreToDriver.fromCbor(channel.receive()) instanceof CoreToDriver.Welcome)) {
            throw new IOException("the core did not welcome its drivers");
        }
        return channel;
    }

    /** What a driver of memory says to every command, as long as nothing was written. */
    private static void agreeToAll(FrameChannel channel) {
        try {
            while (true) {
                channel.send(InProcess.answer(CoreToDriver.fromCbor(channel.receive()))
                        .toCbor());
            }
        } catch (IOException e) {
            // The core is gone, or the measurement over.
        }
    }

    /** A connection of a broker. It is closed with the server. */
    FrameChannel broker() throws IOException {
        return connect("broker");
    }

    /** Where drivers say what came of calls. It is closed with the server. */
    Receipts receipts() throws IOException {
        return new Receipts(hello(DriverToCore.Hello.RECEIPTS), receipts);
    }

    /** Where its log is. */
    Path log() {
        return state.resolve("log");
    }

    /** What its log is verified with. */
    Blob key() throws IOException {
        return PublicKeyFile.read(state.resolve("core.pub"));
    }

    private FrameChannel connect(String name) throws IOException {
        FrameChannel channel = connect(sockets.path().resolve(name));
        open.add(channel);
        return channel;
    }

    static FrameChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new FrameChannel(channel);
    }

    static CoreToBroker ask(FrameChannel broker, BrokerToCore message) throws IOException {
        broker.send(message.toCbor());
        return CoreToBroker.fromCbor(broker.receive());
    }

    @Override
    public void close() throws IOException {
        for (FrameChannel channel : open) {
            channel.close();
        }
        process.destroy();
        process.onExit().join();
        sockets.close();
    }
}
