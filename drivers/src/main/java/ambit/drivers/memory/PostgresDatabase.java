package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.Foreign;
import ambit.wire.Blob;
import ambit.wire.Denial;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A PostgreSQL database through a few pooled connections. Writers of one tenant take turns by an advisory lock that ends with the
 * transaction, so that they meet as they do in {@link SqliteDatabase}; those of two tenants do not wait for each other.
 */
public final class PostgresDatabase implements Database {
    private static final int CONNECTIONS = 8;
    private static final long PATIENCE_MS = 10_000;

    /** The lock that all writers share, and that one who must wait for all of them takes alone. */
    private static final long EVERYBODY = lock("*");

    private final String where;
    private final HikariDataSource pool;

    private PostgresDatabase(String where, HikariDataSource pool) {
        this.where = where;
        this.pool = pool;
    }

    /**
     * Connects, and makes the tables where they are missing.
     *
     * @param address {@code postgresql://host[:port]/database[?sslmode=…]}; never holds a password
     * @param user empty for the drivers' own name
     * @param password empty where the server asks for none
     */
    public static PostgresDatabase open(URI address, String user, String password) throws DriverFailure {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:" + address);
        if (!user.isEmpty()) {
            config.setUsername(user);
        }
        if (!password.isEmpty()) {
            config.setPassword(password);
        }
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE_MS);
        config.setInitializationFailTimeout(PATIENCE_MS);
        config.setPoolName("memory");
        // What was told as committed must be on the server's disk, whatever the server's own usual is.
        config.setConnectionInitSql("SET synchronous_commit = on");
        String where = address.getHost() + address.getPath();
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw e.getCause() instanceof SQLException cause ? failure(where, cause) : unreachable(where, e);
        }
        PostgresDatabase database = new PostgresDatabase(where, pool);
        boolean ready = false;
        try {
            database.migrate();
            ready = true;
            return database;
        } finally {
            if (!ready) {
                database.close();
            }
        }
    }

    private void migrate() throws DriverFailure {
        change("", it -> {
            boolean begun = it.number("SELECT count(*) FROM information_schema.tables"
                            + " WHERE table_schema = current_schema() AND table_name = 'schema_version'")
                    > 0;
            long version = begun ? it.number("SELECT version FROM schema_version") : 0;
            Migrations.run(it, where, version, Migrations.POSTGRESQL);
            return true;
        });
    }

    @Override
    public <T> T change(String tenant, Work<T> work) throws DriverFailure {
        return transact(
                work, "SELECT pg_advisory_xact_lock_shared(?), pg_advisory_xact_lock(?)", EVERYBODY, lock(tenant));
    }

    /** A writer whose connection broke may still commit: the server holds its lock until it has, or has not. */
    @Override
    public <T> T readAfterAll(Work<T> work) throws DriverFailure {
        try {
            return transact(
                    session -> {
                        session.run("SET LOCAL lock_timeout = " + PATIENCE_MS);
                        session.all(_ -> true, "SELECT pg_advisory_xact_lock(?)", EVERYBODY);
                        return work.run(session);
                    },
                    "SELECT 1");
        } catch (OutcomeUnknown e) {
            throw unreachable(where, e); // it has changed nothing, whatever came of it
        }
    }

    private <T> T transact(Work<T> work, String first, Object... values) throws DriverFailure {
        try (Connection connection = pool.getConnection();
                Session session = new Session(connection)) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                session.all(_ -> true, first, values);
                T result = work.run(session);
                commit(connection);
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollBack(connection);
                }
            }
        } catch (SQLException e) {
            throw failure(where, e);
        }
    }

    /** A broken connection leaves open whether the server has committed; every other error says that it has not. */
    private static void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (stateOf(e).startsWith("08") || stateOf(e).startsWith("57P")) {
                throw new OutcomeUnknown(e);
            }
            throw e;
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // the server rolls back what ends with its connection
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "rollback", e);
        }
    }

    private static long lock(String tenant) {
        byte[] name = ("ambit/memory/" + tenant).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Blob.of(name).sha256().toArray()).getLong();
    }

    @Override
    public <T> T read(Work<T> work) throws DriverFailure {
        try (Connection connection = pool.getConnection();
                Session session = new Session(connection)) {
            return work.run(session);
        } catch (SQLException e) {
            throw failure(where, e);
        }
    }

    /** Frees the room of deleted rows; what the server's own log and backups hold of them is theirs. */
    @Override
    public void scrub() throws DriverFailure {
        read(it -> {
            it.run("VACUUM kept_partition, entry_version, entry_head, source, held, committed");
            return true;
        });
    }

    private static DriverFailure unreachable(String where, Exception e) {
        return new DriverFailure(
                Denial.DRIVER_UNAVAILABLE,
                "the memory at " + where + " cannot be reached; does PostgreSQL run there, and is the address right?",
                e);
    }

    private static DriverFailure failure(String where, SQLException e) {
        return new DriverFailure(
                Denial.DRIVER_FAILED, "the memory at " + where + " cannot be used; " + hint(stateOf(e), e), e);
    }

    private static String stateOf(SQLException e) {
        String state = e.getSQLState();
        return state == null ? "" : state;
    }

    private static String hint(String state, SQLException e) {
        if (state.startsWith("08") || state.startsWith("57P")) {
            return "PostgreSQL is not there: see that it runs and that the address is right; nothing was changed";
        }
        if (state.startsWith("28")) {
            return "PostgreSQL refuses the user or the password: correct 'user' and 'credential' in ambit.yaml";
        }
        return switch (state) {
            case "53100" -> "the disk is full: free some space there, then try again; nothing was changed";
            case "XX001", "XX002" -> "its files are damaged: stop the kernel and restore them from a backup";
            case "3D000" -> "there is no such database: create it, or correct the address in ambit.yaml";
            case "55P03" -> "a writer is still at work on the server: try again";
            case "42501", "25006" -> "the user may not write there: grant it what the tables need";
            default -> "PostgreSQL says: " + Foreign.quote(String.valueOf(e.getMessage()));
        };
    }

    @Override
    public void close() {
        pool.close();
    }
}
