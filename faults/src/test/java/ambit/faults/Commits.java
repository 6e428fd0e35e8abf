package ambit.faults;

import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Transactions at once, one after the other on each of a few connections; what was told of each is kept in the account. */
final class Commits implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final int AFTER_REFUSAL_MS = 20;
    private static final int PATIENCE_SECONDS = 240;
    private static final int MOST_COMMITS = Integer.getInteger("crash.commits", 12);
    private static final int ANY_MICROS = 40_000;

    /** All transactions that ever began on one disk. */
    static final class Account {
        final Tenant tenant = new Tenant();
        final Tenant.Charter usual = tenant.remembering("");
        final Tenant.Charter strict = tenant.remembering("{\"commit\":\"all\"}");
        private final List<Deed> deeds = new CopyOnWriteArrayList<>();
        private final AtomicInteger next = new AtomicInteger();

        private Deed open(Random random) {
            Deed deed = new Deed(next.getAndIncrement(), random);
            deeds.add(deed);
            return deed;
        }

        /** What is known now. */
        Map<Deed, Deed.Fate> fates() {
            Map<Deed, Deed.Fate> fates = new HashMap<>();
            deeds.forEach(deed -> fates.put(deed, deed.fate()));
            return fates;
        }

        private boolean isCommitting() {
            return deeds.stream()
                    .skip(Math.max(0, deeds.size() - 2L * WORKERS))
                    .anyMatch(deed -> deed.fate() instanceof Deed.Fate.Asked);
        }

        /** Those whose caller was told verdicts. */
        long told() {
            return deeds.stream()
                    .filter(deed -> deed.fate() instanceof Deed.Fate.Told)
                    .count();
        }
    }

    private final Account account;
    private final List<MemorySession> sessions = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private final MemoryKernel kernel;
    private volatile boolean lostKernel;

    /** How long the last commit took. */
    private volatile long commitNanos = 4_000_000;

    Commits(Account account, MemoryKernel kernel, long seed) throws IOException {
        this.account = account;
        this.kernel = kernel;
        Random random = new Random(seed);
        for (int i = 0; i < WORKERS; i++) {
            MemorySession session = kernel.session();
            sessions.add(session);
            Random own = new Random(random.nextLong());
            threads.add(Thread.ofPlatform().name("commits-" + i).start(() -> work(session, own)));
        }
    }

    private void work(MemorySession session, Random random) {
        try {
            while (!over) {
                try {
                    run(session, account.open(random), random);
                } catch (MemorySession.Refused e) {
                    refusals.add(String.valueOf(e.getMessage()));
                    TimeUnit.MILLISECONDS.sleep(AFTER_REFUSAL_MS);
                }
            }
        } catch (IOException e) {
            // The other end was killed, or gave up, which is what this is for.
            lostKernel = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(MemorySession session, Deed deed, Random random) throws IOException, MemorySession.Refused {
        Admitted context = session.begin(account.tenant, deed.strict ? account.strict : account.usual);
        deed.begun(context.transaction());
        try {
            stage(session, context, deed, random);
        } catch (MemorySession.Refused e) {
            session.end(context, End.AGENT_FAILED);
            throw e;
        }
        if (!deed.ends) {
            session.end(context, End.AGENT_FAILED);
            return;
        }
        deed.asked();
        long asked = System.nanoTime();
        try {
            deed.told(session.end(context, End.SUCCESS).verdicts());
            commitNanos = System.nanoTime() - asked;
        } catch (MemorySession.Refused e) {
            if (leavesOpen(e)) {
                lostKernel = true;
            } else {
                deed.refused();
            }
            throw e;
        }
    }

    /** A refusal says that nothing was committed, unless it says that nobody knows yet, or comes of a log that has failed. */
    private static boolean leavesOpen(MemorySession.Refused refused) {
        return String.valueOf(refused.getMessage()).contains("is asked when") || refused.code == Denial.LOG_UNAVAILABLE;
    }

    private static void stage(MemorySession session, Admitted context, Deed deed, Random random)
            throws IOException, MemorySession.Refused {
        for (Map.Entry<String, String> entry : deed.entries.entrySet()) {
            if (random.nextBoolean()) {
                Json _ = session.read(context, entry.getKey());
            }
            session.write(context, entry.getKey(), entry.getValue());
        }
        if (deed.word.isPresent()) {
            Json _ = session.call(
                    context,
                    "retriever.add",
                    "{\"namespace\":\"%s\",\"source\":\"%s\",\"text\":\"%s\"}"
                            .formatted(Deed.DOCUMENTS, deed.source(), deed.text()));
        }
    }

    /** A random moment, after some more commits; every other one while somebody waits for one. */
    void await(Random random) throws InterruptedException {
        awaitTold(random.nextInt(MOST_COMMITS));
        if (random.nextBoolean()) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(ANY_MICROS));
        } else {
            long end = patience();
            while (!account.isCommitting() && !lostKernel() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            TimeUnit.NANOSECONDS.sleep(random.nextLong(1 + 5 * commitNanos / 4));
        }
    }

    /** Until so many more callers were told verdicts, or nothing is told any more. */
    void awaitTold(int more) throws InterruptedException {
        long end = patience();
        for (long goal = account.told() + more; account.told() < goal && !lostKernel() && System.nanoTime() < end; ) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static long patience() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    }

    /** Whether something in the kernel ended, or is about to: drivers that cannot find out what became of a commit do. */
    boolean lostKernel() {
        return lostKernel || !kernel.driversLive();
    }

    /** What was refused so far, as it was said. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** The broker is gone in the middle of whatever it does. */
    void hangUp() throws IOException {
        over = true;
        for (MemorySession session : sessions) {
            session.close();
        }
    }

    /** Lets every thread end with what it is doing. */
    @Override
    public void close() throws IOException {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        for (MemorySession session : sessions) {
            session.close();
        }
    }
}
