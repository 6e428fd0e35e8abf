package ambit.bench;

import static ambit.bench.Installation.id;

import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Request;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AdminToCore;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import ambit.wire.FrameChannel;
import ambit.wire.Syscall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The core's process alone: how long from a request on its socket to the signed permit. The drivers are played by this one. */
final class DecisionPart implements Part {

    private static final int WARM_UP = 300;

    private final Path core;
    private final Path place;
    private final int count;

    /**
     * @param core the directory of the core's jars
     * @param directory where a directory for the core's log is made
     */
    DecisionPart(Path core, Path directory, int count) throws IOException {
        this.core = core;
        this.place = Files.createTempDirectory(Files.createDirectories(directory), "core");
        this.count = count;
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        Path sockets = Files.createTempDirectory("ambit-bench");
        Process process = start(sockets);
        try (FrameChannel drivers = connect(sockets.resolve("drivers"));
                FrameChannel admin = connect(sockets.resolve("admin"));
                FrameChannel broker = connect(sockets.resolve("broker"));
                EchoServer server = new EchoServer(sockets.resolve("echo"));
                FrameChannel echo = connect(server.socket())) {
            SigningKey tenant = SigningKey.generate();
            admin.send(new AdminToCore.Register("bench", tenant.publicKey()).toCbor());
            admin.receive();
            hello(drivers, DriverToCore.Hello.CONTROL);
            Thread.ofPlatform().daemon().start(() -> agreeToAll(drivers));
            try (FrameChannel receipts = connect(sockets.resolve("drivers"))) {
                hello(receipts, DriverToCore.Hello.RECEIPTS);
                CoreToBroker.Admitted context = admit(broker, tenant);
                Blob handle = context.capabilities().getFirst().handle();
                Cbor effect = new BrokerToCore.Decide(
                                context.context(), Syscall.TOOL_CALL, handle, text("{\"path\":\"/repo/a\"}"))
                        .toCbor();
                Cbor read = new BrokerToCore.Decide(
                                context.context(), Syscall.MEMORY_READ, Blob.EMPTY, text("{\"key\":\"draft\"}"))
                        .toCbor();
                return new Result(
                        List.of(
                                row(
                                        "the core's decision on a `tool_call`, durable",
                                        times(broker, effect),
                                        echo,
                                        effect),
                                row("the core's decision on a `memory_read`", times(broker, read), echo, read)),
                        List.of());
            }
        } finally {
            process.destroy();
            process.waitFor();
            try (Stream<Path> left = Files.walk(sockets)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private Row row(String what, Samples times, FrameChannel echo, Cbor frame) throws IOException {
        return Row.ofTimes(what, times, "the same frame, Unix-socket echo by a JVM", times(echo, frame));
    }

    private Process start(Path sockets) throws IOException {
        // A user without a name is told by number.
        List<String> self = List.of(
                Files.getOwner(Path.of("/proc/self")).getName(),
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
        CoreConfig config = new CoreConfig(
                place,
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
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "--add-modules",
                        "jdk.net", // tells who connects
                        "--module-path",
                        core.toString(),
                        "-m",
                        "ambit.core/ambit.core.Main",
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (!"ready".equals(line)) {
            throw new IOException("the core did not start");
        }
        return process;
    }

    private static FrameChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new FrameChannel(channel);
    }

    private static void hello(FrameChannel channel, int role) throws IOException {
        Blob key = SigningKey.generate().publicKey();
        channel.send(new DriverToCore.Hello(role, key, List.of("files", "memory")).toCbor());
        if (!(CoreToDriver.fromCbor(channel.receive()) instanceof CoreToDriver.Welcome)) {
            throw new IOException("the core did not welcome its drivers");
        }
    }

    /** What a driver of memory says to every command, as long as nothing was written. */
    private static void agreeToAll(FrameChannel channel) {
        try {
            while (true) {
                channel.receive();
                channel.send(new DriverToCore.Ok().toCbor());
            }
        } catch (IOException e) {
            // The core is gone, or the measurement over.
        }
    }

    private static CoreToBroker.Admitted admit(FrameChannel broker, SigningKey tenant) throws IOException {
        long now = System.currentTimeMillis() / 1000;
        SigningKey holder = SigningKey.generate();
        List<Constraint> constraints =
                List.of(new Constraint("path", Constraint.Kind.UNDER, List.of(Cbor.of("/repo")), false));
        Cap cap = new Cap("files.write", Cap.TOOL, "files", Cap.USE, -1, constraints, false, Blob.EMPTY);
        List<Memory> memory = List.of(new Memory("own", 3, 1 << 20));
        Grant grant =
                new Grant("bench", id(), holder.publicKey(), now - 1, now + 3600, 0, "agent", List.of(cap), memory);
        Blob signed = Signed.sign(Domain.GRANT, tenant, grant.toBlob());
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        Blob spec = new AgentSpec(
                        "agent",
                        List.of("/bin/true"),
                        new TreeMap<>(),
                        "/",
                        List.of(),
                        limit,
                        new TreeMap<>(),
                        new TreeMap<>())
                .toBlob();
        Request request = new Request(
                signed.sha256(),
                id(),
                now,
                now + 3600,
                "agent",
                spec.sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(),
                Blob.EMPTY.sha256());
        Blob asked = Signed.sign(Domain.REQUEST, holder, request.toBlob());
        broker.send(new BrokerToCore.Admit(signed, asked, spec).toCbor());
        CoreToBroker answer = CoreToBroker.fromCbor(broker.receive());
        if (answer instanceof CoreToBroker.Admitted admitted) {
            return admitted;
        }
        throw new IOException("not admitted: " + answer);
    }

    private Samples times(FrameChannel channel, Cbor frame) throws IOException {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < WARM_UP + count; i++) {
            long began = System.nanoTime();
            channel.send(frame);
            Cbor answer = channel.receive();
            times.add(System.nanoTime() - began);
            if (!answer.equals(frame) && !(CoreToBroker.fromCbor(answer) instanceof CoreToBroker.Permitted)) {
                throw new IOException("not permitted: " + answer);
            }
        }
        return Samples.of(times.subList(WARM_UP, times.size()));
    }

    private static Blob text(String json) {
        return Blob.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
