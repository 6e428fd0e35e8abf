package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.WRITE;
import static ambit.drivers.memory.World.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.drivers.DriverFailure;
import ambit.wire.Verdict;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a server can do to memory: refuse, be away, and die under a commit. */
@Timeout(300)
class PostgresTest {
    @TempDir
    Path directory;

    @Test
    void aServerThatIsNotThereIsNamed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(
                        () -> PostgresDatabase.open(URI.create("postgresql://127.0.0.1:" + port + "/memory"), "u", ""))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("the memory at 127.0.0.1/memory cannot be used; PostgreSQL is not there");
    }

    @Test
    void aDatabaseThatIsNotThereIsSaidSo() {
        String place = Engine.POSTGRESQL.fresh(directory);
        assertThatThrownBy(() -> PostgresDatabase.open(URI.create(place + "x"), "postgres", ""))
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("there is no such database: create it");
    }

    @Test
    void aNewerSchemaIsRefused() throws Exception {
        String place = Engine.POSTGRESQL.fresh(directory);
        Engine.open(place).close();
        try (Connection connection = Engine.raw(place);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE schema_version SET version = 99");
        }
        assertThatThrownBy(() -> Engine.open(place)).hasMessageContaining("newer Ambit (schema 99");
    }

    @Test
    void whatWasToldOutlivesAServerThatIsKilledUnderIt() throws Exception {
        Path data = directory.resolve("data");
        Random random = new Random(7);
        int number = 0;
        int broken = 0;
        for (int kill = 0; kill < 4; kill++) {
            EmbeddedPostgres server = start(data);
            String place = "postgresql://127.0.0.1:" + server.getPort() + "/postgres";
            int told = 0;
            try (World world = new World(Engine.open(place))) {
                for (int i = 0; i < number; i++) {
                    assertThat(world.driver.wasCommitted("tx-" + i))
                            .as("transaction %d", i)
                            .isTrue();
                }
                Thread killer = killAfter(data, 60 + random.nextInt(120));
                while (told >= 0) {
                    try {
                        World.Context context = world.begin("tx-" + number, World.ANNA, notes(READ | WRITE));
                        context.write("user/notes/a", Integer.toString(number));
                        assertThat(context.commit()).allMatch(Verdict::committed);
                        number++;
                        told++;
                    } catch (DriverFailure | Database.OutcomeUnknown e) {
                        broken++;
                        told = -1;
                    }
                }
                killer.join();
            }
            server.close();
            try (EmbeddedPostgres again = start(data);
                    World world = new World(Engine.open("postgresql://127.0.0.1:" + again.getPort() + "/postgres"))) {
                List<Version> versions = versions(world);
                boolean committed = world.driver.wasCommitted("tx-" + number);
                assertThat(versions).hasSize(committed ? number + 1 : number);
                number = versions.size();
            }
        }
        assertThat(broken).isEqualTo(4);
        assertThat(number).isPositive();
    }

    private static List<Version> versions(World world) throws DriverFailure {
        World.Context reader = world.begin("t-reader", World.ANNA, notes(READ));
        MemoryMap.Place place = reader.memory().map().find(new MemoryKey("user/notes/a"));
        List<Version> versions = world.store.history(place.slot());
        reader.drop();
        return versions;
    }

    private static EmbeddedPostgres start(Path data) throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(Path.of("target/postgres").toFile())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
    }

    /** The server and all of its processes, without a word. */
    private static Thread killAfter(Path data, int ms) {
        return Thread.ofPlatform().start(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(ms);
                long pid = Long.parseLong(
                        Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
                ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
                List<ProcessHandle> all = postmaster.descendants().toList();
                postmaster.destroyForcibly();
                all.forEach(ProcessHandle::destroyForcibly);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
