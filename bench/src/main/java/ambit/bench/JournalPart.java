package ambit.bench;

import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Entries that the audit log makes durable in a second, against a file that is written and synced by one thread. */
final class JournalPart implements Part {

    private static final int ENTRY_BYTES = 300;
    private static final int BATCH = 1000;
    private static final int WARM_UP = 2;
    private static final long STRETCH_MS = 500;

    private final Path directory;
    private final int stretches;

    /** {@code directory} is where the log and the file are written: the disk that is measured. */
    JournalPart(Path directory, int stretches) {
        this.directory = directory;
        this.stretches = stretches;
    }

    /** Makes one entry durable. */
    @FunctionalInterface
    private interface Append {
        void append() throws IOException;
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        Path place = Files.createTempDirectory(Files.createDirectories(directory), "journal");
        byte[] entry = new byte[ENTRY_BYTES];
        SigningKey key = SigningKey.generate();
        LogKey logKey = new LogKey("ambit/bench", key);
        Samples file;
        try (FileChannel channel =
                FileChannel.open(place.resolve("file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file = rates(1, 1, () -> {
                channel.write(ByteBuffer.wrap(entry));
                channel.force(false);
            });
        }
        List<Row> rows = new ArrayList<>();
        try (Journal journal = Journal.open(FileStorage.open(place.resolve("log")), logKey)) {
            for (int writers : new int[] {1, 64, 1024}) {
                Samples rates = rates(writers, 1, () -> journal.awaitDurable(journal.append(entry)));
                rows.add(Row.ofRates(
                        "durable appends to the log, " + writers + (writers == 1 ? " writer" : " writers"),
                        rates,
                        "write and fdatasync of the same bytes, 1 writer",
                        file));
            }
            Samples batches = rates(1, BATCH, () -> {
                for (int i = 1; i < BATCH; i++) {
                    journal.append(entry);
                }
                journal.awaitDurable(journal.append(entry));
            });
            rows.add(Row.ofRates(
                    "durable appends to the log, 1 writer that waits once for " + BATCH,
                    batches,
                    "write and fdatasync of the same bytes, 1 writer",
                    file));
        }
        return new Result(rows, List.of());
    }

    /** How many entries a second {@code writers} threads together make durable, {@code each} at a time, in each stretch of time. */
    private Samples rates(int writers, int each, Append append) throws InterruptedException {
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
                    throw new java.io.UncheckedIOException(e);
                }
            }));
        }
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < WARM_UP + stretches; i++) {
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
