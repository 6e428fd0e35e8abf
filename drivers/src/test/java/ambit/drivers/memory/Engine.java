package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** Both real: a SQLite file, and a PostgreSQL server that runs while the tests do. */
enum Engine {
    SQLITE,
    POSTGRESQL;

    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** The server, started with the first test that needs it. */
    private static final class Server {
        private static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(Path.of("target/postgres").toFile())
                        .start();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Where a database is that nobody has opened yet: a path or an address. */
    String fresh(Path directory) {
        if (this == SQLITE) {
            return directory.resolve("memory.db").toString();
        }
        String name = "memory" + DATABASES.incrementAndGet();
        try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return "postgresql://127.0.0.1:" + Server.RUNNING.getPort() + "/" + name;
    }

    /** A connection past all of Ambit, for whoever looks at or damages what is stored. */
    static Connection raw(String place) throws SQLException {
        return place.startsWith("postgresql:")
                ? java.sql.DriverManager.getConnection("jdbc:" + place, "postgres", "")
                : java.sql.DriverManager.getConnection("jdbc:sqlite:" + place);
    }

    static Database open(String place) throws DriverFailure {
        return place.startsWith("postgresql:")
                ? PostgresDatabase.open(URI.create(place), "postgres", "")
                : SqliteDatabase.open(Path.of(place));
    }
}
