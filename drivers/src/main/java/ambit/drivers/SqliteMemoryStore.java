package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;

/**
 * {@link MemoryStore} in one SQLite file: write-ahead log, full synchronisation, strict tables, one connection under one lock
 * (a read takes microseconds, a commit one fsync).
 */
final class SqliteMemoryStore implements MemoryStore {
    /** What the file holds; a file with a higher number is refused, never guessed at. */
    static final int SCHEMA = 1;

    private static final List<String> TABLES =
            List.of("CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT", """
            CREATE TABLE entry (
                partition_id BLOB NOT NULL,
                tag BLOB NOT NULL,
                version INTEGER NOT NULL,
                name_box BLOB NOT NULL,
                value_box BLOB NOT NULL,
                size INTEGER NOT NULL,
                transaction_id TEXT NOT NULL,
                written_ms INTEGER NOT NULL,
                PRIMARY KEY (partition_id, tag)
            ) STRICT""", """
            CREATE TABLE committed (
                transaction_id TEXT NOT NULL,
                context_id BLOB NOT NULL,
                partition_id BLOB NOT NULL,
                verdict_box BLOB NOT NULL,
                committed_ms INTEGER NOT NULL,
                PRIMARY KEY (transaction_id, context_id)
            ) STRICT""");

    private final Path file;
    private final Connection connection;

    private SqliteMemoryStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Opens the file, or makes it. */
    static SqliteMemoryStore open(Path file) throws DriverFailure {
        Connection connection = null;
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.execute("PRAGMA foreign_keys = ON");
                statement.execute("PRAGMA busy_timeout = 5000");
                statement.execute("PRAGMA trusted_schema = OFF");
            }
            migrate(file, connection);
            return new SqliteMemoryStore(file, connection);
        } catch (SQLException | DriverFailure e) {
            closeQuietly(connection);
            throw e instanceof SQLException sql ? failure(file, sql) : (DriverFailure) e;
        }
    }

    private static void migrate(Path file, Connection connection) throws SQLException, DriverFailure {
        try (Statement statement = connection.createStatement()) {
            int version = versionOf(statement);
            if (version > SCHEMA) {
                throw new DriverFailure(
                        Denial.DRIVER_UNAVAILABLE,
                        "the memory at " + file + " was written by a newer Ambit (schema " + version
                                + ", this one knows " + SCHEMA + "); install that one again");
            }
            if (version == 0) {
                statement.execute("BEGIN IMMEDIATE");
                for (String table : TABLES) {
                    statement.execute(table);
                }
                statement.execute("INSERT INTO schema_version (version) VALUES (" + SCHEMA + ")");
                statement.execute("COMMIT");
            }
        }
    }

    private static int versionOf(Statement statement) throws SQLException {
        String known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
        try (ResultSet tables = statement.executeQuery(known)) {
            if (!tables.next() || tables.getInt(1) == 0) {
                return 0;
            }
        }
        try (ResultSet version = statement.executeQuery("SELECT version FROM schema_version")) {
            return version.next() ? version.getInt(1) : 0;
        }
    }

    @Override
    public synchronized Optional<Stored> read(Blob partition, Blob tag) throws DriverFailure {
        String query = "SELECT version, name_box, value_box, size FROM entry WHERE partition_id = ? AND tag = ?";
        return reading(() -> {
            try (PreparedStatement select = connection.prepareStatement(query)) {
                bind(select, partition.toArray(), tag.toArray());
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Stored(row.getLong(1), blob(row, 2), blob(row, 3), row.getLong(4)))
                            : Optional.empty();
                }
            }
        });
    }

    @Override
    public synchronized Optional<Committed> committed(String transaction, Blob context) throws DriverFailure {
        String query = "SELECT partition_id, verdict_box FROM committed WHERE transaction_id = ? AND context_id = ?";
        return reading(() -> {
            try (PreparedStatement select = connection.prepareStatement(query)) {
                bind(select, transaction, context.toArray());
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(new Committed(blob(row, 1), blob(row, 2))) : Optional.empty();
                }
            }
        });
    }

    @Override
    public synchronized boolean wasCommitted(String transaction) throws DriverFailure {
        return reading(() -> {
            String query = "SELECT count(*) FROM committed WHERE transaction_id = ?";
            try (PreparedStatement select = connection.prepareStatement(query)) {
                bind(select, transaction);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() && row.getLong(1) > 0;
                }
            }
        });
    }

    @Override
    public synchronized List<Result> commit(
            String transaction, Blob context, long atMs, List<Write> writes, Verdicts verdicts) throws DriverFailure {
        return inTransaction(() -> {
            List<Result> results = new ArrayList<>();
            for (Write write : writes) {
                results.add(apply(transaction, atMs, write));
            }
            Committed record = verdicts.of(List.copyOf(results));
            String insert =
                    "INSERT INTO committed (transaction_id, context_id, partition_id, verdict_box, committed_ms)"
                            + " VALUES (?, ?, ?, ?, ?)";
            try (PreparedStatement row = connection.prepareStatement(insert)) {
                bind(
                        row,
                        transaction,
                        context.toArray(),
                        record.partition().toArray(),
                        record.verdictBox().toArray(),
                        atMs);
                row.executeUpdate();
            }
            return List.copyOf(results);
        });
    }

    private Result apply(String transaction, long atMs, Write write) throws SQLException {
        Held held = held(write);
        if (held.version() != write.seen()) {
            return Result.CONFLICT;
        }
        long others = held.partitionSize() - held.size();
        if (write.stored().size() > write.quota() - others) {
            return Result.QUOTA;
        }
        // ON CONFLICT … DO UPDATE is the one upsert that both databases have
        String upsert = """
                INSERT INTO entry
                    (partition_id, tag, version, name_box, value_box, size, transaction_id, written_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (partition_id, tag) DO UPDATE SET
                    version = excluded.version, name_box = excluded.name_box, value_box = excluded.value_box,
                    size = excluded.size, transaction_id = excluded.transaction_id, written_ms = excluded.written_ms""";
        try (PreparedStatement row = connection.prepareStatement(upsert)) {
            Stored stored = write.stored();
            bind(
                    row,
                    write.partition().toArray(),
                    write.tag().toArray(),
                    stored.version(),
                    stored.nameBox().toArray(),
                    stored.valueBox().toArray(),
                    stored.size(),
                    transaction,
                    atMs);
            row.executeUpdate();
        }
        return Result.COMMITTED;
    }

    private record Held(long version, long size, long partitionSize) {}

    private Held held(Write write) throws SQLException {
        long version = 0;
        long size = 0;
        String entry = "SELECT version, size FROM entry WHERE partition_id = ? AND tag = ?";
        try (PreparedStatement select = connection.prepareStatement(entry)) {
            bind(select, write.partition().toArray(), write.tag().toArray());
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    version = row.getLong(1);
                    size = row.getLong(2);
                }
            }
        }
        String sum = "SELECT coalesce(sum(size), 0) FROM entry WHERE partition_id = ?";
        try (PreparedStatement select = connection.prepareStatement(sum)) {
            bind(select, (Object) write.partition().toArray());
            try (ResultSet row = select.executeQuery()) {
                return new Held(version, size, row.next() ? row.getLong(1) : 0);
            }
        }
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    /**
     * Transactions are begun and ended in SQL: on some errors, a full disk among them, SQLite has rolled back already, and the
     * JDBC driver's own bookkeeping would believe for ever after that a transaction is open.
     */
    private <T> T inTransaction(Work<T> work) throws DriverFailure {
        boolean done = false;
        try {
            run("BEGIN IMMEDIATE");
            T result = work.run();
            run("COMMIT");
            done = true;
            return result;
        } catch (SQLException e) {
            throw failure(file, e);
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    private void rollBack() {
        try {
            run("ROLLBACK");
        } catch (SQLException e) {
            // none was open any more; and one that cannot be rolled back was never committed
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "rollback", e);
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private <T> T reading(Work<T> work) throws DriverFailure {
        try {
            return work.run();
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                case Long number -> statement.setLong(i + 1, number);
                case String text -> statement.setString(i + 1, text);
                default -> throw new IllegalArgumentException("no such column type");
            }
        }
    }

    private static Blob blob(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? Blob.EMPTY : Blob.of(bytes);
    }

    /** Bounds the file to this many pages, of 4 KiB by default, as a full disk would. */
    synchronized void limitPages(long pages) throws DriverFailure {
        try {
            run("PRAGMA max_page_count = " + pages);
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    /** SQLite's error as one sentence; in WAL mode none of them leaves half a transaction behind. */
    private static DriverFailure failure(Path file, SQLException e) {
        return new DriverFailure(Denial.DRIVER_FAILED, "the memory at " + file + " cannot be used; " + hint(e), e);
    }

    /** What to do about an error of SQLite's. */
    static String hint(SQLException e) {
        return switch (SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff)) {
            case SQLITE_FULL -> "the disk is full: free some space, then try again; nothing was changed";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> "the file is damaged: stop the kernel and restore it from a backup";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                "the drivers' user cannot write there: check owner and mode of the directory";
            case SQLITE_BUSY, SQLITE_LOCKED -> "another process holds it: is a second kernel running on this state?";
            case SQLITE_IOERR -> "the disk reports an error: look into the system's log; nothing was changed";
            default -> "the database says: " + Foreign.quote(String.valueOf(e.getMessage()));
        };
    }

    private static void closeQuietly(@org.jspecify.annotations.Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "close", e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closeQuietly(connection);
    }
}
