package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.scope.Chunk;
import ambit.drivers.memory.Database;
import ambit.drivers.memory.MemoryDriver;
import ambit.drivers.memory.MemoryStore;
import ambit.drivers.memory.PostgresDatabase;
import ambit.retrieval.index.Query;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection to PostgreSQL that breaks under a commit, with documents staged beside the memory. */
@Timeout(120)
class BrokenCommitTest {
    private static final MapEntry NOTES =
            new MapEntry("user/notes/", hash("notes"), hash("key"), 7, "", 1 << 20, List.of());

    @TempDir
    Path directory;

    private static Blob hash(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8)).sha256();
    }

    /** The drivers' memory and indexes over one address. */
    private final class Drivers implements AutoCloseable {
        final MemoryStore store;
        final MemoryDriver memory;
        final Retrieval retrieval;
        final Contexts contexts;

        Drivers(int port) throws DriverFailure {
            store = new MemoryStore(PostgresDatabase.open(
                    URI.create("postgresql://127.0.0.1:" + port
                            + "/postgres?connectTimeout=1&sslmode=disable&preferQueryMode=simple"),
                    "postgres",
                    ""));
            memory = new MemoryDriver(store, InstantSource.system());
            retrieval = Retrieval.open(directory.resolve("indexes"), Retrieval.OWN, memory);
            contexts = new Contexts(memory, retrieval);
        }

        LiveContext begin(String transaction) throws DriverFailure {
            List<Blob> _ = memory.keys(List.of(new CoreToDriver.Offer(NOTES.partition(), hash("wrapped"))));
            Blob id = Blob.of(java.util.Arrays.copyOf(hash(transaction).toArray(), 16));
            contexts.map(new CoreToDriver.MapContext(
                    id, transaction, "acme", hash("anna"), hash("chain"), "notes", hash("bodies"), List.of(NOTES)));
            return contexts.find(id);
        }

        @Override
        public void close() {
            contexts.close();
            retrieval.close();
            memory.close();
            store.close();
        }
    }

    /** A way to the server that ends with the next commit: before it arrives there, or before it is answered. */
    private static final class Way implements AutoCloseable {
        private final ServerSocket door;
        private final int server;
        private volatile boolean breaks;
        private volatile boolean arrives;

        Way(int server) throws IOException {
            this.server = server;
            this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return door.getLocalPort();
        }

        void breakAtCommit(boolean afterItArrived) {
            arrives = afterItArrived;
            breaks = true;
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = door.accept();
                    Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
                    Thread.ofVirtual().start(() -> carry(client, there, true));
                    Thread.ofVirtual().start(() -> carry(there, client, false));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private void carry(Socket from, Socket to, boolean asks) {
            byte[] bytes = new byte[1 << 16];
            try (from;
                    to) {
                for (int n = from.getInputStream().read(bytes);
                        n > 0;
                        n = from.getInputStream().read(bytes)) {
                    boolean last =
                            asks && breaks && new String(bytes, 0, n, StandardCharsets.ISO_8859_1).contains("COMMIT");
                    if (last) {
                        door.close();
                        from.close();
                    }
                    if (!last || arrives) {
                        to.getOutputStream().write(bytes, 0, n);
                        to.getOutputStream().flush();
                    }
                    if (last) {
                        to.shutdownOutput();
                        return;
                    }
                }
            } catch (IOException e) {
                // the other side has closed
            }
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void documentsShareTheFateOfTheMemoryThatTheyWereStagedWith(boolean arrives) throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(Path.of("target/postgres").toFile())
                .start()) {
            try (Way way = new Way(server.getPort());
                    Drivers drivers = new Drivers(way.port())) {
                LiveContext context = drivers.begin("t-broken");
                Chunk chunk = new Chunk(
                        "a.md", List.of(), new Chunk.Position("line", 1, 1), new TreeMap<>(), "The heron stands.");
                assertThat(context.retriever()
                                .add("user/notes", "a.md", hash("a"), List.of(chunk), false, new Cancellation()))
                        .isTrue();
                way.breakAtCommit(arrives);
                assertThatThrownBy(() -> drivers.contexts.commit(context.id()))
                        .isInstanceOf(Database.OutcomeUnknown.class);
            }
            try (Drivers again = new Drivers(server.getPort())) {
                assertThat(again.contexts.wasCommitted("t-broken")).isEqualTo(arrives);
                LiveContext reader = again.begin("t-reader");
                assertThat(reader.retriever()
                                .search(
                                        Query.of("heron", 10, Query.Mode.WORDS, Optional.empty()),
                                        List.of("user/notes"),
                                        hash("query"))
                                .hits())
                        .hasSize(arrives ? 1 : 0);
            }
        }
    }
}
