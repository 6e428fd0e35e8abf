package ambit.broker;

import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A few connections to the core, each for one request at a time. The first failure of any of them is the end of all: a core
 * that is gone has ended every context, and one that breaks the protocol is none.
 */
final class CoreLink implements AutoCloseable {
    static final int CONNECTIONS = 8;

    private final List<FrameChannel> all;
    private final BlockingQueue<FrameChannel> idle;
    private final Runnable onLost;
    private final AtomicBoolean lost = new AtomicBoolean();

    private CoreLink(List<FrameChannel> connections, Runnable onLost) {
        this.all = List.copyOf(connections);
        this.idle = new LinkedBlockingQueue<>(connections);
        this.onLost = onLost;
    }

    /** @param onLost run once, on a thread of its own, when the core is lost */
    static CoreLink connect(Path socket, List<String> users, Runnable onLost) throws IOException {
        List<FrameChannel> connections = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(Sockets.connect(socket, users));
            }
        } catch (IOException e) {
            for (FrameChannel connection : connections) {
                connection.close();
            }
            throw e;
        }
        return new CoreLink(connections, onLost);
    }

    CoreToBroker ask(BrokerToCore request) throws Kernel.KernelLost {
        FrameChannel connection;
        try {
            connection = idle.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Kernel.KernelLost("interrupted", e);
        }
        try {
            connection.send(request.toCbor());
            CoreToBroker answer = CoreToBroker.fromCbor(connection.receive());
            return answer;
        } catch (IOException e) {
            close();
            throw new Kernel.KernelLost("the core is gone", e);
        } finally {
            // A closed connection goes back too: whoever waits for one learns at once that the core is lost.
            idle.add(connection);
        }
    }

    @Override
    public void close() {
        if (!lost.compareAndSet(false, true)) {
            return;
        }
        for (FrameChannel connection : all) {
            try {
                connection.close();
            } catch (IOException e) {
                // It is closed as far as this process is concerned.
            }
        }
        Thread.ofPlatform().daemon().name("core lost").start(onLost);
    }
}
