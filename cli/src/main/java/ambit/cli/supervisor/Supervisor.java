package ambit.cli.supervisor;

import ambit.boundary.BoundaryRefused;
import ambit.boundary.KernelProcesses;
import ambit.cli.outcome.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one kernel running: starts its processes, starts all of them again when one ends, and stops them when asked to by
 * SIGTERM. It holds the lock of the state directory as long as it lives, so one state never has two kernels.
 */
public final class Supervisor {

    private static final int MOST_RESTARTS = 5;
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final int LOCK_TRIES = 20;
    private static final long LOCK_PAUSE_MS = 50;

    private final Path directory;
    private final Places places;
    private final KernelPlan plan;
    private final Optional<URI> address;
    private final Distribution distribution;
    private final Map<String, String> environment;
    private final KernelLog log;
    private final CompletableFuture<String> stopAsked = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Deque<Instant> restarts = new ArrayDeque<>();
    private int restartCount;
    private String lastProblem = "";

    /**
     * Of the project in {@code directory}.
     *
     * @param webhook who is told of calls that wait for approval
     */
    public Supervisor(
            Path directory,
            Places places,
            KernelPlan plan,
            Optional<URI> webhook,
            Distribution distribution,
            Map<String, String> environment) {
        this.directory = directory;
        this.address = webhook;
        this.places = places;
        this.plan = plan;
        this.distribution = distribution;
        this.environment = environment;
        this.log = new KernelLog(System.err);
    }

    /** Runs until SIGTERM, or until the kernel cannot be kept running; returns whether it ended as asked. */
    public boolean run() throws IOException {
        Places.makePrivate(places.state());
        try (FileChannel channel =
                        FileChannel.open(places.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(channel)) {
            places.requireWhole();
            Leftovers.clear(places);
            Thread hook = new Thread(this::stopNow, "stop");
            Runtime.getRuntime().addShutdownHook(hook);
            log.say("supervisor", "starts a kernel on " + places.state() + " (lock " + lock.isValid() + ")");
            boolean asked;
            List<LogProcess> beside = LogProcess.start(directory, plan, environment, log);
            try (Webhook _ = address.map(it -> Webhook.start(it, places, log)).orElse(null)) {
                asked = keepRunning();
            } finally {
                LogProcess.close(beside);
            }
            if (asked) {
                Files.deleteIfExists(places.status());
            }
            return asked;
        } finally {
            ended.countDown();
        }
    }

    private void stopNow() {
        stopAsked.complete("asked to");
        try {
            if (!ended.await(30, TimeUnit.SECONDS)) {
                log.say("supervisor", "did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A command that only looks whether the lock is held has it for an instant. */
    private FileLock lock(FileChannel channel) throws IOException {
        for (int i = 0; i < LOCK_TRIES; i++) {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOCK_PAUSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw Failure.kernel(
                "a kernel already runs on " + places.state(), "'ambit status' shows it, 'ambit down' stops it");
    }

    private boolean keepRunning() throws IOException {
        report(KernelStatus.State.STARTING, "", "", Map.of());
        try (KernelProcesses boundary = KernelProcesses.open()) {
            while (!stopAsked.isDone()) {
                if (!oneGeneration(boundary)) {
                    return false;
                }
            }
            return true;
        } catch (BoundaryRefused e) {
            fail(e.sentence(), e.hint());
            return false;
        } catch (Failure e) {
            fail(String.valueOf(e.getMessage()), e.hint());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            Leftovers.removeSockets(places);
        }
    }

    /** Runs the three until one ends or a stop is asked for; returns false when there is no use in trying again. */
    private boolean oneGeneration(KernelProcesses boundary) throws IOException, BoundaryRefused, InterruptedException {
        KernelStatus.State starting = restartCount == 0 ? KernelStatus.State.STARTING : KernelStatus.State.RESTARTING;
        try (Generation generation = new Generation(
                boundary, places, plan, distribution, environment, log, members -> told(starting, members))) {
            generation.start();
            log.say("supervisor", "the kernel is ready");
            report(KernelStatus.State.READY, lastProblem, "", generation.members());
            CompletableFuture<String> end = generation.firstEnd();
            CompletableFuture.anyOf(end, stopAsked).join();
            if (stopAsked.isDone()) {
                report(KernelStatus.State.STOPPING, "", "", generation.members());
                generation.stop();
                log.say("supervisor", "stopped");
                return true;
            }
            lastProblem = end.join();
            log.say("supervisor", lastProblem + "; all three are started again");
            report(KernelStatus.State.RESTARTING, lastProblem, "", generation.members());
            generation.stop();
        }
        restartCount++;
        restarts.addLast(Instant.now());
        while (restarts.getFirst().isBefore(Instant.now().minus(WITHIN))) {
            restarts.removeFirst();
        }
        if (restarts.size() > MOST_RESTARTS) {
            fail(
                    "the kernel ended " + restarts.size() + " times in two minutes, at last because " + lastProblem,
                    "what it said is in " + places.kernelLog());
            return false;
        }
        return true;
    }

    private void told(KernelStatus.State state, Map<String, KernelStatus.Member> members) {
        try {
            report(state, lastProblem, "", members);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + places.status(), e);
        }
    }

    private void fail(String problem, String hint) throws IOException {
        log.say("supervisor", problem);
        report(KernelStatus.State.FAILED, problem, hint, Map.of());
    }

    private void report(
            KernelStatus.State state, String problem, String hint, Map<String, KernelStatus.Member> processes)
            throws IOException {
        Map<String, String> credentials = new HashMap<>();
        for (String name : plan.variables()) {
            credentials.put(name, CredentialMark.of(places, name, environment.getOrDefault(name, "")));
        }
        new KernelStatus(
                        state,
                        ProcessHandle.current().pid(),
                        System.currentTimeMillis(),
                        plan.digest(distribution),
                        problem,
                        hint,
                        restartCount,
                        processes,
                        credentials)
                .write(places.status());
    }
}
