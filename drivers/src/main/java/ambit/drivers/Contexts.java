package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.Verdict;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The contexts that the core has mapped. Only the core's control connection changes them.
 *
 * <p>Safe for use by several threads.
 */
final class Contexts implements AutoCloseable {
    /** Verdicts of ended contexts that are kept, so that a repeated commit answers the same. */
    private static final int REMEMBERED = 1024;

    private final MemoryStore store;
    private final Retrieval retrieval;
    private final InstantSource clock;
    private final Map<Blob, LiveContext> live = new ConcurrentHashMap<>();
    private final Map<Blob, List<Verdict>> committed = new LinkedHashMap<>();

    Contexts(MemoryStore store, Retrieval retrieval, InstantSource clock) {
        this.store = store;
        this.retrieval = retrieval;
        this.clock = clock;
    }

    void map(CoreToDriver.MapContext command) throws DriverFailure {
        MemoryMap map = MemoryMap.of(command.entries());
        Blob id = command.context();
        ContextMemory memory = new ContextMemory(id, command.transaction(), map, store);
        if (live.putIfAbsent(id, new LiveContext(id, memory, retrieval.context(command), Bodies.scope(command)))
                != null) {
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
        return verdicts;
    }

    /** What the retriever staged is durable before the memory commits, which decides for both, and is taken over after. */
    private List<Verdict> commit(LiveContext context) throws DriverFailure {
        try (ContextRetriever.Change documents = context.retriever().prepare()) {
            List<Verdict> verdicts = new ArrayList<>(context.memory().commit(clock.millis()));
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
        }
    }

    boolean wasCommitted(String transaction) throws DriverFailure {
        return store.wasCommitted(transaction);
    }

    @Override
    public void close() {
        live.keySet().forEach(this::drop);
    }
}
