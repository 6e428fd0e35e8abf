package ambit.attacks.hostile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The machine around the broker. Here the boundary is the defence, and the control is the same act outside of it. */
final class Reach {
    private static final long PTRACE_SEIZE = 0x4206;

    private static final long NOSUID = 2;
    private static final long NODEV = 4;
    private static final long REMOUNT = 32;
    private static final long BIND = 4096;
    private static final int DETACH = 2;

    /** What the control's process has in its environment, and the drivers have. */
    static final String CANARY = "canary-";

    /** Wants something; success is that it does not throw and answers true. */
    @FunctionalInterface
    private interface Act {
        boolean reaches(Position from) throws Exception;
    }

    private Reach() {}

    static Group group() {
        return new Group(
                "The machine",
                List.of(
                        act("Read the core's signing key", from -> reads(from, "core/core.key")),
                        act("Read the key of all memory", from -> reads(from, "core/master.key")),
                        act("Read the audit log", from -> reads(from, "core/log/entries")),
                        act(
                                "Write into the audit log",
                                from -> Files.isRegularFile(file(from, "core/log/entries"))
                                        && opens(file(from, "core/log/entries"), StandardOpenOption.APPEND)),
                        act("Read the drivers' memory store", from -> reads(from, "drivers/memory.db")),
                        act("Read the tenant's key", from -> reads(from, "keys/tenant.key")),
                        act("Read a principal's key", from -> reads(from, "keys/alice.key")),
                        act("Read the grants of others", from -> lists(from, "grants")),
                        act("Look into the state through the root of another process", Reach::throughProc),
                        act(
                                "Read the core's memory",
                                from -> Reach.memory(from.targets().core())),
                        act(
                                "Read the drivers' memory",
                                from -> Reach.memory(from.targets().drivers())),
                        act("Read the drivers' environment, with the credentials", Reach::environment),
                        act(
                                "See which files the core has open",
                                from -> descriptors(from.targets().core())),
                        act("Trace the core", from -> traces(from.targets().core())),
                        act("Trace the drivers", from -> traces(from.targets().drivers())),
                        act("Signal the core", from -> signals(from.targets().core())),
                        act("Signal the drivers", from -> signals(from.targets().drivers())),
                        act(
                                "Take hold of the core's namespaces",
                                from -> any(
                                        everyPid(from.targets().core()),
                                        pid -> opens(Path.of("/proc/" + pid + "/ns/mnt"), StandardOpenOption.READ))),
                        act("Speak to the core as the ambit command", from -> connects(from, "core-admin/core.sock")),
                        act(
                                "Speak to the drivers as the ambit command",
                                from -> connects(from, "drivers-admin/drivers.sock")),
                        act("Put a socket in the place of the core's", from -> replaces(from, "core-broker")),
                        act("Put a socket in the place of the drivers'", from -> replaces(from, "drivers-broker")),
                        act(
                                "Reach a server on the machine",
                                from -> dials(from.targets().port())),
                        act(
                                "Send a datagram to a server on the machine",
                                from -> echoes(from.targets().port())),
                        act("Write into the broker's own program", Reach::writesProgram),
                        act(
                                "Read the core's signing key from a boundary of one's own",
                                from -> runs(
                                        "bwrap",
                                        "--bind",
                                        "/",
                                        "/",
                                        "--",
                                        "head",
                                        "-c1",
                                        file(from, "core/core.key").toString()))));
    }

    private static Attack act(String name, Act act) {
        return Attack.of(name, Result.OUT_OF_REACH.answer(), List.of(), from -> {
            try {
                return act.reaches(from) ? Result.success("reached") : Result.OUT_OF_REACH;
            } catch (IOException | UnsupportedOperationException e) {
                return Result.OUT_OF_REACH;
            }
        });
    }

    private static Path file(Position from, String name) {
        return Path.of(from.targets().state(), name);
    }

    private static boolean reads(Position from, String name) throws IOException {
        return opens(file(from, name), StandardOpenOption.READ);
    }

    private static boolean opens(Path file, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(file, how)) {
            return channel.isOpen();
        }
    }

    private static boolean lists(Position from, String name) throws IOException {
        try (Stream<Path> files = Files.list(file(from, name))) {
            return files.count() >= 0;
        }
    }

    private static boolean throughProc(Position from) throws IOException {
        List<Long> pids = new ArrayList<>(from.targets().core());
        pids.add(1L);
        return any(
                pids,
                pid -> opens(Path.of("/proc/" + pid + "/root" + file(from, "core/core.key")), StandardOpenOption.READ));
    }

    /** One success is enough; what is not there is not reached. */
    private static <T> boolean any(List<T> all, ThrowingTest<T> test) {
        return all.stream().anyMatch(each -> {
            try {
                return test.holds(each);
            } catch (IOException e) {
                return false;
            }
        });
    }

    @FunctionalInterface
    private interface ThrowingTest<T> {
        boolean holds(T value) throws IOException;
    }

    /** Whether one of them has this, be it under the pid that it has on the host or any other that is in view. */
    private static List<Long> everyPid(List<Long> onTheHost) throws IOException {
        List<Long> all = new ArrayList<>(onTheHost);
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            entries.map(each -> each.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::parseLong)
                    .filter(pid -> isKernel(pid))
                    .forEach(all::add);
        }
        return all;
    }

    private static boolean isKernel(long pid) {
        try {
            String command = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            return command.contains("ambit.core") || command.contains("ambit.drivers");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean memory(List<Long> pids) throws IOException {
        return any(everyPid(pids), pid -> {
            long address = Files.readAllLines(Path.of("/proc/" + pid + "/maps")).stream()
                    .filter(line -> line.contains("r-xp"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16))
                    .filter(start -> start > 0)
                    .findFirst()
                    .orElseThrow(() -> new IOException("nothing is mapped"));
            try (FileChannel memory = FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ)) {
                return memory.read(ByteBuffer.allocate(16), address) > 0;
            }
        });
    }

    private static boolean environment(Position from) throws IOException {
        return any(
                everyPid(from.targets().drivers()),
                pid -> Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1)
                        .contains(CANARY));
    }

    private static boolean descriptors(List<Long> pids) throws IOException {
        return any(everyPid(pids), pid -> {
            try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
                return open.findAny().isPresent();
            }
        });
    }

    private static boolean signals(List<Long> pids) {
        return any(pids, pid -> runs("kill", "-0", Long.toString(pid)));
    }

    private static boolean runs(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * The thread that traces lets go when the operating system has ended it, some time after Java has: until then nobody else can trace,
     * so this tries for a while.
     */
    private static boolean traces(List<Long> pids) throws Exception {
        Callable<Boolean> task = () -> {
            for (int tries = 0; tries < 20; tries++) {
                if (any(everyPid(pids), pid -> ptrace(PTRACE_SEIZE, pid) == 0)) {
                    return true;
                }
                Thread.sleep(50);
            }
            return false;
        };
        FutureTask<Boolean> future = new FutureTask<>(task);
        Thread.ofPlatform().start(future);
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    @SuppressWarnings("restricted")
    private static long ptrace(long request, long pid) throws IOException {
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle ptrace = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("ptrace"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS));
            return (long) ptrace.invokeExact(request, pid, MemorySegment.NULL, MemorySegment.NULL);
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    private static boolean connects(Position from, String socket) throws IOException {
        try (Line line = Line.to(Path.of(from.targets().runtime(), socket))) {
            return line != null;
        }
    }

    /** Only whether there could be another socket: the kernel's own stay as they are. */
    private static boolean replaces(Position from, String directory) throws IOException {
        for (Path place :
                List.of(Path.of("/run/ambit", directory), Path.of(from.targets().runtime(), directory))) {
            Path socket = place.resolve("mine.sock");
            try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(socket));
                Files.delete(socket);
                return true;
            } catch (IOException e) {
                // Not here.
            }
        }
        return false;
    }

    private static boolean dials(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            return socket.isConnected();
        }
    }

    private static boolean echoes(int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(2000);
            socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true;
        }
    }

    /** Also by mounting anew what is mounted read-only: to start guests, the broker may mount in its own namespaces. */
    private static boolean writesProgram(Position from) throws IOException {
        for (Path place : List.of(Path.of(from.targets().program()), Path.of("/opt/ambit"))) {
            Path file = place.resolve("mine");
            if (creates(file) || (remounts(place) && creates(file))) {
                Files.deleteIfExists(file);
                return true;
            }
        }
        return false;
    }

    /** Writable, with any of the flags that may have to stay, or away with it. */
    @SuppressWarnings("restricted")
    private static boolean remounts(Path place) throws IOException {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocateFrom(place.toString());
            MethodHandle mount = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("mount"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS));
            boolean mounted = false;
            for (long kept : new long[] {0, NOSUID, NODEV, NOSUID | NODEV}) {
                long flags = REMOUNT | BIND | kept;
                mounted |= (int) mount.invokeExact(
                                MemorySegment.NULL, target, MemorySegment.NULL, flags, MemorySegment.NULL)
                        == 0;
            }
            MethodHandle unmount = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("umount2"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            return mounted || (int) unmount.invokeExact(target, DETACH) == 0;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    private static boolean creates(Path file) {
        try {
            Files.createFile(file);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
