package ambit.drivers;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/** Starts MCP servers. Implementations are safe for use by several threads. */
@FunctionalInterface
interface ServerLauncher {
    /**
     * Starts a server.
     *
     * @throws DriverFailure naming the tool and the command, when it cannot be started
     */
    ServerProcess launch(ServerCommand command) throws DriverFailure;

    /** A started server. Both its output streams must be read. */
    interface ServerProcess {
        OutputStream stdin();

        InputStream stdout();

        InputStream stderr();

        /** Completes with a few words on how it ended, such as {@code exit code 1}. */
        CompletableFuture<String> ended();

        /** Kills it and all that it started; harmless when it has ended. */
        void kill();
    }
}
