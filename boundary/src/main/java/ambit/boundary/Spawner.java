package ambit.boundary;

import ambit.boundary.linux.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The one platform thread that starts processes.
 *
 * <p>Two rules of Linux make it necessary. The signal that kills a child with its parent is sent when the
 * <em>thread</em> that forked it ends, so that thread must live as long as any guest. And a child inherits the network
 * namespace of that thread, which is how a guest comes into a namespace where its listener already waits; a thread that
 * does this must never be one that others use; once it has, it never sees the host's network again.
 */
final class Spawner implements AutoCloseable {
    private static final Path FIRST_UNPRIVILEGED_PORT = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    private static final int BACKLOG = 128;

    /** A started process, and the listener in its network namespace if it has one. */
    record Spawned(Process process, Optional<ServerSocketChannel> listener) {}

    private final BlockingQueue<FutureTask<?>> work = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;
    private @Nullable NetworkNamespace parking;
    private boolean lost;

    Spawner(String name) {
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
        thread.start();
    }

    /**
     * Starts {@code command} in {@code /} with an empty environment; its standard streams are pipes.
     *
     * @param port where to listen in a new network namespace that the process is started in, if anywhere
     */
    Spawned start(List<String> command, OptionalInt port) throws BoundaryRefused {
        FutureTask<Spawned> task = new FutureTask<>(starting(command, port));
        work.add(task);
        if (closed) {
            task.cancel(false);
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // What was begun must be finished, or nobody would own the process.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw new BoundaryRefused("the guest's launcher did not start: " + e.getMessage(), "run: ambit doctor", e);
        } catch (java.util.concurrent.CancellationException e) {
            throw new BoundaryRefused("the boundary is closed", "start it again", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Callable<Spawned> starting(List<String> command, OptionalInt port) {
        return () -> {
            if (lost) {
                throw new IOException("the spawner could not leave a guest's network namespace");
            }
            return port.isPresent() ? startListening(command, port.getAsInt()) : startPlain(command);
        };
    }

    private static Spawned startPlain(List<String> command) throws IOException {
        return new Spawned(process(command), Optional.empty());
    }

    private Spawned startListening(List<String> command, int port) throws IOException {
        if (parking == null) {
            NetworkNamespace.enterNew();
            parking = NetworkNamespace.current();
        }
        ServerSocketChannel listener = null;
        Process process = null;
        try {
            NetworkNamespace.enterNew();
            listener = listen(port);
            process = process(command);
            return new Spawned(process, Optional.of(listener));
        } finally {
            park(parking);
            if (process == null && listener != null) {
                listener.close();
            }
        }
    }

    /**
     * A thread that stays in a guest's namespace would put the next guest there too: then nothing is started again. It
     * can not go back to where it came from, because that namespace may belong to a user namespace that it has no
     * power over, so between guests it waits in an empty one of its own.
     */
    private void park(NetworkNamespace namespace) {
        try {
            namespace.enter();
        } catch (IOException e) {
            lost = true;
        }
    }

    /** The wildcard address: loopback is all there is in this namespace, and so one channel serves IPv4 and IPv6. */
    private static ServerSocketChannel listen(int port) throws IOException {
        if (port < 1024) {
            Files.writeString(FIRST_UNPRIVILEGED_PORT, "0", StandardOpenOption.WRITE);
        }
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            return listener.bind(new InetSocketAddress((@Nullable InetAddress) null, port), BACKLOG);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private static Process process(List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(Path.of("/").toFile());
        builder.environment().clear();
        return builder.start();
    }

    private void run() {
        while (!closed || !work.isEmpty()) {
            try {
                work.take().run();
            } catch (InterruptedException e) {
                // Only close() ends this thread; it adds work to wake it.
            }
        }
        if (parking != null) {
            try {
                parking.close();
            } catch (IOException e) {
                // The descriptor is gone either way.
            }
        }
    }

    /** Ends the thread, and with it whatever it started that still lives. */
    @Override
    public void close() {
        closed = true;
        work.add(new FutureTask<>(() -> true));
    }

    Thread thread() {
        return thread;
    }
}
