package ambit.drivers;

import ambit.drivers.memory.ContextMemory;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the drivers hold for one context that the core has mapped: its memory, its conversation with models, its MCP servers, its running calls,
 * and the permits it has used up.
 *
 * <p>Used permits are remembered for as long as the context lives, and a permit for a context that is not mapped is refused. So
 * no step of the clock and no restart of this process lets a permit run twice: after a restart no old context is mapped.
 *
 * <p>Safe for use by several threads.
 */
final class LiveContext {
    /** Permits of one context; far more than a context can use, so that a broken core cannot fill the heap. */
    private static final int MAX_PERMITS = 1 << 20;

    /** Starts a server; may take as long as its deadline. */
    @FunctionalInterface
    interface Opener {
        McpServer open() throws DriverFailure;
    }

    private final Blob id;
    private final ContextMemory memory;
    private final ContextRetriever retriever;
    private final Bodies.Scope bodies;
    private final Conversation conversation;
    private final Set<Blob> usedPermits = new HashSet<>();
    private final Set<Cancellation> running = new HashSet<>();
    private final Map<String, McpServer> servers = new HashMap<>();
    private final Map<String, ReentrantLock> starting = new HashMap<>();
    private boolean ended;

    LiveContext(
            Blob id, ContextMemory memory, ContextRetriever retriever, Bodies.Scope bodies, Conversation conversation) {
        this.id = id;
        this.memory = memory;
        this.retriever = retriever;
        this.bodies = bodies;
        this.conversation = conversation;
    }

    Blob id() {
        return id;
    }

    ContextMemory memory() {
        return memory;
    }

    ContextRetriever retriever() {
        return retriever;
    }

    /** What keeping its bodies needs. */
    Bodies.Scope bodies() {
        return bodies;
    }

    Conversation conversation() {
        return conversation;
    }

    /** Uses up a permit and notes the call that it is for; exactly one caller per permit gets through. */
    synchronized void begin(Blob permit, Cancellation call) throws DriverFailure {
        refuseEnded();
        if (usedPermits.size() >= MAX_PERMITS) {
            throw new DriverFailure(
                    Denial.USES_EXHAUSTED, "this context has made a million calls; start a new transaction");
        }
        if (!usedPermits.add(permit)) {
            throw new DriverFailure(Denial.REPLAYED, "the permit was used before; each is good for one call");
        }
        running.add(call);
    }

    synchronized void finish(Cancellation call) {
        running.remove(call);
    }

    /** The context's server of this tool, started if there is none that still works. */
    McpServer server(String tool, Opener opener) throws DriverFailure {
        ReentrantLock lock;
        synchronized (this) {
            lock = starting.computeIfAbsent(tool, _ -> new ReentrantLock());
        }
        lock.lock();
        try {
            synchronized (this) {
                refuseEnded();
                McpServer present = servers.get(tool);
                if (present != null && present.peer().isUsable()) {
                    return present;
                }
            }
            McpServer opened = opener.open();
            McpServer replaced;
            synchronized (this) {
                replaced = ended ? opened : servers.put(tool, opened);
            }
            if (replaced != null) {
                replaced.close();
            }
            synchronized (this) {
                refuseEnded();
            }
            return opened;
        } finally {
            lock.unlock();
        }
    }

    /** Stops a server that failed; the next call starts a new one. */
    void discard(String tool, McpServer server) {
        synchronized (this) {
            servers.remove(tool, server);
        }
        server.close();
    }

    /** Cancels all calls, forgets the conversation and kills all servers, now and from now on. */
    void end() {
        List<Cancellation> calls;
        List<McpServer> open;
        synchronized (this) {
            ended = true;
            calls = new ArrayList<>(running);
            open = new ArrayList<>(servers.values());
            servers.clear();
        }
        calls.forEach(Cancellation::cancel);
        conversation.end();
        open.forEach(McpServer::close);
    }

    private void refuseEnded() throws DriverFailure {
        if (ended) {
            throw new DriverFailure(Denial.CONTEXT_ENDED, "the context has ended");
        }
    }
}
