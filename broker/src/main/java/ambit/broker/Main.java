package ambit.broker;

import ambit.boundary.Boundaries;
import ambit.boundary.BoundaryRefused;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The broker as a process: {@code ambit.broker.Main <configuration file>}. */
public final class Main {
    private static final long MAX_CONFIG = 1 << 20;
    private static final int FAILED = 1;
    private static final int LOST_THE_CORE = 3;

    private Main() {}

    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            fail("expected one argument, the configuration file", "the supervisor starts this process: ambit up");
            return;
        }
        quietTheServer();
        try {
            System.exit(run(Path.of(arguments[0])));
        } catch (BoundaryRefused e) {
            fail(e.sentence(), e.hint());
        } catch (IOException e) {
            fail("the broker does not start: " + e.getMessage(), "ambit doctor");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Jetty warns of every connection that a guest breaks off; a guest could fill the log with it. */
    private static void quietTheServer() {
        Logger.getLogger("org.eclipse.jetty").setLevel(Level.SEVERE);
    }

    private static int run(Path file) throws IOException, BoundaryRefused, InterruptedException {
        if (Files.size(file) > MAX_CONFIG) {
            throw new IOException("the configuration is too large");
        }
        BrokerConfig config = BrokerConfig.parse(Blob.of(Files.readAllBytes(file)));
        CountDownLatch lost = new CountDownLatch(1);
        DriverLink drivers = new DriverLink(config.driversSocket(), config.driversUsers());
        try (CoreLink core = CoreLink.connect(config.coreSocket(), config.coreUsers(), lost::countDown);
                Boundaries boundary = Boundaries.open();
                BrokerProcess broker = new BrokerProcess(
                        kernel(core, drivers),
                        new CoreProofs(config.coreKey()),
                        boundary,
                        new GuestView(config.view(), config.coreKey()),
                        config.doors(),
                        config.frontSocket(),
                        config.frontUsers(),
                        Duration.ofSeconds(config.idleSeconds()))) {
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "shutdown"));
            Thread.ofPlatform().daemon().name("core watch").start(() -> awaitLoss(lost, broker));
            broker.start();
            return broker.awaitEnd() ? LOST_THE_CORE : 0;
        }
    }

    private static void awaitLoss(CountDownLatch lost, BrokerProcess broker) {
        try {
            lost.await();
            broker.loseKernel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Kernel kernel(CoreLink core, DriverLink drivers) {
        return new Kernel() {
            @Override
            public CoreToBroker ask(BrokerToCore request) throws KernelLost {
                return core.ask(request);
            }

            @Override
            public Execution execute(Blob permit, Blob params) throws IOException {
                return drivers.execute(permit, params);
            }
        };
    }

    private static void fail(String sentence, String hint) {
        System.err.println("ambit: error: " + sentence);
        System.err.println("ambit: hint: " + hint);
        System.exit(FAILED);
    }
}
