package ambit.drivers;

import ambit.drivers.memory.SqliteDatabase;
import ambit.wire.Blob;
import ambit.wire.BodyKind;
import ambit.wire.BodyState;
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
import org.jspecify.annotations.Nullable;

/**
 * The bodies that are kept, sealed, in one SQLite file: what is deleted is overwritten with zeros, and a shredding leaves nothing of
 * it in the write-ahead log. Not synchronised at each write: after a failure of the machine the newest bodies may be missing, and the log is
 * what says what happened. One thread at a time.
 */
final class BodyStore implements AutoCloseable {
    /** What the file holds; a file with a higher number is refused, never guessed at. */
    static final int SCHEMA = 2;

    /** What a body is counted as besides its box. */
    static final int ROW = 256;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT",
            """
            CREATE TABLE body_key (
                transaction_id TEXT NOT NULL PRIMARY KEY,
                tenant TEXT NOT NULL,
                principal BLOB NOT NULL,
                wrapped BLOB NOT NULL,
                began_ms INTEGER NOT NULL,
                expires_ms INTEGER NOT NULL
            ) STRICT""",
            """
            CREATE TABLE body (
                permit_id BLOB NOT NULL,
                kind INTEGER NOT NULL,
                transaction_id TEXT NOT NULL,
                state INTEGER NOT NULL,
                digest BLOB NOT NULL,
                size INTEGER NOT NULL,
                places INTEGER NOT NULL,
                kept_ms INTEGER NOT NULL,
                box BLOB NOT NULL,
                PRIMARY KEY (permit_id, kind)
            ) STRICT""",
            "CREATE INDEX body_transaction ON body (transaction_id)",
            """
            CREATE TABLE shredded (
                transaction_id TEXT NOT NULL PRIMARY KEY,
                bodies INTEGER NOT NULL,
                why TEXT NOT NULL
            ) STRICT""");

    private final Path file;
    private final Connection connection;

    private BodyStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** The stored form of a transaction's data key. */
    record Key(String tenant, Blob principal, Blob wrapped) {}

    /** One body. The box is empty unless it was kept. */
    record Row(
            Blob permit,
            BodyKind kind,
            BodyState state,
            Blob digest,
            long size,
            long places,
            long keptAtMs,
            Blob box) {}

    /** A shredding that the log does not know of yet. */
    record Shredding(String transaction, long bodies, String why) {}

    /**
     * Which transactions are shredded: those of which all of this is true.
     *
     * @param transaction with all below it; empty for any
     * @param tenant empty for any
     * @param principal empty for any
     * @param begunByMs when the first body was kept, at the latest
     * @param expiredByMs when the time of its bodies was over, at the latest
     */
    record Choice(String transaction, String tenant, Blob principal, long begunByMs, long expiredByMs) {}

    /** Opens the file, or makes it. */
    static BodyStore open(Path file) throws DriverFailure {
        Connection connection = null;
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = NORMAL");
                statement.execute("PRAGMA secure_delete = ON");
                statement.execute("PRAGMA busy_timeout = 5000");
                statement.execute("PRAGMA trusted_schema = OFF");
            }
            BodyStore store = new BodyStore(file, connection);
            store.migrate();
            // a shredding may have been cut short here
            store.forget();
            return store;
        } catch (SQLException | DriverFailure e) {
            closeQuietly(connection);
            throw e instanceof SQLException sql ? failure(file, sql) : (DriverFailure) e;
        }
    }

    private void migrate() throws SQLException, DriverFailure {
        boolean there = number("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'") > 0;
        long version = there ? number("SELECT version FROM schema_version") : 0;
        if (version > SCHEMA) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the bodies at " + file + " were written by a newer Ambit (schema " + version + ", this one knows "
                            + SCHEMA + "); install that one again");
        }
        if (version == 1) {
            inTransaction(() -> {
                // whose the transactions so far were is not known here
                run("ALTER TABLE body_key ADD COLUMN principal BLOB NOT NULL DEFAULT x''");
                run("UPDATE schema_version SET version = " + SCHEMA);
                return true;
            });
        }
        if (version == 0) {
            inTransaction(() -> {
                for (String table : TABLES) {
                    run(table);
                }
                run("INSERT INTO schema_version (version) VALUES (" + SCHEMA + ")");
                return true;
            });
        }
    }

    private long number(String query, Object... values) throws SQLException {
        try (PreparedStatement select = statement(query, values);
                ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    Optional<Key> key(String transaction) throws DriverFailure {
        return reading(() -> {
            String query = "SELECT tenant, principal, wrapped FROM body_key WHERE transaction_id = ?";
            try (PreparedStatement select = statement(query, transaction);
                    ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Key(row.getString(1), blob(row, 2), blob(row, 3)))
                        : Optional.empty();
            }
        });
    }

    void putKey(String transaction, Key key, long nowMs, long expiresMs) throws DriverFailure {
        inTransaction(() -> change(
                "INSERT INTO body_key (transaction_id, tenant, principal, wrapped, began_ms, expires_ms)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                transaction,
                key.tenant(),
                key.principal().toArray(),
                key.wrapped().toArray(),
                nowMs,
                expiresMs));
    }

    /** The bytes that the bodies of this transaction are counted as, or all where it is empty. */
    long stored(String transaction) throws DriverFailure {
        String query = "SELECT coalesce(sum(length(box) + " + ROW + "), 0) FROM body";
        return reading(
                () -> transaction.isEmpty() ? number(query) : number(query + " WHERE transaction_id = ?", transaction));
    }

    void put(String transaction, Row row) throws DriverFailure {
        inTransaction(() -> change(
                "INSERT INTO body (permit_id, kind, transaction_id, state, digest, size, places, kept_ms, box)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.permit().toArray(),
                (long) row.kind().number(),
                transaction,
                (long) row.state().number(),
                row.digest().toArray(),
                row.size(),
                row.places(),
                row.keptAtMs(),
                row.box().toArray()));
    }

    Optional<Row> find(String transaction, Blob permit, BodyKind kind) throws DriverFailure {
        String query = "SELECT state, digest, size, places, kept_ms, box FROM body"
                + " WHERE permit_id = ? AND kind = ? AND transaction_id = ?";
        return reading(() -> {
            try (PreparedStatement select = statement(query, permit.toArray(), (long) kind.number(), transaction);
                    ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                BodyState state = state(row.getInt(1));
                return Optional.of(new Row(
                        permit,
                        kind,
                        state,
                        blob(row, 2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        blob(row, 6)));
            }
        });
    }

    private static BodyState state(int number) {
        for (BodyState state : BodyState.values()) {
            if (state.number() == number) {
                return state;
            }
        }
        return BodyState.ABSENT;
    }

    /**
     * Destroys the keys of these transactions and deletes their bodies, all or nothing, and notes that the log is to know. When it
     * returns, no file of the store holds any of it.
     */
    List<Shredding> shred(Choice choice, String why) throws DriverFailure {
        List<Shredding> done = inTransaction(() -> {
            List<Shredding> shredded = new ArrayList<>();
            for (String transaction : chosen(choice)) {
                long bodies = change("DELETE FROM body WHERE transaction_id = ?", transaction);
                change("DELETE FROM body_key WHERE transaction_id = ?", transaction);
                change(
                        "INSERT INTO shredded (transaction_id, bodies, why) VALUES (?, ?, ?)"
                                + " ON CONFLICT (transaction_id) DO UPDATE SET bodies = bodies + excluded.bodies",
                        transaction,
                        bodies,
                        why);
                shredded.add(new Shredding(transaction, bodies, why));
            }
            return shredded;
        });
        if (!done.isEmpty()) {
            forget();
        }
        return done;
    }

    private List<String> chosen(Choice choice) throws SQLException {
        String query = "SELECT transaction_id FROM body_key WHERE (? = '' OR transaction_id = ?"
                + " OR substr(transaction_id, 1, length(?) + 1) = ? || '.')"
                + " AND (? = '' OR tenant = ?) AND (length(?) = 0 OR principal = ?) AND began_ms <= ? AND expires_ms <= ?";
        String transaction = choice.transaction();
        List<String> chosen = new ArrayList<>();
        try (PreparedStatement select = statement(
                        query,
                        transaction,
                        transaction,
                        transaction,
                        transaction,
                        choice.tenant(),
                        choice.tenant(),
                        choice.principal().toArray(),
                        choice.principal().toArray(),
                        choice.begunByMs(),
                        choice.expiredByMs());
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                chosen.add(row.getString(1));
            }
        }
        return chosen;
    }

    /** Has the file hold what is there and nothing else: zeros where something was, and an empty write-ahead log. */
    private void forget() throws DriverFailure {
        reading(() -> {
            if (number("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
                throw new SQLException("the write-ahead log could not be emptied");
            }
            return true;
        });
    }

    List<Shredding> unreported() throws DriverFailure {
        return reading(() -> {
            List<Shredding> all = new ArrayList<>();
            try (PreparedStatement select = statement("SELECT transaction_id, bodies, why FROM shredded");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    all.add(new Shredding(row.getString(1), row.getLong(2), row.getString(3)));
                }
            }
            return all;
        });
    }

    /** The log knows of these. */
    void reported(List<Shredding> shreddings) throws DriverFailure {
        inTransaction(() -> {
            for (Shredding shredding : shreddings) {
                change("DELETE FROM shredded WHERE transaction_id = ?", shredding.transaction());
            }
            return true;
        });
        forget();
    }

    /** Bounds the file to this many pages, of 4 KiB by default, as a full disk would. */
    void limitPages(long pages) throws DriverFailure {
        reading(() -> {
            run("PRAGMA max_page_count = " + pages);
            return true;
        });
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    /** Begun and ended in SQL, because on some errors SQLite has rolled back already and the driver would not know. */
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
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "rollback", e);
        }
    }

    private <T> T reading(Work<T> work) throws DriverFailure {
        try {
            return work.run();
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Rows that were changed. */
    private long change(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = statement(sql, values)) {
            return statement.executeUpdate();
        }
    }

    private PreparedStatement statement(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                case Long number -> statement.setLong(i + 1, number);
                case String text -> statement.setString(i + 1, text);
                default -> throw new IllegalArgumentException("no such column type");
            }
        }
        return statement;
    }

    private static Blob blob(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? Blob.EMPTY : Blob.of(bytes);
    }

    private static DriverFailure failure(Path file, SQLException e) {
        return new DriverFailure(
                Denial.DRIVER_FAILED, "the bodies at " + file + " cannot be used; " + SqliteDatabase.hint(e), e);
    }

    private static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "close", e);
            }
        }
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }
}
