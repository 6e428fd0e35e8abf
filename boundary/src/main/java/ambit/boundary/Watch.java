package ambit.boundary;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Ends guests that pass their wall clock, processor or (where no control group does) memory limit. */
final class Watch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(50);

    private record Watched(Limits limits, long deadlineNanos, boolean memory) {}

    private final Map<RunningGuest, Watched> guests = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ambit-boundary-watch").factory());

    Watch() {
        ScheduledFuture<?> _ =
                timer.scheduleWithFixedDelay(this::look, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Watches {@code guest} until it ends; its memory too if {@code memory}. */
    void over(RunningGuest guest, Limits limits, boolean memory) {
        guests.put(guest, new Watched(limits, System.nanoTime() + limits.wall().toNanos(), memory));
        CompletableFuture<Exit> _ = guest.onExit().whenComplete((_, _) -> guests.remove(guest));
    }

    private void look() {
        if (guests.isEmpty()) {
            return;
        }
        try {
            Processes processes = Processes.now();
            guests.forEach((guest, watched) -> judge(guest, watched, processes));
        } catch (IOException | RuntimeException e) {
            // Without sight of its processes no guest can be held to its limits.
            guests.keySet().forEach(Watch::end);
        }
    }

    private static void judge(RunningGuest guest, Watched watched, Processes processes) {
        if (System.nanoTime() - watched.deadlineNanos > 0) {
            guest.kill(Exit.How.WALL_LIMIT);
            return;
        }
        Processes.Usage usage = processes.below(guest.pid(), watched.memory);
        if (usage.cpuSeconds() > watched.limits.cpuSeconds()) {
            guest.kill(Exit.How.CPU_LIMIT);
        } else if (watched.memory && usage.memoryBytes() > watched.limits.memoryBytes()) {
            guest.kill(Exit.How.MEMORY_LIMIT);
        }
    }

    private static void end(RunningGuest guest) {
        try {
            guest.kill();
        } catch (RuntimeException e) {
            // Tried again at the next look.
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
