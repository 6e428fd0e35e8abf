package ambit.broker;

import ambit.boundary.Boundary;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Limits;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The broker: it listens for the {@code ambit} command, runs transactions, and asks the core which of them are to end. It signs
 * nothing and holds no credential; without the core it is nothing.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final long POLL_MILLIS = 200;

    private final Kernel kernel;
    private final Doors doors;
    private final ContextRun.Machine machine;
    private final List<String> frontUsers;
    private final ServerSocketChannel front;
    private final Set<Transaction> transactions = ConcurrentHashMap.newKeySet();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean kernelLost;

    BrokerProcess(
            Kernel kernel,
            Proofs proofs,
            Boundary boundary,
            GuestView view,
            Path sockets,
            Path frontSocket,
            List<String> frontUsers,
            Duration idle)
            throws IOException {
        this.kernel = kernel;
        this.doors = new Doors(idle);
        this.machine = new ContextRun.Machine(kernel, proofs, boundary, doors, view, sockets, new Live());
        this.frontUsers = List.copyOf(frontUsers);
        // Guests' launchers pass through this directory to the one socket whose name they are told.
        Set<PosixFilePermission> passable = PosixFilePermissions.fromString("rwx--x--x");
        Files.createDirectories(sockets);
        if (!Files.getPosixFilePermissions(sockets).equals(passable)) {
            Files.setPosixFilePermissions(sockets, passable);
        }
        this.front = Sockets.listen(frontSocket);
    }

    void start() throws IOException {
        doors.start();
        Thread.ofPlatform().daemon().name("front").start(this::listen);
        Thread.ofPlatform().daemon().name("poll").start(this::poll);
    }

    /** Waits until the broker is closed or has lost the core; true for the latter. */
    boolean awaitEnd() throws InterruptedException {
        over.await();
        return kernelLost;
    }

    private void listen() {
        while (over.getCount() > 0) {
            try {
                SocketChannel client = front.accept();
                Thread.ofPlatform().daemon().name("transaction").start(() -> serve(client));
            } catch (IOException e) {
                if (!front.isOpen()) {
                    return;
                }
                log("the front does not accept", e);
            }
        }
    }

    private void serve(SocketChannel client) {
        try (FrameChannel channel = new FrameChannel(client)) {
            Sockets.check(client, frontUsers);
            switch (FrontRequest.fromCbor(channel.receive())) {
                case FrontRequest.Run run -> during(channel, transaction -> transaction.carryOut(run));
                case FrontRequest.Attend attend -> during(channel, transaction -> transaction.attend(attend));
                case FrontRequest.Status _ -> channel.send(status().toCbor());
                case FrontRequest.Stdin _,
                        FrontRequest.StdinEnd _,
                        FrontRequest.Kill _,
                        FrontRequest.Call _,
                        FrontRequest.EndAttended _ -> log("a front connection began in the middle", null);
            }
        } catch (IOException e) {
            log("a front connection ended early", e);
        }
    }

    /** What a transaction does from its beginning to its end. */
    private interface Course {
        void take(Transaction transaction) throws IOException;
    }

    private void during(FrameChannel channel, Course course) throws IOException {
        Transaction transaction = new Transaction(machine, channel, () -> kernelLost);
        transactions.add(transaction);
        try {
            course.take(transaction);
        } finally {
            transactions.remove(transaction);
        }
    }

    private FrontEvent.Live status() {
        return new FrontEvent.Live(transactions.stream()
                .limit(Limits.LIVE)
                .map(Transaction::status)
                .toList());
    }

    /** Revocations and stops reach a running guest this way; its next call would be refused in any case. */
    private void poll() {
        try {
            while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (kernel.ask(new BrokerToCore.Poll()) instanceof CoreToBroker.ToKill(List<Blob> contexts)) {
                    machine.live().kill(contexts, End.KILLED);
                }
            }
        } catch (Kernel.KernelLost e) {
            loseKernel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills every transaction: a core that is gone has ended them all. */
    void loseKernel() {
        kernelLost = true;
        machine.live().killAll(End.CRASHED);
        close();
    }

    @Override
    public void close() {
        machine.live().killAll(End.CRASHED); // nobody asked for their end
        awaitTransactions();
        try {
            front.close();
        } catch (IOException e) {
            log("the front does not close", e);
        }
        doors.close();
        over.countDown();
    }

    /** Gives transactions a moment to tell what became of them. */
    private void awaitTransactions() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!transactions.isEmpty() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void log(String what, @Nullable Throwable why) {
        System.Logger logger = System.getLogger(BrokerProcess.class.getName());
        if (why == null) {
            logger.log(System.Logger.Level.WARNING, what);
        } else {
            logger.log(System.Logger.Level.WARNING, what + ": " + why.getMessage());
        }
    }
}
