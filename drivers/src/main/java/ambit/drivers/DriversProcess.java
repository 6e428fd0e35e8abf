package ambit.drivers;

import ambit.drivers.memory.MemoryDriver;
import ambit.drivers.memory.MemoryStore;
import ambit.wire.Endpoint;
import ambit.wire.SteadyClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The drivers at work: connected to the core, listening for the broker and for the {@code ambit} command. */
final class DriversProcess implements AutoCloseable {
    private static final List<String> DRIVERS =
            List.of(ToolConfig.MEMORY, ToolConfig.OPENAI, ToolConfig.MCP, ToolConfig.HTTP, ToolConfig.RETRIEVER);

    /** At a time, of each socket. */
    private static final int CONNECTIONS = 4096;

    private final CountDownLatch end = new CountDownLatch(1);
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final List<String> complaints;

    private DriversProcess(Toolbox toolbox) {
        this.complaints = new ArrayList<>(toolbox.complaints());
    }

    /**
     * Starts everything, or nothing.
     *
     * @param environment where {@code env:} credentials are read
     */
    static DriversProcess start(
            DriversConfig config, Map<String, String> environment, ServerLauncher launcher, InstantSource clock)
            throws IOException, DriverFailure {
        Toolbox toolbox = new Toolbox(config.tools(), environment, launcher);
        DriversProcess process = new DriversProcess(toolbox);
        boolean started = false;
        try {
            process.open(config, toolbox, environment, clock);
            started = true;
            return process;
        } finally {
            if (!started) {
                process.close();
            }
        }
    }

    private void open(DriversConfig config, Toolbox toolbox, Map<String, String> environment, InstantSource clock)
            throws IOException, DriverFailure {
        Artifacts artifacts = new Artifacts(config.coreKey());
        MemoryStore store = opened(new MemoryStore(config.memory().open(config.memoryFile(), environment)));
        MemoryDriver memory = opened(new MemoryDriver(store, clock));
        Retrieval retrieval = opened(
                Retrieval.open(config.memoryFile().resolveSibling("indexes"), opened(toolbox.embedding()), memory));
        Contexts contexts = opened(new Contexts(memory, retrieval));
        CoreLink core = opened(CoreLink.connect(
                config.coreSocket(),
                config.coreUsers(),
                config.coreKey(),
                artifacts.receiptKey(),
                DRIVERS,
                end::countDown));
        // Not behind the core's, which does not fall behind its log: else a permit would live for as long as they
        // differ.
        InstantSource steady = new SteadyClock(clock, System::nanoTime, core.welcomedMs());
        PermitCheck check = new PermitCheck(artifacts, contexts, toolbox.tools(), steady);
        Bodies bodies = opened(Bodies.open(
                config.memoryFile().resolveSibling("bodies.db"), config.bodies(), toolbox.credentials(), core, clock));
        complaints.addAll(bodies.complaints());
        Memories memories = new Memories(memory, retrieval, bodies);
        BrokerService broker = new BrokerService(new Calls(check, artifacts, core, bodies, clock));
        AdminService admin = new AdminService(toolbox.discoverable(), bodies);
        listen(config.brokerSocket(), config.brokerUsers(), broker);
        listen(config.adminSocket(), config.adminUsers(), admin);
        Thread.ofPlatform().daemon().name("core-control").start(() -> core.obey(contexts, memories));
    }

    private void listen(Path socket, List<String> users, Endpoint.Session session) throws IOException {
        Thread.Builder threads = Thread.ofVirtual().name("connection");
        opened(new Endpoint(socket, users, CONNECTIONS, threads, session)).start(end::countDown);
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.add(part);
        return part;
    }

    /** A sentence for each part that cannot work as configured. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Waits until the core is lost or a listener broke; the process must end then. */
    void awaitEnd() throws InterruptedException {
        end.await();
    }

    /** Stops listening, drops all contexts with their servers, closes the memory. */
    @Override
    public synchronized void close() {
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                System.getLogger("ambit.drivers").log(System.Logger.Level.WARNING, "while ending", e);
            }
        }
        parts.clear();
    }
}
