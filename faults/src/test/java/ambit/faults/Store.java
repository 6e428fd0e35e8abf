package ambit.faults;

import ambit.drivers.MemoryConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Where the drivers keep memory: in a file of their own, or at a server that has a directory on the same disk. */
sealed interface Store extends AutoCloseable {
    /** Both that there are. */
    enum Engine {
        SQLITE,
        POSTGRESQL;

        /** @param directory of memory; what is in it already is what it goes on with */
        Store open(Path directory) throws IOException {
            return this == SQLITE ? new File() : new Server(PostgresServer.start(directory.resolve("postgres")));
        }

        /** Whether tests of this one are to be run. */
        boolean isWanted() {
            return System.getProperty("crash.store", name()).equalsIgnoreCase(name());
        }

        /** What an image has to have room for. */
        int megabytes() {
            return this == SQLITE ? ImageDisk.USUAL_MB : 192;
        }
    }

    MemoryConfig config();

    /** Processes besides the drivers. */
    List<Long> pids();

    boolean hasEnded();

    /** As its operator does: all that was committed is in its files then. */
    void stop() throws IOException;

    /** What is kept, past all of Ambit. */
    Connection open(Path memoryFile) throws SQLException;

    /**
     * Where entries lie.
     *
     * @param page bytes
     * @param first the first page that nothing else needs
     */
    record Table(Path file, int page, int first) {}

    /** Of a store that runs. */
    Table table(Path memoryFile) throws SQLException;

    /** As a failure does it, without a word; and from what is left on the disk it begins again. */
    void killAndStart() throws IOException;

    @Override
    void close() throws IOException;

    /** The drivers' own SQLite file, which nobody else has open. */
    record File() implements Store {
        @Override
        public MemoryConfig config() {
            return MemoryConfig.EMBEDDED;
        }

        @Override
        public List<Long> pids() {
            return List.of();
        }

        @Override
        public boolean hasEnded() {
            return false;
        }

        @Override
        public void stop() {
            // It has no process.
        }

        @Override
        public Connection open(Path memoryFile) throws SQLException {
            return DriverManager.getConnection("jdbc:sqlite:" + memoryFile);
        }

        /** The first pages say what kind of file it is and what its tables are. */
        @Override
        public Table table(Path memoryFile) {
            return new Table(memoryFile, 4096, 4);
        }

        @Override
        public void killAndStart() {
            // It has no process.
        }

        @Override
        public void close() {
            // Nothing is open here.
        }
    }

    /** A server of its own for one kernel. */
    record Server(PostgresServer server) implements Store {
        @Override
        public MemoryConfig config() {
            return new MemoryConfig(server.address(), PostgresServer.USER, "");
        }

        @Override
        public List<Long> pids() {
            return server.pids();
        }

        @Override
        public boolean hasEnded() {
            return server.hasEnded();
        }

        @Override
        public void stop() throws IOException {
            server.stop();
        }

        @Override
        public Connection open(Path memoryFile) throws SQLException {
            return DriverManager.getConnection("jdbc:" + server.address(), PostgresServer.USER, "");
        }

        @Override
        public Table table(Path memoryFile) throws SQLException {
            try (Connection connection = open(memoryFile);
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT pg_relation_filepath('entry_version')")) {
                rows.next();
                return new Table(server.data().resolve(rows.getString(1)), 8192, 0);
            }
        }

        @Override
        public void killAndStart() throws IOException {
            server.kill();
            server.startAgain();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
