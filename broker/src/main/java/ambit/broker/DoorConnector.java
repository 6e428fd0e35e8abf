package ambit.broker;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * One Jetty connector for the listeners of all doors. A loopback address says nothing about whose it is (each guest has the
 * same one in its own network namespace), so every connection carries the door whose listener accepted it.
 */
final class DoorConnector extends AbstractConnector {
    private final Selectors selectors;

    DoorConnector(Server server, ConnectionFactory http) {
        super(server, null, null, null, 0, http);
        this.selectors = new Selectors(getExecutor(), getScheduler());
        installBean(selectors, true);
    }

    /** A connection and the door that it came in by. */
    static final class DoorEndPoint extends SocketChannelEndPoint {
        private final Door door;

        DoorEndPoint(
                SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Door door) {
            super(channel, selector, key, scheduler);
            this.door = door;
        }

        Door door() {
            return door;
        }
    }

    /** Serves what comes in at the door until it is closed. A waiting listener costs one parked virtual thread. */
    void serve(Door door) throws IOException {
        for (ServerSocketChannel listener : door.listeners()) {
            listener.configureBlocking(true);
            Thread.ofVirtual().name("door").start(() -> accept(door, listener));
        }
    }

    private void accept(Door door, ServerSocketChannel listener) {
        while (!door.isClosed()) {
            try {
                SocketChannel channel = listener.accept();
                if (!door.admit()) {
                    channel.close();
                    continue;
                }
                channel.configureBlocking(false);
                selectors.accept(channel, door);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // Out of descriptors, for one: the guest meets a door that does not open; others go on.
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void accept(int acceptor) {
        throw new IllegalStateException("this connector has no acceptors of its own");
    }

    @Override
    public Object getTransport() {
        return selectors;
    }

    private final class Selectors extends SelectorManager {
        Selectors(Executor executor, Scheduler scheduler) {
            super(executor, scheduler, 1);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            DoorEndPoint endPoint =
                    new DoorEndPoint((SocketChannel) channel, selector, key, getScheduler(), (Door) key.attachment());
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment) {
            return getDefaultConnectionFactory().newConnection(DoorConnector.this, endPoint);
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            onEndPointOpened(endPoint);
            ((DoorEndPoint) endPoint).door().opened(endPoint);
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            ((DoorEndPoint) endPoint).door().ended(endPoint);
            onEndPointClosed(endPoint);
            super.endPointClosed(endPoint);
        }
    }
}
