package ambit.bench;

import ambit.drivers.memory.ContextMemory;
import ambit.drivers.memory.MemoryDriver;
import ambit.drivers.memory.MemoryStore;
import ambit.drivers.memory.MemoryTool;
import ambit.drivers.memory.SealedValue;
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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory in the driver, without the ways to it: what sealing, versions and provenance cost beside a bare table of keys and values in
 * SQLite with the same settings.
 */
final class StorePart implements Part {
    private static final Blob KEY = hash("key");
    private static final Blob PARTITION = hash("partition");
    private static final int LENGTH = 200;
    private static final String REST = "v".repeat(LENGTH - 10);
    private static final AtomicInteger WRITTEN = new AtomicInteger(1_000_000_000);
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

    /** Another one each time: SQLite leaves alone, and syncs nothing for, what is overwritten by the same bytes. */
    private static String value() {
        return "\"" + WRITTEN.getAndIncrement() + REST + "\"";
    }

    /** Memory with contexts, one after the other. */
    private static final class Memory implements AutoCloseable {
        private final MemoryStore store;
        private final MemoryDriver driver;
        private final AtomicInteger contexts = new AtomicInteger();

        Memory(Path file) throws Exception {
            this.store = new MemoryStore(SqliteDatabase.open(file));
            this.driver = new MemoryDriver(store, InstantSource.system());
        }

        ContextMemory context() throws Exception {
            int number = contexts.getAndIncrement();
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
                tool.write(json("{\"key\":\"user/notes/k" + i + "\",\"value\":" + value() + "}"));
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

    /** A table of keys and values, and nothing else; for one thread. */
    private static final class Bare implements AutoCloseable {
        private final Optional<SealedValue> seal;
        private final Connection connection;
        private final PreparedStatement select;
        private final PreparedStatement upsert;

        /** @param seal what is done to values, where that alone is measured */
        Bare(Path file, Optional<SealedValue> seal) throws SQLException {
            this.seal = seal;
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            run("PRAGMA busy_timeout = 10000");
            run("PRAGMA journal_mode = WAL");
            run("PRAGMA synchronous = FULL");
            run("CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY NOT NULL, value ANY NOT NULL) STRICT");
            select = connection.prepareStatement("SELECT value FROM entry WHERE key = ?");
            upsert = connection.prepareStatement(
                    "INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value ="
                            + " excluded.value");
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
                if (seal.isPresent()) {
                    upsert.setBytes(2, seal.get().seal("k" + i, value()));
                } else {
                    upsert.setString(2, value());
                }
                upsert.executeUpdate();
            }
            run("COMMIT");
        }

        void read(int key) throws Exception {
            select.setString(1, "k" + key);
            try (ResultSet row = select.executeQuery()) {
                String value = !row.next()
                        ? ""
                        : seal.isPresent() ? seal.get().open("k" + key, row.getBytes(1)) : row.getString(1);
                if (value.length() != LENGTH + 2) {
                    throw new IllegalStateException("a value is not what was written");
                }
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
                Bare bare = new Bare(directory.path().resolve("bare.db"), Optional.empty());
                Bare sealed =
                        new Bare(directory.path().resolve("sealed.db"), Optional.of(new SealedValue(PARTITION, KEY)))) {
            for (int first = 0; first < ENTRIES; first += 1000) {
                memory.write(first, 1000);
                bare.write(first, 1000);
                sealed.write(first, 1000);
            }
            List<Row> rows = new ArrayList<>();
            rows.add(reads(memory, bare));
            rows.add(staged(memory, bare));
            for (int many : new int[] {1, 100, Limits.VERDICTS}) {
                rows.add(commits(memory, bare, many));
            }
            for (int callers : new int[] {1, 8}) {
                rates(memory, directory.path().resolve("bare.db"), callers, rows);
            }
            sealed(sealed, bare, rows);
            return new Result(
                    rows,
                    List.of("A transaction may write " + Limits.VERDICTS
                            + " keys: all their verdicts go to the core in one message. So none of 10,000 is"
                            + " measured."));
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
                                json("{\"key\":\"user/notes/k" + (next[0]++ % 4000) + "\",\"value\":" + value() + "}")),
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

    private static void rates(Memory memory, Path file, int callers, List<Row> rows) throws Exception {
        List<Rates.Numbered> reads = new ArrayList<>();
        List<Rates.Numbered> selects = new ArrayList<>();
        List<Rates.Numbered> writes = new ArrayList<>();
        List<Rates.Numbered> upserts = new ArrayList<>();
        List<Bare> connections = new ArrayList<>();
        try {
            for (int caller = 0; caller < callers; caller++) {
                int own = caller * (ENTRIES / 8);
                MemoryTool tool = new MemoryTool(memory.context());
                Bare bare = new Bare(file, Optional.empty());
                connections.add(bare);
                reads.add(n -> tool.read(json("{\"key\":\"user/notes/k" + key(own, n) + "\"}")));
                selects.add(n -> bare.read(key(own, n)));
                writes.add(n -> memory.write(key(own, n), 1));
                upserts.add(n -> bare.write(key(own, n), 1));
            }
            List<Samples> reading = Rates.of(List.of(reads, selects));
            rows.add(Row.ofRates(
                    "memory driver: `memory_read`, callers with a context each: " + callers,
                    reading.get(0),
                    "bare SQLite: selects, callers with a connection each: " + callers,
                    reading.get(1)));
            List<Samples> writing = Rates.of(List.of(writes, upserts));
            rows.add(Row.ofRates(
                    "memory driver: transactions of one `memory_write`, committed, callers: " + callers,
                    writing.get(0),
                    "bare SQLite: transactions of one upsert, callers with a connection each: " + callers,
                    writing.get(1)));
        } finally {
            for (Bare connection : connections) {
                connection.close();
            }
        }
    }

    /** One of the keys that only this caller writes. */
    private static int key(int own, int number) {
        return own + Math.floorMod(number * 7919, ENTRIES / 8);
    }

    /** The same table with sealed values and with plain ones: what sealing alone costs. */
    private void sealed(Bare sealed, Bare plain, List<Row> rows) throws Exception {
        int[] next = new int[2];
        List<Samples> reads = Turns.times(
                count,
                count,
                20,
                List.of(() -> sealed.read(next[0]++ * 7919 % ENTRIES), () -> plain.read(next[1]++ * 7919 % ENTRIES)));
        rows.add(Row.ofTimes(
                "encryption: a select of 200 bytes, opened", reads.get(0), "the same of plain bytes", reads.get(1)));
        List<Samples> writes = Turns.times(
                10, Math.max(10, count / 5), List.of(() -> sealed.write(0, 100), () -> plain.write(0, 100)));
        rows.add(Row.ofTimes(
                "encryption: a transaction of 100 upserts of 200 bytes each, sealed",
                writes.get(0),
                "the same of plain bytes",
                writes.get(1)));
    }
}
