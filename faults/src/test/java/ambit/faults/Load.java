package ambit.faults;

import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/** Transactions that begin, call and end at once, over grants that are revoked meanwhile; it keeps account of what it was told. */
final class Load implements AutoCloseable {
    private static final int GRANTS = 6;
    private static final int MAX_CALLS = 8;
    private static final int REVOKE_MS = 25;
    static final Blob PARAMS = Blob.of("{}".getBytes(StandardCharsets.UTF_8));

    /** A grant, how many uses of it were asked for, and how many of these were acknowledged. */
    static final class Held {
        final Tenant.Charter charter;
        final AtomicLong asked = new AtomicLong();
        final AtomicLong acknowledged = new AtomicLong();
        final AtomicLong readsAcknowledged = new AtomicLong();

        Held(Tenant.Charter charter) {
            this.charter = charter;
        }
    }

    /**
     * What was acknowledged up to some moment.
     *
     * @param checkpoint the newest signed head of the log that was handed out, or empty
     */
    record Told(
            Map<Held, Long> uses,
            Map<Held, Long> reads,
            List<Held> revoked,
            List<BrokerToCore.Admit> admitted,
            Blob checkpoint) {}

    private final Tenant tenant;
    private final CoreServer core;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Held> all = new CopyOnWriteArrayList<>();
    private final List<Held> current = new CopyOnWriteArrayList<>();
    private final Map<Held, Boolean> revoking = new ConcurrentHashMap<>();
    private final Map<Held, Boolean> revoked = new ConcurrentHashMap<>();
    private final ConcurrentLinkedDeque<BrokerToCore.Admit> admitted = new ConcurrentLinkedDeque<>();
    private volatile Blob checkpoint = Blob.EMPTY;
    private volatile boolean over;

    Load(Tenant tenant, CoreServer core, int workers, long seed) throws IOException {
        this.tenant = tenant;
        this.core = core;
        Random random = new Random(seed);
        for (int i = 0; i < GRANTS; i++) {
            current.add(held(random));
        }
        for (int i = 0; i < workers; i++) {
            FrameChannel broker = core.broker();
            FrameChannel receipts = core.receipts();
            long own = random.nextLong();
            threads.add(Thread.ofPlatform().start(() -> quietly(() -> work(broker, receipts, new Random(own)))));
        }
        long own = random.nextLong();
        threads.add(Thread.ofPlatform().start(() -> quietly(() -> revoke(new Random(own)))));
    }

    private Held held(Random random) {
        long limit = random.nextInt(3) == 0 ? 20 : 2_000;
        Held held = new Held(tenant.grant(limit, now(), 86_400));
        all.add(held);
        return held;
    }

    /** Something that ends with the core. */
    @FunctionalInterface
    private interface Talk {
        void go() throws IOException, InterruptedException;
    }

    private static void quietly(Talk talk) {
        try {
            talk.go();
        } catch (IOException e) {
            // The core was killed, which is what the load is for.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static CoreToBroker ask(FrameChannel broker, BrokerToCore message) throws IOException {
        broker.send(message.toCbor());
        return CoreToBroker.fromCbor(broker.receive());
    }

    static BrokerToCore.Decide call(Admitted context, int cap) {
        return new BrokerToCore.Decide(
                context.context(),
                Syscall.TOOL_CALL,
                context.capabilities().get(cap).handle(),
                PARAMS);
    }

    private void work(FrameChannel broker, FrameChannel receipts, Random random) throws IOException {
        while (!over) {
            Held held = current.get(random.nextInt(current.size()));
            BrokerToCore.Admit admission = tenant.admission(held.charter, now(), 86_400);
            if (ask(broker, admission) instanceof Admitted context) {
                admitted.addFirst(admission);
                for (int i = random.nextInt(MAX_CALLS); i > 0; i--) {
                    use(broker, receipts, held, context, random.nextInt(4) == 0 ? Tenant.READ : Tenant.EFFECT);
                }
                End how = random.nextBoolean() ? End.SUCCESS : End.AGENT_FAILED;
                ask(broker, new BrokerToCore.EndContext(context.context(), how, 0, Blob.EMPTY));
            }
        }
    }

    /** An effect is acknowledged by its permit; a read by the record of its outcome, which goes before its answer. */
    private void use(FrameChannel broker, FrameChannel receipts, Held held, Admitted context, int cap)
            throws IOException {
        held.asked.incrementAndGet();
        if (ask(broker, call(context, cap)) instanceof Permitted permitted) {
            if (cap == Tenant.EFFECT) {
                held.acknowledged.incrementAndGet();
                return;
            }
            receipts.send(tenant.receipt(permitted).toCbor());
            if (CoreToDriver.fromCbor(receipts.receive()) instanceof CoreToDriver.Recorded) {
                held.readsAcknowledged.incrementAndGet();
            }
        }
    }

    private void revoke(Random random) throws IOException, InterruptedException {
        while (!over) {
            TimeUnit.MILLISECONDS.sleep(1 + random.nextInt(2 * REVOKE_MS));
            int index = random.nextInt(current.size());
            Held victim = current.get(index);
            if (random.nextInt(4) == 0) {
                revoking.put(victim, true);
                if (core.administer(tenant.revoke(victim.charter)) instanceof CoreToAdmin.Revoked) {
                    revoked.put(victim, true);
                }
                current.set(index, held(random));
            }
            if (core.administer(new AdminToCore.Checkpoint()) instanceof CoreToAdmin.Checkpointed checkpointed) {
                checkpoint = Blob.of(checkpointed.note().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** The newest of everything that was acknowledged before this is called. */
    Told told() {
        Blob last = checkpoint;
        List<Held> gone = List.copyOf(revoked.keySet());
        List<BrokerToCore.Admit> newest = admitted.stream().limit(5).toList();
        return new Told(
                count(held -> held.acknowledged.get()),
                count(held -> held.readsAcknowledged.get()),
                gone,
                newest,
                last);
    }

    /** How often each grant was called at most, up to now. */
    Map<Held, Long> asked() {
        return count(held -> held.asked.get());
    }

    /** Whose revocation nobody has asked for yet. */
    List<Held> unrevoked() {
        return all.stream().filter(held -> !revoking.containsKey(held)).toList();
    }

    private Map<Held, Long> count(ToLongFunction<Held> what) {
        Map<Held, Long> counts = new ConcurrentHashMap<>();
        all.forEach(held -> counts.put(held, what.applyAsLong(held)));
        return counts;
    }

    static long now() {
        return System.currentTimeMillis() / 1000;
    }

    /** Lets every thread end with what it is doing. */
    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
