package ambit.broker;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.EndPoint;

/** The listeners of one context and the connections that came in over them. Closing it ends all of them. */
final class Door implements AutoCloseable {
    /** Connections at one door; one more is closed as soon as it is accepted. */
    static final int MAX_CONNECTIONS = 64;

    private final Context context;
    private final McpSessions mcpSessions = new McpSessions();
    private final List<ServerSocketChannel> listeners;
    private final Set<EndPoint> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger admitted = new AtomicInteger();
    private volatile boolean closed;

    Door(Context context, List<ServerSocketChannel> listeners) {
        this.context = context;
        this.listeners = List.copyOf(listeners);
    }

    Context context() {
        return context;
    }

    McpSessions mcpSessions() {
        return mcpSessions;
    }

    List<ServerSocketChannel> listeners() {
        return listeners;
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes one of the places for connections. */
    boolean admit() {
        if (closed || admitted.incrementAndGet() > MAX_CONNECTIONS) {
            admitted.decrementAndGet();
            return false;
        }
        return true;
    }

    void release() {
        admitted.decrementAndGet();
    }

    void opened(EndPoint connection) {
        connections.add(connection);
        if (closed) {
            connection.close(new IOException("the context ended"));
        }
    }

    void ended(EndPoint connection) {
        connections.remove(connection);
        release();
    }

    @Override
    public void close() {
        closed = true;
        for (ServerSocketChannel listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                System.getLogger(Door.class.getName()).log(System.Logger.Level.WARNING, "cannot close a listener", e);
            }
        }
        for (EndPoint connection : connections) {
            connection.close(new IOException("the context ended"));
        }
    }
}
