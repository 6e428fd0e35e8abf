package ambit.bench;

import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Entries that the audit log makes durable in a second, against a file that is written and synced by one thread, and against Tessera. No two
 * entries are the same.
 */
final class JournalPart implements Part {

    private static final int ENTRY_BYTES = 300;
    private static final int BATCH = 1000;
    private static final int WARM_UP = 4;
    private static final long STRETCH_MS = 500;
    private static final String FILE = "write and fdatasync of as many bytes, 1 writer";

    private final Path directory;
    private final TesseraPeer tessera;
    private final int stretches;
    private final AtomicLong made = new AtomicLong();

    /** {@code directory} is where the logs and the file are written: the disk that is measured. */
    JournalPart(Path directory, TesseraPeer tessera, int stretches) {
        this.directory = directory;
        this.tessera = tessera;
        this.stretches = stretches;
    }

    /** Makes one entry durable. */
    @FunctionalInterface
    private interface Append {
        void append() throws IOException;
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        try (TemporaryDirectory place = TemporaryDirectory.in(directory, "journal")) {
            return new Result(rows(place.path()), tessera.isThere() ? List.of() : List.of(TesseraPeer.LEFT_OUT));
        }
    }

    private List<Row> rows(Path place) throws IOException, InterruptedException {
        Samples file = file(place.resolve("file"));
        List<Row> rows = new ArrayList<>();
        try (Journal journal =
                Journal.open(FileStorage.open(place.resolve("log")), SampleLog.logKey(SigningKey.generate()))) {
            for (int writers : List.of(1, 64, 1024)) {
                String many = writers + (writers == 1 ? " writer" : " writers");
                String what = "durable appends to the log, " + many;
                Append one = () -> journal.awaitDurable(journal.append(entry()));
                Samples rates = rates(writers, 1, one, journal::requestCheckpoint);
                rows.add(Row.ofRates(what, rates, FILE, file));
                if (tessera.isThere()) {
                    Samples theirs = tessera.rates(place.resolve("tessera" + writers), writers, stretches);
                    rows.add(Row.ofRates(what, rates, "Tessera (POSIX storage): entries durable, " + many, theirs));
                }
            }
            Samples batches = rates(1, BATCH, () -> batch(journal), journal::requestCheckpoint);
            rows.add(Row.ofRates(
                    "durable appends to the log, 1 writer that waits once for " + BATCH, batches, FILE, file));
        }
        return rows;
    }

    private Samples file(Path file) throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Append append = () -> {
                channel.write(ByteBuffer.wrap(entry()));
                channel.force(false);
            };
            return rates(1, 1, append, () -> {});
        }
    }

    private void batch(Journal journal) {
        for (int i = 1; i < BATCH; i++) {
            journal.append(entry());
        }
        journal.awaitDurable(journal.append(entry()));
    }

    private byte[] entry() {
        return ByteBuffer.allocate(ENTRY_BYTES).putLong(made.incrementAndGet()).array();
    }

    /**
     * How many entries a second {@code writers} threads together make durable, {@code each} at a time, in each stretch of time.
     *
     * @param besides what happens once in each stretch
     */
    private Samples rates(int writers, int each, Append append, Runnable besides) throws InterruptedException {
        LongAdder done = new LongAdder();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    while (!stop.get()) {
                        append.append();
                        done.add(each);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < WARM_UP + stretches; i++) {
            besides.run();
            long from = done.sum();
            long began = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(STRETCH_MS);
            rates.add((done.sum() - from) * 1e9 / (System.nanoTime() - began));
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        return Samples.of(rates.subList(WARM_UP, rates.size()));
    }
}
