package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.Offer;
import ambit.wire.Denial;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Memory as the core sees it: contexts are mapped and released, wrapped keys are asked for, and what is to be forgotten is destroyed.
 *
 * <p>Safe for use by several threads; the core says one thing at a time.
 */
public final class MemoryDriver implements AutoCloseable {
    /** Longer than the core waits for an answer of the drivers, twice. */
    private static final long ANSWER_GOOD_MS = 120_000;

    private static final long SWEEP_SECONDS = 60;

    /** What a wrapped key was answered with, and how many live contexts map its partition. */
    private static final class Answer {
        private final Blob wrapped;
        private int contexts;

        /** The core has asked, and maps by this answer soon: until then nobody may be answered another key. */
        private long askedMs;

        private Answer(Blob wrapped) {
            this.wrapped = wrapped;
        }

        private boolean isNeeded(long nowMs) {
            return contexts > 0 || Math.abs(nowMs - askedMs) < ANSWER_GOOD_MS;
        }
    }

    /** @param entries how many keys there were */
    public record Forgotten(long partitions, long entries) {}

    private final MemoryStore store;
    private final InstantSource clock;
    private final Map<Blob, Answer> answers = new LinkedHashMap<>();
    private final Map<String, Influences> families = new HashMap<>();
    private final Set<ContextMemory> live = new HashSet<>();
    private final ScheduledExecutorService sweeper;

    public MemoryDriver(MemoryStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.sweeper = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("memory-sweep").factory());
        java.util.concurrent.ScheduledFuture<?> _ =
                sweeper.scheduleWithFixedDelay(this::sweepQuietly, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    private void sweepQuietly() {
        try {
            sweep();
        } catch (DriverFailure | RuntimeException e) {
            System.getLogger("ambit.drivers")
                    .log(System.Logger.Level.WARNING, "expired memory was not destroyed: " + e.getMessage());
        }
    }

    /** Destroys what has expired; answers how many versions that were. */
    public int sweep() throws DriverFailure {
        return store.sweep(clock.millis());
    }

    /**
     * The wrapped data key of each partition: the one that is stored, else the one that a live context has, else what is offered,
     * which is remembered while a live context maps the partition and is stored with the first thing that is committed there.
     */
    public synchronized List<Blob> keys(List<Offer> offers) throws DriverFailure {
        List<Blob> wrapped = new ArrayList<>();
        long now = clock.millis();
        answers.values().removeIf(it -> !it.isNeeded(now));
        for (Offer offer : offers) {
            Optional<MemoryStore.Kept> kept = store.kept(offer.partition());
            Answer answer = answers.get(offer.partition());
            if (kept.isPresent()) {
                wrapped.add(kept.get().wrapped());
            } else {
                Answer given = answer == null ? new Answer(offer.wrapped()) : answer;
                given.askedMs = now;
                answers.put(offer.partition(), given);
                wrapped.add(given.wrapped);
            }
        }
        return List.copyOf(wrapped);
    }

    /** The memory of a new context. */
    public synchronized ContextMemory map(CoreToDriver.MapContext command) throws DriverFailure {
        MemoryMap map = MemoryMap.of(command.entries());
        Map<Blob, Blob> wrapped = new HashMap<>();
        for (MemoryMap.Mount mount : map.all()) {
            Blob partition = mount.keys().partition();
            Optional<MemoryStore.Kept> kept = store.kept(partition);
            if (kept.isPresent() && !kept.get().proof().equals(mount.keys().proof())) {
                throw new DriverFailure(
                        Denial.DRIVER_FAILED,
                        "the memory of '" + mount.namespace()
                                + "' was written with another key than the core has for it; restore"
                                + " the memory and the core's directory from one backup");
            }
            Answer answer = answers.get(partition);
            if (kept.isEmpty() && answer == null) {
                // what would be committed could never be opened again
                throw new DriverFailure(
                        Denial.DRIVER_FAILED,
                        "the memory of '" + mount.namespace() + "' is mapped before its key was asked for");
            }
            Blob known = answer == null ? Blob.EMPTY : answer.wrapped;
            wrapped.put(partition, kept.map(MemoryStore.Kept::wrapped).orElse(known));
        }
        Writer writer = Writer.of(command);
        Influences influences = families.computeIfAbsent(writer.family(), _ -> new Influences());
        influences.join();
        distinct(map).forEach(partition -> {
            Answer answer = answers.get(partition);
            if (answer != null) {
                answer.contexts++;
            }
        });
        ContextMemory memory = new ContextMemory(
                writer, map, new ContextMemory.Surroundings(store, influences, wrapped, clock, this::living));
        live.add(memory);
        return memory;
    }

    private synchronized Optional<String> living(String tenant, String transaction) {
        return live.stream()
                .map(ContextMemory::writer)
                .filter(it -> it.tenant().equals(tenant))
                .map(Writer::transaction)
                .filter(it -> Writer.isOf(it, transaction))
                .sorted()
                .findFirst();
    }

    private static List<Blob> distinct(MemoryMap map) {
        return map.all().stream()
                .map(mount -> mount.keys().partition())
                .distinct()
                .toList();
    }

    /** The context has ended; harmless when it had before. */
    public synchronized void release(ContextMemory memory) {
        if (!live.remove(memory)) {
            return;
        }
        String family = memory.writer().family();
        Influences influences = families.get(family);
        if (influences != null && influences.leave()) {
            families.remove(family);
        }
        for (Blob partition : distinct(memory.map())) {
            Answer answer = answers.get(partition);
            if (answer != null) {
                answer.contexts--;
            }
        }
    }

    public boolean wasCommitted(String transaction) throws DriverFailure {
        return store.wasCommitted(transaction);
    }

    /** Refuses what {@link #forget} would destroy under a live context. */
    public synchronized void refuseLive(CoreToDriver.Forget order) throws DriverFailure {
        Set<Blob> named = new HashSet<>(store.named(order));
        for (ContextMemory memory : live) {
            for (MemoryMap.Mount mount : memory.map().all()) {
                boolean ownedThere = !mount.prefix().startsWith("inherited/")
                        && Forgetting.named(order, Owner.of(mount.prefix(), memory.writer()));
                if (ownedThere || named.contains(mount.keys().partition())) {
                    throw new DriverFailure(
                            Denial.STILL_MAPPED,
                            "the transaction " + memory.writer().transaction()
                                    + " is alive and maps some of it; wait for its end, or stop it, then try again");
                }
            }
        }
    }

    /** The partitions that {@link #forget} would destroy; refused while one is mapped. */
    public synchronized List<Blob> named(CoreToDriver.Forget order) throws DriverFailure {
        refuseLive(order);
        return store.named(order);
    }

    /** Destroys what is named: every version, what waits for review, where it came from, and the wrapped keys. */
    public synchronized Forgotten forget(CoreToDriver.Forget order) throws DriverFailure {
        refuseLive(order);
        store.named(order).forEach(answers::remove);
        Forgetting.Forgotten forgotten = store.forget(order);
        return new Forgotten(forgotten.partitions(), forgotten.entries());
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
    }
}
