package ambit.bench;

import ambit.drivers.memory.ContextMemory;
import ambit.drivers.memory.MemoryDriver;
import ambit.drivers.memory.MemoryStore;
import ambit.drivers.memory.MemoryTool;
import ambit.drivers.memory.SqliteDatabase;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Memory in the driver, without the ways to it: what sealing, versions and provenance cost beside a bare table of keys and values in
 * SQLite with the same settings.
 */
final class StorePart implements Part {
    private static final Blob KEY = hash("key");
    private static final Blob PARTITION = hash("partition");
    private static final String VALUE = "\"" + "v".repeat(200) + "\"";
    private static final int ENTRIES = 10_000;

    private final Path place;
    private final int count;

    /** @param place where the files are made */
    StorePart(Path place, int count) {
        this.place = place;
        this.count = count;
    }

    private static Blob hash(String text) {
        return json(text).sha256();
    }

    private static Blob json(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Memory with contexts, one after the other. */
    private static final class Memory implements AutoCloseable {
        private final MemoryStore store;
        private final MemoryDriver driver;
        private int contexts;

        Memory(Path file) throws Exception {
            this.store = new MemoryStore(SqliteDatabase.open(file));
            this.driver = new MemoryDriver(store, InstantSource.system());
        }

        ContextMemory context() throws Exception {
            int number = contexts++;
            List<Blob> _ = driver.keys(List.of(new CoreToDriver.Offer(PARTITION, KEY)));
            return driver.map(new CoreToDriver.MapContext(
                    Blob.of(java.util.Arrays.copyOf(hash("context " + number).toArray(), 16)),
                    "t-" + number,
                    "bench",
                    hash("principal"),
                    hash("chain"),
                    "bench",
                    hash("bodies"),
                    List.of(new MapEntry("user/notes/", PARTITION, KEY, 3, "", 1L << 40, List.of()))));
        }

        /** A transaction that writes so many keys. */
        void write(int first, int many) throws Exception {
            ContextMemory context = context();
            MemoryTool tool = new MemoryTool(context);
            for (int i = first; i < first + many; i++) {
                tool.write(json("{\"key\":\"user/notes/k" + i + "\",\"value\":" + VALUE + "}"));
            }
            if (!context.commit().stream().allMatch(verdict -> verdict.committed())) {
                throw new IllegalStateException("a write was refused");
            }
            driver.release(context);
        }

        @Override
        public void close() {
            driver.close();
            store.close();
        }
    }

    /** A table of keys and values, and nothing else. */
    private static final class Bare implements AutoCloseable {
        private final Connection connection;
        private final PreparedStatement select;
        private final PreparedStatement upsert;

        Bare(Path file) throws SQLException {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            run("PRAGMA journal_mode = WAL");
            run("PRAGMA synchronous = FULL");
            run("CREATE TABLE entry (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT");
            select = connection.prepareStatement("SELECT value FROM entry WHERE key = ?");
            upsert = connection.prepareStatement(
                    "INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        }

        private void run(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        void write(int first, int many) throws SQLException {
            run("BEGIN IMMEDIATE");
            for (int i = first; i < first + many; i++) {
                upsert.setString(1, "k" + i);
                upsert.setString(2, VALUE);
                upsert.executeUpdate();
            }
            run("COMMIT");
        }

        String read(int key) throws SQLException {
            select.setString(1, "k" + key);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @Override
    public Result measure() throws Exception {
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "store");
                Memory memory = new Memory(directory.path().resolve("memory.db"));
                Bare bare = new Bare(directory.path().resolve("bare.db"))) {
            for (int first = 0; first < ENTRIES; first += 1000) {
                memory.write(first, 1000);
                bare.write(first, 1000);
            }
            List<Row> rows = new ArrayList<>();
            rows.add(reads(memory, bare));
            rows.add(staged(memory, bare));
            for (int many : new int[] {1, 100, Limits.VERDICTS}) {
                rows.add(commits(memory, bare, many));
            }
            return new Result(
                    rows,
                    List.of(
                            "A transaction may write " + Limits.VERDICTS
                                    + " keys: all their verdicts go to the core in one message. So none of 10,000 is measured."));
        }
    }

    private Row reads(Memory memory, Bare bare) throws Exception {
        MemoryTool tool = new MemoryTool(memory.context());
        int[] next = new int[2];
        List<Samples> times = Turns.times(
                count,
                count,
                20,
                List.of(
                        () -> tool.read(json("{\"key\":\"user/notes/k" + (next[0]++ * 7919 % ENTRIES) + "\"}")),
                        () -> bare.read(next[1]++ * 7919 % ENTRIES)));
        return Row.ofTimes(
                "memory driver: a `memory_read` among 10,000 entries",
                times.get(0),
                "bare SQLite: a select",
                times.get(1));
    }

    private Row staged(Memory memory, Bare bare) throws Exception {
        MemoryTool tool = new MemoryTool(memory.context());
        int[] next = new int[2];
        List<Samples> times = Turns.times(
                count,
                count,
                List.of(
                        () -> tool.write(
                                json("{\"key\":\"user/notes/k" + (next[0]++ % 4000) + "\",\"value\":" + VALUE + "}")),
                        () -> bare.write(next[1]++ % 4000, 1)));
        return Row.ofTimes(
                "memory driver: a `memory_write`, staged",
                times.get(0),
                "bare SQLite: an upsert, committed",
                times.get(1));
    }

    private Row commits(Memory memory, Bare bare, int many) throws Exception {
        int turns = Math.max(3, Math.min(count, 20_000 / many));
        List<Samples> times = Turns.times(
                Math.max(1, turns / 4), turns, List.of(() -> memory.write(0, many), () -> bare.write(0, many)));
        return Row.ofTimes(
                String.format(Locale.ROOT, "memory driver: a transaction of %,d writes, committed", many),
                times.get(0),
                String.format(Locale.ROOT, "bare SQLite: one of %,d upserts", many),
                times.get(1));
    }
}
