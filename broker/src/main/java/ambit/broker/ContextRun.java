package ambit.broker;

import ambit.boundary.Boundary;
import ambit.boundary.BoundaryRefused;
import ambit.boundary.Exit;
import ambit.boundary.RunningGuest;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore.EndContext;
import ambit.wire.BrokerToCore.Report;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrontEvent;
import ambit.wire.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The life of one context: its guest, its doors, its children, from admission until nothing of it is left. A context ends once;
 * {@link #ended()} completes after the core has heard of it and everything is gone.
 *
 * <p>Safe for use by several threads.
 */
final class ContextRun implements Family {
    /** A guest's exit code says nothing where it did not exit. */
    private static final int NO_EXIT_CODE = -1;

    private static final long NOT_RECORDED = -1;
    private static final Duration PUMP_PATIENCE = Duration.ofSeconds(2);
    private static final long CHILD_PATIENCE_SECONDS = 15;

    private static final Blob TOO_MUCH = JsonText.utf8("ambit: error: the agent's output exceeds its limit\n");
    private static final Blob TOO_LARGE = JsonText.utf8("ambit: error: the agent's memory exceeds its limit\n");

    /** What all contexts of this broker share. */
    record Machine(
            Kernel kernel, Proofs proofs, Boundary boundary, Doors doors, GuestView view, Path sockets, Live live) {}

    /** What all contexts of one transaction share. */
    record Company(Observer observer, ContextCalls.Tally tally) {}

    /** How a context ended. */
    record Outcome(End how, int exitCode, List<Verdict> verdicts, long logIndex) {}

    private final Machine machine;
    private final Company company;
    private final Admitted admitted;
    private final AgentSpec spec;
    private final Output output;
    private final ContextCalls calls;
    private final Path directory;
    private final Map<Blob, ContextRun> children = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable End> killedAs = new AtomicReference<>();
    private volatile Blob result = Blob.EMPTY;
    private final CompletableFuture<Outcome> ended = new CompletableFuture<>();
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile boolean attended;
    private volatile boolean closing;
    private @Nullable RunningGuest guest;
    private @Nullable Door door;

    ContextRun(Machine machine, Company company, Admitted admitted, AgentSpec spec, Output output) {
        this.machine = machine;
        this.company = company;
        this.admitted = admitted;
        this.spec = spec;
        this.output = output;
        this.calls = new ContextCalls(
                admitted, machine.kernel(), machine.proofs(), this, company.observer(), company.tally());
        this.directory = machine.sockets().resolve(Text.randomId().toHex());
    }

    /**
     * Starts the guest. If its boundary refuses, the context has ended when this returns.
     *
     * @param input for a child, its last argument
     */
    void start(Optional<String> input) throws BoundaryRefused {
        machine.live().add(admitted.context(), this);
        try {
            ServerSocketChannel listener = bind();
            RunningGuest started;
            try {
                started = machine.boundary()
                        .start(
                                machine.view().of(spec, admitted.context(), socket(), input),
                                (running, seen) -> report(BoundaryJson.of(running.by(), seen)));
            } catch (BoundaryRefused e) {
                listener.close();
                throw e;
            }
            List<ServerSocketChannel> listeners = new ArrayList<>(List.of(listener));
            started.loopback().ifPresent(listeners::add);
            synchronized (this) {
                guest = started;
                door = machine.doors().open(calls, listeners);
            }
            Thread.ofPlatform().daemon().name("guest " + spec.agent()).start(() -> follow(started));
        } catch (BoundaryRefused e) {
            finish(End.BOUNDARY_REFUSED, NO_EXIT_CODE);
            throw e;
        } catch (IOException | RuntimeException e) {
            finish(End.BOUNDARY_REFUSED, NO_EXIT_CODE);
            throw new BoundaryRefused("the guest's door could not be made: " + e.getMessage(), "run: ambit doctor", e);
        }
        if (killedAs.get() != null) {
            killGuest();
        }
    }

    /**
     * Begins without a guest: the principal's own command makes the calls, by the authority of the request that it signed. If that cannot
     * be recorded, the context has ended when this returns.
     */
    void attend() throws BoundaryRefused {
        attended = true;
        machine.live().add(admitted.context(), this);
        try {
            report(BoundaryJson.NONE);
        } catch (BoundaryRefused e) {
            leave(End.BOUNDARY_REFUSED, NO_EXIT_CODE);
            throw e;
        }
        if (killedAs.get() != null) {
            leave(false);
        }
    }

    /** Ends a context without a guest, once. */
    void leave(boolean commit) {
        End killed = killedAs.get();
        if (killed != null) {
            leave(killed, NO_EXIT_CODE);
        } else {
            leave(commit ? End.SUCCESS : End.AGENT_FAILED, commit ? 0 : 1);
        }
    }

    private void leave(End how, int exitCode) {
        if (left.compareAndSet(false, true)) {
            finish(how, exitCode);
        }
    }

    /** The calls of a context without a guest. */
    Context calls() {
        return calls;
    }

    /** The log says what a guest's boundary was before anything of that guest is in it. */
    private void report(Blob boundary) throws BoundaryRefused {
        try {
            CoreToBroker answer = machine.kernel().ask(new Report(admitted.context(), boundary));
            if (!(answer instanceof CoreToBroker.Logged)) {
                throw new BoundaryRefused("the core did not record the guest's boundary: " + answer, "run: ambit log");
            }
        } catch (Kernel.KernelLost e) {
            throw new BoundaryRefused("the core was lost before the guest began", "run: ambit up", e);
        }
    }

    private Path socket() {
        return directory.resolve("kernel.sock");
    }

    /**
     * The listening socket. Its directory is in the broker's view alone and has a name that cannot be guessed; whoever is given
     * the socket may connect.
     */
    private ServerSocketChannel bind() throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket()), 128);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
        return listener;
    }

    private void follow(RunningGuest running) {
        Thread out = pump(running.stdout(), true);
        Thread err = pump(running.stderr(), false);
        Exit exit = new Exit(Exit.How.KILLED, NO_EXIT_CODE);
        try {
            exit = running.onExit().get();
            // What the guest said last is still in the pipes; an observer that does not take it holds up nobody for
            // long.
            boolean heard = out.join(PUMP_PATIENCE) && err.join(PUMP_PATIENCE);
            if (!heard) {
                log("not all output of a guest could be passed on", null);
            }
        } catch (InterruptedException | ExecutionException e) {
            log("a guest could not be waited for", e);
        }
        if (exit.how() == Exit.How.MEMORY_LIMIT) {
            company.observer().saw(new FrontEvent.Stderr(TOO_LARGE));
        }
        finish(how(exit), exit.code());
    }

    private Thread pump(InputStream stream, boolean stdout) {
        return Thread.ofPlatform().daemon().name("output of " + spec.agent()).start(() -> {
            byte[] buffer = new byte[8 << 10];
            try {
                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                    Blob piece = Blob.of(Arrays.copyOf(buffer, n));
                    boolean room = stdout ? output.stdout(piece) : output.stderr(piece);
                    if (!room) {
                        company.observer().saw(new FrontEvent.Stderr(TOO_MUCH));
                        kill(End.KILLED);
                        return;
                    }
                }
            } catch (IOException e) {
                // The pipe ended with the guest.
            }
        });
    }

    /** Whoever killed the guest says how it ended, even if it was about to end well. */
    private End how(Exit exit) {
        End killed = killedAs.get();
        if (killed != null) {
            return killed;
        }
        return switch (exit.how()) {
            case EXITED -> exit.code() == 0 ? End.SUCCESS : End.AGENT_FAILED;
            case KILLED, MEMORY_LIMIT -> End.KILLED;
            case WALL_LIMIT, CPU_LIMIT -> End.TIMED_OUT;
            case NOT_STARTED -> End.BOUNDARY_REFUSED;
        };
    }

    /** Standard input of the guest; empty while it does not run. */
    synchronized Optional<RunningGuest> guest() {
        return Optional.ofNullable(guest);
    }

    /** Completes when the context is gone. */
    CompletableFuture<Outcome> ended() {
        return ended;
    }

    String agent() {
        return spec.agent();
    }

    /** Kills the guest and all its children. Returns when their processes are gone; {@link #ended()} completes later. */
    void kill(End how) {
        killedAs.compareAndSet(null, how);
        calls.end();
        children.values().forEach(child -> child.kill(End.KILLED));
        killGuest();
        if (attended) {
            Thread.ofPlatform().daemon().name("end of " + spec.agent()).start(() -> leave(false));
        }
    }

    private void killGuest() {
        guest().ifPresent(running -> {
            try {
                running.kill();
            } catch (IllegalStateException e) {
                log("a guest survived being killed", e);
            }
        });
    }

    /** Ends the context: first everything that could still act for it, then its record at the core. */
    private void finish(End how, int exitCode) {
        closing = true;
        Outcome outcome = new Outcome(End.CRASHED, exitCode, List.of(), NOT_RECORDED);
        try {
            calls.end();
            endChildren();
            closeDoor();
            closeGuest();
            removeDirectory();
            outcome = endAtCore(how, exitCode);
        } catch (RuntimeException e) {
            log("a context ended badly", e);
        } finally {
            machine.live().remove(admitted.context());
            ended.complete(outcome);
        }
    }

    private void closeGuest() {
        guest().ifPresent(running -> {
            try {
                running.close();
            } catch (IllegalStateException e) {
                log("a guest survived being killed", e);
            }
        });
    }

    private void endChildren() {
        children.values().forEach(child -> child.kill(End.KILLED));
        for (ContextRun child : children.values()) {
            try {
                child.ended().get(CHILD_PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                log("a child did not end", e);
            }
        }
    }

    private synchronized void closeDoor() {
        if (door != null) {
            door.close();
        }
    }

    private void removeDirectory() {
        try {
            Files.deleteIfExists(socket());
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            log("a context's socket could not be removed", e);
        }
    }

    private Outcome endAtCore(End how, int exitCode) {
        result = output.result(how, exitCode);
        try {
            EndContext end = new EndContext(admitted.context(), how, exitCode, output.digest(how, exitCode));
            return switch (machine.kernel().ask(end)) {
                case CoreToBroker.Ended(List<Verdict> verdicts, long index) ->
                    new Outcome(how, exitCode, verdicts, index);
                case CoreToBroker.Denied(Denial code, String sentence, long index) -> {
                    log("the core did not end a context: " + code + " " + sentence, null);
                    yield new Outcome(how == End.SUCCESS ? End.KILLED : how, exitCode, List.of(), index);
                }
                case CoreToBroker other -> throw new IllegalStateException("the core answered " + other.getClass());
            };
        } catch (Kernel.KernelLost | IllegalStateException e) {
            log("the end of a context could not be recorded", e);
            return new Outcome(End.CRASHED, exitCode, List.of(), NOT_RECORDED);
        }
    }

    @Override
    public void begin(Admitted child, String input) throws ChildRefused {
        AgentSpec childSpec = spec.children().get(child.agent());
        if (childSpec == null) {
            endUnstarted(child);
            throw new ChildRefused(Denial.BOUNDARY_REFUSED, "the agent's specification has no such child");
        }
        Output.Collected collected = new Output.Collected(company.observer());
        ContextRun run = new ContextRun(machine, company, child, childSpec, collected);
        children.put(child.context(), run);
        try {
            run.start(Optional.of(input));
        } catch (BoundaryRefused e) {
            throw new ChildRefused(Denial.BOUNDARY_REFUSED, e.sentence());
        }
        if (closing || killedAs.get() != null) {
            run.kill(End.KILLED);
        }
    }

    private void endUnstarted(Admitted child) {
        try {
            machine.kernel().ask(new EndContext(child.context(), End.BOUNDARY_REFUSED, NO_EXIT_CODE, Blob.EMPTY));
        } catch (Kernel.KernelLost e) {
            log("the end of a child could not be recorded", e);
        }
    }

    @Override
    public Blob awaitResult(Blob childContext) throws InterruptedException {
        ContextRun child = children.get(childContext);
        if (child == null) {
            return Blob.EMPTY;
        }
        try {
            Outcome _ = child.ended().get();
            return child.result;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a child never fails", e);
        }
    }

    private static void log(String what, @Nullable Throwable why) {
        System.Logger logger = System.getLogger(ContextRun.class.getName());
        if (why == null) {
            logger.log(System.Logger.Level.WARNING, what);
        } else {
            logger.log(System.Logger.Level.WARNING, what, why);
        }
    }
}
