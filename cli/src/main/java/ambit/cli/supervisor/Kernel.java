package ambit.cli.supervisor;

import ambit.cli.outcome.Failure;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** A project's kernel as a command sees it: whether it runs, and how to start and stop it. */
public final class Kernel {

    private static final Duration START_WITHIN = Duration.ofMinutes(2);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(40);
    private static final long LOOK_AGAIN_NANOS = 20_000_000;
    private static final long LARGEST_LOG = 8L << 20;

    private static final Set<String> PLACES =
            Set.of("PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "AMBIT_DIST", "AMBIT_DEBUG", "AMBIT_JAVA_HOME");

    private final Places places;
    private final Map<String, String> environment;

    public Kernel(Places places, Map<String, String> environment) {
        this.places = places;
        this.environment = environment;
    }

    /** What the supervisor last reported, if one is there. */
    public Optional<KernelStatus> status() {
        return supervised() ? KernelStatus.read(places.status()) : Optional.empty();
    }

    /** What a supervisor reported that has given up. */
    public Optional<KernelStatus> lastWords() {
        return supervised() ? Optional.empty() : KernelStatus.read(places.status());
    }

    /** Whether somebody holds the state directory's lock. */
    public boolean supervised() {
        try (FileChannel channel = FileChannel.open(places.lock(), StandardOpenOption.WRITE)) {
            try (FileLock lock = channel.tryLock()) {
                return lock == null;
            }
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw Failure.kernel("cannot look at " + places.lock(), "see who owns " + places.state())
                    .because(e);
        }
    }

    /**
     * Has a kernel that runs this plan: starts one, or exchanges one that runs another plan and has no transactions.
     *
     * @return whether it had to be started
     */
    public boolean ensure(KernelPlan plan, Path directory) {
        Distribution distribution = Distribution.find(environment);
        String wanted = plan.digest(distribution);
        if (supervised()) {
            KernelStatus status = awaitReady(Optional.empty());
            if (status.digest().equals(wanted)) {
                return false;
            }
            if (!live().isEmpty()) {
                throw Failure.kernel(
                        "ambit.yaml changed what the kernel runs with, and a transaction is still running",
                        "wait for it, or end it with 'ambit stop' ('ambit status' lists them)");
            }
            stop();
        }
        plan.requirePaths(places.state());
        awaitReady(Optional.of(launch(plan, directory)));
        return true;
    }

    /** The transactions that run now. */
    public List<FrontEvent.Transaction> live() {
        try (Link broker = Link.connect(places.brokerFront(), "broker")) {
            broker.send(new FrontRequest.Status());
            return FrontEvent.fromCbor(broker.receive()) instanceof FrontEvent.Live(var transactions)
                    ? transactions
                    : List.of();
        } catch (IOException e) {
            throw Failure.kernel("the broker broke off", "see " + places.kernelLog())
                    .because(e);
        }
    }

    /** Starts a supervisor in a session of its own, with its output in the kernel's log. */
    private Process launch(KernelPlan plan, Path directory) {
        try {
            Places.makePrivate(places.state());
            Places.makePrivate(places.logs());
            clearLeftovers();
            Path log = places.kernelLog();
            if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
                Files.move(log, log.resolveSibling("kernel.log.1"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
            List<String> command = new ArrayList<>(List.of(
                    "/usr/bin/setsid",
                    Distribution.java().toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "-Xmx96m",
                    "--enable-native-access=ambit.boundary",
                    "--add-modules",
                    "jdk.net",
                    "--module-path",
                    Distribution.modulePath(),
                    "-m",
                    "ambit.cli/ambit.cli.Main",
                    "supervise",
                    directory.toString()));
            command.addAll(2, Distribution.ownOptions());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(places.state().toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().clear();
            builder.environment().putAll(inherited(plan));
            return builder.start();
        } catch (IOException e) {
            throw Failure.kernel(
                            "the supervisor does not start: " + e.getMessage(), "is setsid (util-linux) installed?")
                    .because(e);
        }
    }

    /** Of this environment the kernel learns where things are and the credentials that tools name, and nothing else. */
    private Map<String, String> inherited(KernelPlan plan) {
        Map<String, String> inherited = new TreeMap<>(environment);
        inherited
                .keySet()
                .removeIf(name -> !PLACES.contains(name)
                        && !plan.variables().contains(name)
                        && !plan.shippingVariables().contains(name));
        inherited.put("AMBIT_STATE", places.state().toString());
        return inherited;
    }

    private KernelStatus awaitReady(Optional<Process> supervisor) {
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            boolean gone = supervisor.map(process -> !process.isAlive()).orElse(true) && !supervised();
            Optional<KernelStatus> status = KernelStatus.read(places.status());
            if (status.isPresent() && status.get().state() == KernelStatus.State.FAILED) {
                throw Failure.kernel(status.get().problem(), status.get().hint());
            }
            if (gone) {
                throw Failure.kernel("the kernel does not start", "what it said is in " + places.kernelLog());
            }
            if (status.isPresent() && status.get().ready()) {
                return status.get();
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        throw Failure.kernel(
                "the kernel is not ready after " + START_WITHIN.toSeconds() + " s", "see " + places.kernelLog());
    }

    /** Stops the kernel and waits until nothing of it is left; returns whether there was one. */
    public boolean stop() {
        if (!supervised()) {
            clearLeftovers();
            return false;
        }
        KernelStatus status = KernelStatus.read(places.status())
                .orElseThrow(() -> Failure.kernel(
                        "something holds " + places.lock() + " and does not say what it is",
                        "see who does with fuser"));
        Optional<ProcessHandle> supervisor = ProcessHandle.of(status.supervisor());
        supervisor.ifPresent(ProcessHandle::destroy);
        long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
        while (supervised()) {
            if (System.nanoTime() > deadline) {
                throw Failure.kernel(
                        "the supervisor (process " + status.supervisor() + ") does not end",
                        "see " + places.kernelLog());
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }

    private void clearLeftovers() {
        if (!Files.exists(places.lock())) {
            return;
        }
        try (FileChannel channel = FileChannel.open(places.lock(), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Leftovers.clear(places);
                Files.deleteIfExists(places.status());
            }
        } catch (IOException e) {
            throw Failure.kernel("cannot clear " + places.runtime(), "see who owns it")
                    .because(e);
        }
    }

    /** Credentials that are not what the kernel was started with, of those that this environment has. */
    public List<String> changedCredentials() {
        List<String> changed = new ArrayList<>();
        status().ifPresent(status -> status.credentials().forEach((name, mark) -> {
            String here = environment.getOrDefault(name, "");
            try {
                if (!here.isEmpty() && !CredentialMark.of(places, name, here).equals(mark)) {
                    changed.add(name);
                }
            } catch (IOException e) {
                throw Failure.kernel("cannot read " + places.state(), "").because(e);
            }
        }));
        return changed;
    }
}
