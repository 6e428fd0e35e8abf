package ambit.faults;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.drivers.BodiesConfig;
import ambit.drivers.DriversConfig;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToAdmin;
import ambit.wire.FrameChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A core and its drivers, each a process, on one directory: the core's state, memory with its indexes, and where there is one the cluster of
 * its server. Whoever uses it stands in the broker's place.
 */
final class MemoryKernel implements AutoCloseable {
    private static final int READY_SECONDS = 240;
    private static final int ENDING_SECONDS = 15;

    private final Path state;
    private final Path data;
    private final Store store;
    private final JavaProgram.Start drivers;
    private final Path sockets = Files.createTempDirectory("ambit-faults");
    private final List<String> self = List.of(
            Files.getOwner(Path.of("/proc/self")).getName(),
            Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
    private final List<Warden> wardens = new ArrayList<>();
    private Process core;
    private Process memory;
    private int starts;

    MemoryKernel(Path directory, Store.Engine engine, JavaProgram.Start drivers) throws IOException {
        this(directory.resolve("state"), directory.resolve("memory"), engine, drivers);
    }

    /**
     * Starts it, on what is there.
     *
     * @param state of the core
     * @param data of memory, its indexes, and of its server
     * @param drivers how they are started; the core always is as it is
     */
    MemoryKernel(Path state, Path data, Store.Engine engine, JavaProgram.Start drivers) throws IOException {
        this.state = Files.createDirectories(state);
        this.data = Files.createDirectories(data);
        this.drivers = drivers;
        this.store = engine.open(data);
        boolean up = false;
        try {
            this.core = startCore();
            this.memory = startDrivers();
            up = true;
        } finally {
            if (!up) {
                close();
            }
        }
    }

    Path state() {
        return state;
    }

    Path memoryFile() {
        return data.resolve("memory.db");
    }

    Store store() {
        return store;
    }

    private Path socket(String name) {
        return sockets.resolve(name + starts);
    }

    private Process startCore() throws IOException {
        starts++;
        CoreConfig config = new CoreConfig(
                state(),
                socket("core-broker"),
                socket("core-drivers"),
                socket("core-admin"),
                self,
                self,
                self,
                CoreServer.ORIGIN,
                Blob.EMPTY);
        Path file = Files.write(sockets.resolve("core.config"), config.toBlob().toArray());
        Process process = watched(JavaProgram.start(JavaProgram.Start.PLAIN, "ambit.core.Main", file));
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        if (!"ready".equals(output.readLine())) {
            throw new IOException("the core did not start: " + said(process));
        }
        return process;
    }

    private Process startDrivers() throws IOException {
        DriversConfig config = new DriversConfig(
                socket("core-drivers"),
                socket("drivers-broker"),
                socket("drivers-admin"),
                memoryFile(),
                self,
                self,
                self,
                PublicKeyFile.read(state().resolve("core.pub")),
                List.of(),
                BodiesConfig.NONE,
                store.config());
        Path file =
                Files.write(sockets.resolve("drivers.config"), config.toBlob().toArray());
        Files.deleteIfExists(socket("drivers-broker"));
        Files.deleteIfExists(socket("drivers-admin"));
        Process process = watched(JavaProgram.start(drivers, "ambit.drivers.Main", file));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!listens(socket("drivers-admin"))) {
            if (!process.isAlive()) {
                throw new IOException("the drivers did not start: " + said(process));
            }
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException("the drivers did not start in " + READY_SECONDS + " seconds");
            }
            sleep(20);
        }
        return process;
    }

    private Process watched(Process process) throws IOException {
        wardens.add(Warden.ofProcess(process.pid()));
        return process;
    }

    private static boolean listens(Path socket) {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String said(Process process) {
        return process.errorReader(StandardCharsets.UTF_8).lines().collect(Collectors.joining(" | "));
    }

    private static void sleep(long ms) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while a kernel works");
        }
    }

    MemorySession session() throws IOException {
        return new MemorySession(connect(socket("core-broker")), connect(socket("drivers-broker")));
    }

    private static FrameChannel connect(Path socket) throws IOException {
        return new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    CoreToAdmin administer(AdminToCore message) throws IOException {
        try (FrameChannel admin = connect(socket("core-admin"))) {
            admin.send(message.toCbor());
            return CoreToAdmin.fromCbor(admin.receive());
        }
    }

    /** Until no transaction lives any more, as soon after the end of the broker. */
    void awaitQuiet() throws IOException {
        for (int i = 0; i < 500; i++) {
            if (administer(new AdminToCore.Status()) instanceof CoreToAdmin.CoreStatus status
                    && status.transactions().isEmpty()) {
                return;
            }
            sleep(20);
        }
        throw new IOException("transactions live on without a broker");
    }

    /** What can be killed. */
    enum Victim {
        CORE,
        DRIVERS,
        BROKER,
        SERVER,
        ALL
    }

    /** As its operator does when it has ended. */
    void restoreStore() throws IOException {
        if (store.hasEnded()) {
            store.killAndStart();
        }
    }

    /** SIGKILL; of a server also the next start. The broker's place is not a process here: whoever stands there hangs up. */
    void kill(Victim victim) throws IOException {
        List<Process> killed = switch (victim) {
            case CORE -> List.of(core);
            case DRIVERS -> List.of(memory);
            case ALL -> List.of(core, memory);
            case BROKER, SERVER -> List.of();
        };
        killed.forEach(Process::destroyForcibly);
        killed.forEach(process -> process.onExit().join());
        if (victim == Victim.SERVER || victim == Victim.ALL) {
            store.killAndStart();
        }
    }

    /**
     * Starts whatever has ended.
     *
     * @param losing whether something is about to end: drivers do when the core has, or when they cannot say what became of a commit
     */
    void revive(boolean losing) throws IOException {
        if (losing || !core.isAlive()) {
            Process _ = memory.onExit()
                    .completeOnTimeout(memory, ENDING_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
        if (!core.isAlive()) {
            if (memory.isAlive()) {
                throw new IOException("the drivers go on without a core");
            }
            core = startCore();
        }
        if (!memory.isAlive()) {
            memory = startDrivers();
        }
    }

    /** Nobody has memory's files open any more, and all that was committed is in them. */
    void stopMemory() throws IOException {
        memory.destroy();
        memory.onExit().join();
        store.stop();
    }

    boolean driversLive() {
        return memory.isAlive();
    }

    /** All processes do nothing until the {@link #goOn}, so that others have the processors. */
    void hold() throws IOException {
        signal("-STOP");
    }

    void goOn() throws IOException {
        signal("-CONT");
    }

    /** A server's processes come and go: whoever is gone by now needs no signal. */
    private void signal(String signal) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "kill " + signal + " \"$@\" 2>/dev/null || :", "kill"));
        Stream.concat(Stream.of(core.pid(), memory.pid()), store.pids().stream())
                .forEach(pid -> command.add(Long.toString(pid)));
        Command.run(command.toArray(String[]::new));
    }

    /** SIGKILL to all of it. */
    @Override
    public void close() throws IOException {
        for (Process process :
                Stream.of(core, memory).filter(java.util.Objects::nonNull).toList()) {
            process.destroyForcibly();
            process.onExit().join();
        }
        store.close();
        for (Warden warden : wardens) {
            warden.close();
        }
        Command.remove(sockets);
    }
}
