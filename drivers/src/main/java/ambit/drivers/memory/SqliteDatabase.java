package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.drivers.Foreign;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * One SQLite file: write-ahead log, full synchronisation, strict tables, zeros where something was deleted, one connection under one
 * lock (a read takes microseconds, a commit one fsync).
 */
public final class SqliteDatabase implements Database {
    private final Path file;
    private final Connection connection;
    private final Session session;

    /** The disk failed under a commit: whoever reads the write-ahead log next may find it whole, though nobody was told so. */
    private boolean doubtful;

    private SqliteDatabase(Path file, Connection connection, Session session) {
        this.file = file;
        this.connection = connection;
        this.session = session;
    }

    /** Opens the file, or makes it. */
    public static SqliteDatabase open(Path file) throws DriverFailure {
        Connection connection = null;
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            Session session = new Session(connection);
            session.run("PRAGMA journal_mode = WAL");
            session.run("PRAGMA synchronous = FULL");
            session.run("PRAGMA secure_delete = ON");
            session.run("PRAGMA busy_timeout = 5000");
            // tags lie all over the file, and what is read of it again and again should not be read from the disk
            session.run("PRAGMA cache_size = -65536");
            session.run("PRAGMA trusted_schema = OFF");
            SqliteDatabase database = new SqliteDatabase(file, connection, session);
            database.keepWhatIsShown();
            database.migrate();
            return database;
        } catch (SQLException | DriverFailure e) {
            closeQuietly(connection);
            throw e instanceof SQLException sql ? failure(file, sql) : (DriverFailure) e;
        }
    }

    /**
     * The log shows what a process wrote that ended before it had synced, and what a disk could not write: all of that is on the disk before
     * anybody is told of it. On a full disk there is no room for more than a sync.
     */
    private void keepWhatIsShown() throws SQLException {
        try {
            emptyLog(session);
        } catch (SQLException e) {
            if (code(e) != SQLiteErrorCode.SQLITE_FULL) {
                throw e;
            }
            try (FileChannel log =
                    FileChannel.open(file.resolveSibling(file.getFileName() + "-wal"), StandardOpenOption.WRITE)) {
                log.force(true);
            } catch (IOException unsynced) {
                e.addSuppressed(unsynced);
                throw e;
            }
        }
    }

    private void migrate() throws DriverFailure {
        boolean begun = read(it ->
                it.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'") > 0);
        long version = begun ? read(it -> it.number("SELECT version FROM schema_version")) : 0;
        if (version != Migrations.LATEST) {
            change("", it -> {
                Migrations.run(it, file.toString(), version, Migrations.SQLITE);
                return true;
            });
        }
    }

    /**
     * Transactions are begun and ended in SQL: on some errors, a full disk among them, SQLite has rolled back already, and the
     * JDBC driver's own bookkeeping would believe for ever after that a transaction is open.
     */
    @Override
    public synchronized <T> T change(String tenant, Work<T> work) throws DriverFailure {
        boolean done = false;
        try {
            settle();
            session.run("BEGIN IMMEDIATE");
            T result = work.run(session);
            commit();
            done = true;
            return result;
        } catch (SQLException e) {
            throw failure(file, e);
        } finally {
            if (!done) {
                session.close();
                rollBack();
            }
        }
    }

    /** A failed sync says that the disk may have all of it, or a part: only the next reader of the log would tell. */
    private void commit() throws SQLException {
        try {
            session.run("COMMIT");
        } catch (SQLException e) {
            if (code(e) == SQLiteErrorCode.SQLITE_IOERR) {
                doubtful = true;
                throw new OutcomeUnknown(e);
            }
            throw e;
        }
    }

    /** A commit that failed has failed for good once the log in which it may stand is gone, and another one has begun. */
    private void settle() throws SQLException {
        if (doubtful) {
            emptyLog(session);
            session.run("UPDATE schema_version SET version = version");
            doubtful = false;
        }
    }

    private static void emptyLog(Session session) throws SQLException {
        if (session.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
            throw new SQLException("the write-ahead log could not be emptied", "", SQLiteErrorCode.SQLITE_BUSY.code);
        }
    }

    private void rollBack() {
        try {
            session.run("ROLLBACK");
        } catch (SQLException e) {
            // none was open any more; and one that cannot be rolled back was never committed
            System.getLogger("ambit.drivers").log(System.Logger.Level.DEBUG, "rollback", e);
        }
    }

    @Override
    public synchronized <T> T read(Work<T> work) throws DriverFailure {
        try {
            settle();
            return work.run(session);
        } catch (SQLException e) {
            session.close();
            throw failure(file, e);
        }
    }

    /** The only writer is this process, one statement after the other: nobody is at work meanwhile. */
    @Override
    public <T> T readAfterAll(Work<T> work) throws DriverFailure {
        return read(work);
    }

    /** Empties the write-ahead log; the file itself has zeros where something was. */
    @Override
    public void scrub() throws DriverFailure {
        read(it -> {
            emptyLog(it);
            return true;
        });
    }

    /** Bounds the file to this many pages, of 4 KiB by default, as a full disk would. */
    public void limitPages(long pages) throws DriverFailure {
        read(it -> {
            it.run("PRAGMA max_page_count = " + pages);
            return true;
        });
    }

    /** SQLite's error as one sentence; in WAL mode none of them leaves half a transaction behind. */
    private static DriverFailure failure(Path file, SQLException e) {
        return new DriverFailure(Denial.DRIVER_FAILED, "the memory at " + file + " cannot be used; " + hint(e), e);
    }

    /** What to do about an error of SQLite's. */
    public static String hint(SQLException e) {
        return switch (code(e)) {
            case SQLITE_FULL -> "the disk is full: free some space, then try again; nothing was changed";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> "the file is damaged: stop the kernel and restore it from a backup";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                "the drivers' user cannot write there: check owner and mode of the directory";
            case SQLITE_BUSY, SQLITE_LOCKED -> "another process holds it: is a second kernel running on this state?";
            case SQLITE_IOERR -> "the disk reports an error: look into the system's log; nothing was changed";
            default -> "the database says: " + Foreign.quote(String.valueOf(e.getMessage()));
        };
    }

    private static SQLiteErrorCode code(SQLException e) {
        return SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff);
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
    public synchronized void close() {
        session.close();
        closeQuietly(connection);
    }
}
