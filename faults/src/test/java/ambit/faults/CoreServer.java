package ambit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.FrameChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** A core process of its own on a directory of state, and drivers at it that do what they are told. */
final class CoreServer implements AutoCloseable {
    static final String ORIGIN = "ambit/faults";

    private static final int READY_SECONDS = 90;

    private final Path sockets;
    private final Process process;
    private final Warden warden;
    private final Tenant tenant;
    private final List<FrameChannel> open = new ArrayList<>();
    private final FrameChannel admin;

    private CoreServer(Path sockets, Process process, Tenant tenant) throws IOException {
        this.sockets = sockets;
        this.process = process;
        this.tenant = tenant;
        this.warden = Warden.ofProcess(process.pid());
        try {
            awaitReady();
            admin = connect("admin");
            FrameChannel control = hello(DriverToCore.Hello.CONTROL);
            Thread.ofPlatform().daemon().name("memory driver").start(() -> obey(control));
            receipts();
        } catch (IOException e) {
            kill();
            warden.close();
            throw e;
        }
    }

    private void awaitReady() throws IOException {
        BufferedReader output = process.inputReader(UTF_8);
        AtomicBoolean said = new AtomicBoolean();
        // What breaks its system calls can also hang it.
        CompletableFuture.delayedExecutor(READY_SECONDS, TimeUnit.SECONDS).execute(() -> {
            if (!said.get()) {
                process.destroyForcibly();
            }
        });
        String line = output.readLine();
        said.set(true);
        if (!"ready".equals(line)) {
            throw new IOException("the core did not start: "
                    + process.errorReader(UTF_8).lines().collect(Collectors.joining(" | ")));
        }
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param floor a checkpoint that the log must continue, or empty
     * @throws IOException with what it said, if it does not start
     */
    static CoreServer start(Path state, Tenant tenant, JavaProgram.Start how, Blob floor) throws IOException {
        Path sockets = Files.createTempDirectory("ambit-faults");
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
                ORIGIN,
                floor);
        Path file = Files.write(sockets.resolve("config"), config.toBlob().toArray());
        return new CoreServer(sockets, JavaProgram.start(how, "ambit.core.Main", file), tenant);
    }

    private FrameChannel hello(int role) throws IOException {
        FrameChannel channel = connect("drivers");
        channel.send(new DriverToCore.Hello(role, tenant.receiptKey.publicKey(), Tenant.DRIVERS).toCbor());
        channel.receive();
        return channel;
    }

    /** A connection for receipts. */
    FrameChannel receipts() throws IOException {
        return hello(DriverToCore.Hello.RECEIPTS);
    }

    private static void obey(FrameChannel channel) {
        try {
            while (true) {
                DriverToCore answer = switch (CoreToDriver.fromCbor(channel.receive())) {
                    case CoreToDriver.Keys(List<CoreToDriver.Offer> offers) ->
                        new DriverToCore.Keys(
                                offers.stream().map(CoreToDriver.Offer::wrapped).toList());
                    case CoreToDriver.CommitContext _ -> new DriverToCore.Verdicts(List.of());
                    case CoreToDriver.WasCommitted _ -> new DriverToCore.Committed(false);
                    default -> new DriverToCore.Ok();
                };
                channel.send(answer.toCbor());
            }
        } catch (IOException e) {
            // The core is gone.
        }
    }

    FrameChannel broker() throws IOException {
        return connect("broker");
    }

    private FrameChannel connect(String name) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(sockets.resolve(name)));
        FrameChannel frames = new FrameChannel(channel);
        synchronized (open) {
            open.add(frames);
        }
        return frames;
    }

    synchronized CoreToAdmin administer(AdminToCore message) throws IOException {
        admin.send(message.toCbor());
        return CoreToAdmin.fromCbor(admin.receive());
    }

    long pid() {
        return process.pid();
    }

    /** Lets it do nothing until the {@link #goOn}, so that others have the processors. */
    void hold() throws IOException {
        Command.run("kill", "-STOP", Long.toString(pid()));
    }

    void goOn() throws IOException {
        Command.run("kill", "-CONT", Long.toString(pid()));
    }

    /** Whether it ended by itself. */
    boolean ended() {
        return !process.isAlive();
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGKILL, and the connections are closed. */
    @Override
    public void close() throws IOException {
        kill();
        warden.close();
        synchronized (open) {
            for (FrameChannel channel : open) {
                channel.close();
            }
        }
        Command.remove(sockets);
    }
}
