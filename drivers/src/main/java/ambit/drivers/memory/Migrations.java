package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The numbered files of {@code schema/}, from the first that a database has not seen to the last, each run once.
 *
 * <p>They are written in SQLite's words; PostgreSQL has others for two types, and none for how SQLite lays out a table.
 */
final class Migrations {
    static final int OLDEST = 2;
    static final int LATEST = 3;

    private Migrations() {}

    static final UnaryOperator<String> SQLITE = sql -> sql;
    static final UnaryOperator<String> POSTGRESQL =
            sql -> sql.replace("BLOB", "BYTEA").replace("INTEGER", "BIGINT").replaceAll("\\) STRICT.*", ")");

    /**
     * Brings a database up to date, within a transaction.
     *
     * @param version what it has now, 0 for nothing
     */
    static void run(Session session, String where, long version, UnaryOperator<String> words)
            throws SQLException, DriverFailure {
        if (version > LATEST) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the memory at " + where + " was written by a newer Ambit (schema " + version + ", this one knows "
                            + LATEST + "); install that one again");
        }
        if (version != 0 && version < OLDEST) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the memory at " + where + " was written by an earlier Ambit (schema " + version
                            + "), with keys that this one does not make; move the file away to begin anew, or install that Ambit"
                            + " again to read it");
        }
        if (version == 0) {
            session.run(words.apply("CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT"));
            session.run("INSERT INTO schema_version (version) VALUES (0)");
        }
        for (long next = Math.max(OLDEST, version + 1); next <= LATEST; next++) {
            for (String statement : statements(next)) {
                session.run(words.apply(statement));
            }
            session.change("UPDATE schema_version SET version = ?", next);
        }
    }

    private static List<String> statements(long number) {
        try (InputStream file = Migrations.class.getResourceAsStream("schema/" + number + ".sql")) {
            if (file == null) {
                throw new IllegalStateException("the schema " + number + " is missing from this build");
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*\n", "");
            return List.of(text.split(";\n"));
        } catch (IOException e) {
            throw new IllegalStateException("the schema " + number + " cannot be read", e);
        }
    }
}
