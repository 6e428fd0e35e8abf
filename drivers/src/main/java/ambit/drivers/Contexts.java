package ambit.drivers;

import ambit.drivers.memory.ContextMemory;
import ambit.drivers.memory.Database;
import ambit.drivers.memory.MemoryDriver;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The contexts that the core has mapped. Only the core's control connection changes them.
 *
 * <p>Safe for use by several threads.
 */
final class Contexts implements AutoCloseable {
    /** Verdicts of ended contexts that are kept, so that a repeated commit answers the same. */
    private static final int REMEMBERED = 1024;

    /** What is said to providers at the end of a context may take so long at the end of this process. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final MemoryDriver driver;
    private final Retrieval retrieval;
    private final ExecutorService farewells = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong conversations = new AtomicLong();
    private final Map<Blob, LiveContext> live = new ConcurrentHashMap<>();
    private final Map<Blob, List<Verdict>> committed = new LinkedHashMap<>();

    Contexts(MemoryDriver driver, Retrieval retrieval) {
        this.driver = driver;
        this.retrieval = retrieval;
    }

    void map(CoreToDriver.MapContext command) throws DriverFailure {
        Blob id = command.context();
        ContextMemory memory = driver.map(command);
        Conversation conversation =
                new Conversation(id, command.transaction(), command.tenant(), farewells, conversations);
        if (live.putIfAbsent(
                        id,
                        new LiveContext(
                                id, memory, retrieval.context(command, memory), Bodies.scope(command), conversation))
                != null) {
            driver.release(memory);
            throw new DriverFailure(Denial.REPLAYED, "the context is mapped already");
        }
    }

    LiveContext find(Blob id) throws DriverFailure {
        LiveContext context = live.get(id);
        if (context == null) {
            throw new DriverFailure(
                    Denial.CONTEXT_ENDED, "the context has ended or was never mapped; start a new transaction");
        }
        return context;
    }

    /** Ends the context's calls and servers, then persists what it staged. Fails without losing anything: ask again. */
    List<Verdict> commit(Blob id) throws DriverFailure {
        synchronized (committed) {
            List<Verdict> before = committed.get(id);
            if (before != null) {
                return before;
            }
        }
        LiveContext context = find(id);
        context.end();
        List<Verdict> verdicts = commit(context);
        synchronized (committed) {
            committed.put(id, verdicts);
            if (committed.size() > REMEMBERED) {
                committed.remove(committed.keySet().iterator().next());
            }
        }
        live.remove(id);
        context.retriever().close();
        driver.release(context.memory());
        return verdicts;
    }

    /**
     * What the retriever staged is durable before the memory commits, which decides for both, and is taken over after. Where nobody
     * knows what memory decided it stays, and is settled when memory can be asked.
     */
    private List<Verdict> commit(LiveContext context) throws DriverFailure {
        try (ContextRetriever.Change documents = context.retriever().prepare()) {
            List<Verdict> verdicts = new ArrayList<>();
            try {
                verdicts.addAll(context.memory().commit(documents.partitions()));
            } catch (Database.OutcomeUnknown e) {
                documents.leave();
                throw e;
            }
            documents.apply();
            verdicts.addAll(documents.verdicts());
            return List.copyOf(verdicts);
        }
    }

    /** Forgets the context and everything staged in it; harmless when there is none. */
    void drop(Blob id) {
        LiveContext context = live.remove(id);
        if (context != null) {
            context.end();
            context.retriever().close();
            driver.release(context.memory());
        }
    }

    boolean wasCommitted(String transaction) throws DriverFailure {
        return driver.wasCommitted(transaction);
    }

    @Override
    public void close() {
        live.keySet().forEach(this::drop);
        farewells.shutdown();
        try {
            if (!farewells.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                farewells.shutdownNow();
            }
        } catch (InterruptedException e) {
            farewells.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
