package ambit.boundary;

import ambit.boundary.linux.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A program in a boundary. Safe for use by several threads. Its output streams must be read, or it blocks when a pipe is
 * full.
 */
public final class RunningGuest implements AutoCloseable {
    /** How long {@link #kill} waits for the last process to be gone. */
    private static final Duration KILL_BUDGET = Duration.ofSeconds(2);

    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    private final Process process;
    private final Optional<ServerSocketChannel> listener;
    private final Trace trace;
    private final Optional<ControlGroups.Group> group;
    private final int uid;
    private final Runnable giveBack;
    private final AtomicReference<Exit.@Nullable How> why = new AtomicReference<>();
    private final AtomicBoolean released = new AtomicBoolean();
    private final CompletableFuture<Exit> exit;
    private volatile @Nullable Instant ended;

    /** @param giveBack run once, when every process is gone; closes {@code group} and files too */
    RunningGuest(
            Spawner.Spawned spawned, Trace trace, Optional<ControlGroups.Group> group, int uid, Runnable giveBack) {
        this.process = spawned.process();
        this.listener = spawned.listener();
        this.trace = trace;
        this.group = group;
        this.uid = uid;
        this.giveBack = giveBack;
        this.exit = process.onExit().thenApply(this::ended);
    }

    /** Writes to the program's standard input; buffered, so flush. */
    public OutputStream stdin() {
        return process.getOutputStream();
    }

    public InputStream stdout() {
        return process.getInputStream();
    }

    public InputStream stderr() {
        return process.getErrorStream();
    }

    /**
     * The listener in the program's network namespace, bound before it started; empty unless its network is
     * {@link Network.Loopback}. Blocking, closed with the guest. Which guest connects is known from the listener it came
     * in on.
     */
    public Optional<ServerSocketChannel> loopback() {
        return listener;
    }

    /** What made its boundary. */
    public By by() {
        return trace.by();
    }

    /** The pid of the boundary's outermost process, as this JVM sees it. */
    public long pid() {
        return process.pid();
    }

    /** The uid that this JVM sees as the peer's when the guest connects to a Unix socket of its. */
    public int uid() {
        return uid;
    }

    /** Completes when the program has ended, whatever the reason. */
    public CompletableFuture<Exit> onExit() {
        return exit.copy();
    }

    /** Waits for the program to end. */
    public Exit waitFor() throws InterruptedException {
        process.waitFor();
        return exit.join();
    }

    /**
     * Kills every process in the boundary and waits until none is left.
     *
     * @throws IllegalStateException if one survives two seconds, which means that the kernel is stuck
     */
    public void kill() {
        kill(Exit.How.KILLED);
    }

    void kill(Exit.How reason) {
        if (process.isAlive()) {
            why.compareAndSet(null, reason);
        }
        sweep();
    }

    /**
     * The first process of the pid namespace takes all others along. The launcher that makes it is stopped before
     * anything is killed: a first process made between our look and our blow would wait for ever for its launcher.
     */
    private void sweep() {
        long deadline = System.nanoTime() + KILL_BUDGET.toNanos();
        Set<ProcessHandle> seen = new HashSet<>();
        stopLauncher(deadline);
        while (true) {
            process.descendants().forEach(seen::add);
            firstProcess().ifPresent(seen::add);
            seen.removeIf(handle -> !handle.isAlive() || Processes.isZombie(handle.pid()));
            seen.forEach(ProcessHandle::destroyForcibly);
            group.ifPresent(ControlGroups.Group::kill);
            // Process.destroyForcibly would close what its last words are read from.
            process.toHandle().destroyForcibly();
            boolean empty = group.map(ControlGroups.Group::isEmpty).orElse(true);
            if (seen.isEmpty() && empty && !process.isAlive()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("processes of a boundary survived being killed: " + seen);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private void stopLauncher(long deadline) {
        if (process.isAlive() && Signals.stop(process.pid())) {
            while (!Processes.isStopped(process.pid()) && System.nanoTime() < deadline) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS / 10);
            }
        }
    }

    /**
     * The launcher hears of the program's end before the namespace's first process is gone, and may end before it. That
     * process is known by its pid, and by being older than the launcher's end so that a reused pid is not taken for it.
     */
    private Optional<ProcessHandle> firstProcess() {
        OptionalLong pid = trace.firstProcess();
        if (pid.isEmpty()) {
            return Optional.empty();
        }
        Instant end = ended;
        return ProcessHandle.of(pid.getAsLong())
                .filter(handle -> end == null
                        || handle.info()
                                .startInstant()
                                .map(start -> start.isBefore(end))
                                .orElse(false));
    }

    /** Kills what still runs and gives back uid, network namespace, control groups and files. */
    @Override
    public void close() {
        kill();
        listener.ifPresent(channel -> {
            try {
                channel.close();
            } catch (IOException e) {
                // Closed as far as it can be.
            }
        });
        exit.join();
        if (released.compareAndSet(false, true)) {
            giveBack.run();
        }
    }

    /** Waits until the program waits at the gate, and answers what to look at; empty if it ended before. */
    OptionalLong waiting() throws IOException {
        if (process.getInputStream().read() < 0) {
            return OptionalLong.empty();
        }
        return trace.observed();
    }

    /** Lets the program begin that waits. */
    void release() throws IOException {
        trace.begun();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    boolean alive() {
        return process.isAlive();
    }

    private Exit ended(Process process) {
        this.ended = Instant.now();
        int code = process.exitValue();
        Exit.How reason = why.get();
        if (reason != null) {
            return new Exit(reason, code);
        }
        if (group.map(ControlGroups.Group::ranOutOfMemory).orElse(false) && code == 128 + 9) {
            return new Exit(Exit.How.MEMORY_LIMIT, code);
        }
        if (!trace.programEnded()) {
            return new Exit(code > 128 ? Exit.How.KILLED : Exit.How.NOT_STARTED, code > 128 ? code : -1);
        }
        // SIGXCPU, which the kernel sends when RLIMIT_CPU is reached.
        return new Exit(code == 128 + 24 ? Exit.How.CPU_LIMIT : Exit.How.EXITED, code);
    }
}
