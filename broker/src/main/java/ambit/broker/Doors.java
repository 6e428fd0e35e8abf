package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * All doors of all contexts, on one HTTP server: {@code /syscall/…}, {@code /v1/…} (OpenAI) and {@code /mcp}. Which context
 * calls is known from the listener that accepted the connection and from nothing else.
 */
final class Doors implements AutoCloseable {
    private static final int MAX_HEADER = 16 << 10;

    private final Server server;
    private final DoorConnector connector;

    /** @param idle after this much silence of a guest in the middle of a request, or between two, its connection is closed */
    Doors(Duration idle) {
        QueuedThreadPool threads = new QueuedThreadPool(32, 4);
        threads.setName("doors");
        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER);
        http.setOutputAggregationSize(0);
        connector = new DoorConnector(server, new HttpConnectionFactory(http));
        connector.setIdleTimeout(idle.toMillis());
        connector.setShutdownIdleTimeout(100);
        server.addConnector(connector);
        server.setHandler(new Entrance());
        server.setErrorHandler(Doors::protocolError);
        server.setStopTimeout(0);
    }

    void start() throws IOException {
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the HTTP server of the doors does not start", e);
        }
    }

    /**
     * Opens a door.
     *
     * @param listeners bound already; they belong to the door from now on
     */
    Door open(Context context, List<ServerSocketChannel> listeners) throws IOException {
        Door door = new Door(context, listeners);
        connector.serve(door);
        return door;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            System.getLogger(Doors.class.getName()).log(System.Logger.Level.WARNING, "the doors do not stop", e);
        }
    }

    /** What Jetty itself refuses: bad request lines, headers beyond their limit. */
    private static boolean protocolError(Request request, Response response, Callback callback) {
        Blob body = NativeDoor.refusal(Denial.MALFORMED, "this is not an HTTP request that the kernel takes");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(body.toArray()), callback);
        return true;
    }

    private static final class Entrance extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Exchange exchange = new Exchange(request, response, callback);
            if (!(request.getConnectionMetaData().getConnection().getEndPoint()
                    instanceof DoorConnector.DoorEndPoint connection)) {
                callback.failed(new IOException("a connection that came in by no door"));
                return true;
            }
            try {
                route(exchange, connection.door());
            } catch (IOException | RuntimeException e) {
                callback.failed(e);
            }
            return true;
        }

        private static void route(Exchange exchange, Door door) throws IOException {
            String path = exchange.path();
            if (path.equals(McpDoor.PATH)) {
                McpDoor.handle(exchange, door);
            } else if (VectorStoreDoor.handle(exchange, door.context())) {
                return;
            } else if (path.startsWith(OpenAiDoor.PREFIX)) {
                OpenAiDoor.handle(exchange, door.context());
            } else {
                NativeDoor.handle(exchange, door.context());
            }
        }
    }
}
