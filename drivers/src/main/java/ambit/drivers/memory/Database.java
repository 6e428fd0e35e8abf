package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import java.sql.SQLException;

/**
 * Where memory is kept: SQLite or PostgreSQL, with the statements that both understand. Safe for use by several threads.
 */
public sealed interface Database extends AutoCloseable permits SqliteDatabase, PostgresDatabase {
    /** Something to be done with statements. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws SQLException, DriverFailure;
    }

    /**
     * Does the work wholly, durably when this returns, or not at all, if it throws. Of the writers of one tenant one works at a time.
     *
     * @throws OutcomeUnknown when the connection broke at a moment that leaves both possible
     */
    <T> T change(String tenant, Work<T> work) throws DriverFailure;

    <T> T read(Work<T> work) throws DriverFailure;

    /** As {@link #read}, of what all writers leave who are at work at this moment, such as one that nobody waits for any more. */
    <T> T readAfterAll(Work<T> work) throws DriverFailure;

    /** After something was deleted: has the database's files hold nothing of it any more, as far as the database can do that. */
    void scrub() throws DriverFailure;

    @Override
    void close();

    /** Whether the last transaction was committed cannot be known. */
    final class OutcomeUnknown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutcomeUnknown(Throwable cause) {
            super("the database went away while it committed", cause);
        }
    }
}
