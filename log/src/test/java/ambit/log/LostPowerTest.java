package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start makes of the end of a log after a disk that failed or lost its power. */
class LostPowerTest {
    private static final LogKey KEY = new LogKey("ambit/test", SigningKey.generate());
    private static final int SECTOR = 512;

    /** Zeros at the edge of a sector that are too few to tell what they come from. */
    private static final int FEW = 12;

    /** A log of which a checkpoint stands for the first part, and where the rest begins. */
    private static final class Log {
        final int from;
        final byte[] checkpoint;
        final byte[] whole;

        Log(int from, byte[] checkpoint, byte[] whole) {
            this.from = from;
            this.checkpoint = checkpoint;
            this.whole = whole;
        }

        /** Where the record of this entry begins. */
        int begin(int index) {
            int at = 0;
            for (int i = 0; i < index; i++) {
                at += Records.OVERHEAD + entry(i).length;
            }
            return at;
        }

        /** Entries whose records end before that. */
        int entriesBefore(int end) {
            int count = 0;
            while (begin(count + 1) <= end) {
                count++;
            }
            return count;
        }

        MemoryStorage disk(byte[] found) {
            MemoryStorage disk = new MemoryStorage();
            disk.find(found);
            disk.replaceCheckpoint(checkpoint);
            return disk;
        }
    }

    private static byte[] entry(int i) {
        return ("entry " + i + " " + "of some length ".repeat(i % 7)).getBytes(UTF_8);
    }

    private static int append(Journal journal, int from, int to) {
        for (int i = from; i < to; i++) {
            journal.awaitDurable(journal.append(entry(i)));
        }
        return to;
    }

    private static int entries(Journal journal) {
        AtomicInteger next = new AtomicInteger();
        journal.forEach((index, bytes) -> {
            assertThat(index).isEqualTo(next.getAndIncrement());
            assertThat(bytes).isEqualTo(entry((int) index));
        });
        return next.get();
    }

    private static Journal open(MemoryStorage disk) throws IOException {
        return Journal.open(disk, KEY);
    }

    /** @param signed entries before the checkpoint, {@code after} behind it */
    private static Log log(int signed, int after) throws IOException {
        MemoryStorage disk = new MemoryStorage();
        Journal journal = open(disk);
        append(journal, 0, signed);
        byte[] checkpoint = journal.checkpoint().getBytes(UTF_8);
        int from = disk.durable().length;
        append(journal, signed, signed + after);
        byte[] whole = disk.durable().clone();
        journal.close();
        return new Log(from, checkpoint, whole);
    }

    // ---- what the system shows and the disk does not have

    @Test
    void whatAFailedSyncLeftInTheCacheIsWrittenAgainBeforeAnythingStandsOnIt() throws IOException {
        MemoryStorage disk = new MemoryStorage();
        Journal first = open(disk);
        append(first, 0, 3);
        disk.failSyncAfter(0);
        assertThatThrownBy(() -> append(first, 3, 4)).isInstanceOf(JournalException.class);
        disk.mend();
        Journal second = open(disk);
        append(second, entries(second), 6);
        disk.losePower();
        try (Journal third = open(disk)) {
            assertThat(entries(third)).isEqualTo(6);
        }
    }

    /** The control of the one above: a disk that takes no second write of the same bytes loses what was acknowledged. */
    @Test
    void withoutThatWhatStandsOnItIsLost() throws IOException {
        MemoryStorage disk = new MemoryStorage();
        Journal first = open(disk);
        append(first, 0, 3);
        disk.failSyncAfter(0);
        assertThatThrownBy(() -> append(first, 3, 4)).isInstanceOf(JournalException.class);
        disk.mend();
        disk.deafen();
        Journal second = open(disk);
        append(second, entries(second), 6);
        disk.losePower();
        assertThatThrownBy(() -> open(disk)).isInstanceOf(JournalException.class);
    }

    @Test
    void whatTheCheckpointStandsForIsNotWrittenAgain() throws IOException {
        Log log = log(5, 3);
        MemoryStorage disk = log.disk(log.whole);
        open(disk).close();
        assertThat(disk.operations())
                .contains("rewrite " + (log.whole.length - log.from) + " at " + log.from)
                .filteredOn(it -> it.startsWith("rewrite"))
                .hasSize(1);
        int before = disk.operations().size();
        open(disk).close();
        assertThat(disk.operations().subList(before, disk.operations().size()))
                .noneMatch(it -> it.startsWith("rewrite"));
    }

    @Test
    void aStartWhoseRewriteOrSyncFailsIsRefusedAndSaysSo() throws IOException {
        Log log = log(5, 3);
        for (boolean write : new boolean[] {true, false}) {
            MemoryStorage disk = log.disk(log.whole);
            if (write) {
                disk.failWriteAfter(0);
            } else {
                disk.failSyncAfter(0);
            }
            assertThatThrownBy(() -> open(disk))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the log cannot be recovered: the disk is gone");
            assertThat(disk.operations()).noneMatch(it -> it.equals("checkpoint 8"));
        }
    }

    @Test
    void theNewestPartIsWrittenAgainInItsFileAndIsTheSame(@TempDir Path directory) throws IOException {
        Path copy = Files.createDirectories(directory.resolve("copy"));
        try (Journal journal = Journal.open(FileStorage.open(directory, 1000), KEY)) {
            append(journal, 0, 40);
            for (Path part : Segments.older(directory)) {
                Files.copy(part, copy.resolve(part.getFileName()));
            }
            for (String name : List.of("entries", "checkpoint")) {
                Files.copy(directory.resolve(name), copy.resolve(name));
            }
        }
        assertThat(Files.readString(copy.resolve("checkpoint"))).startsWith("ambit/test\n0\n");
        byte[] newest = Files.readAllBytes(copy.resolve("entries"));
        try (Journal journal = Journal.open(FileStorage.open(copy, 1000), KEY)) {
            assertThat(Files.readAllBytes(copy.resolve("entries")))
                    .isEqualTo(newest)
                    .isNotEmpty();
            assertThat(append(journal, entries(journal), 50)).isEqualTo(50);
        }
        try (Journal journal = Journal.open(FileStorage.open(copy, 1000), KEY)) {
            assertThat(entries(journal)).isEqualTo(50);
        }
    }

    // ---- what the disk has of a write that was not synced

    @Test
    void zerosAtTheEndAreCutOffHoweverManyThereAre() throws IOException {
        Log log = log(3, 4);
        for (int zeros = 1; zeros < 3 * SECTOR; zeros++) {
            MemoryStorage disk = log.disk(Arrays.copyOf(log.whole, log.whole.length + zeros));
            try (Journal journal = open(disk)) {
                assertThat(journal.recoveredFrom()).isEqualTo(zeros);
                assertThat(entries(journal)).isEqualTo(7);
                append(journal, 7, 9);
            }
            assertThat(disk.durable()).startsWith(log.whole);
        }
    }

    @Test
    void sectorsThatWereNeverWrittenEndTheLogBeforeThem() throws IOException {
        Log log = log(3, 60);
        Random random = new Random(3);
        int cut = 0;
        for (int i = 0; i < 1000; i++) {
            // A write begins where a record does.
            int begin = log.begin(3 + random.nextInt(50));
            byte[] found = log.whole.clone();
            int lost = scatter(found, begin, random);
            int whole = log.entriesBefore(lost);
            try (Journal journal = open(log.disk(found))) {
                assertThat(entries(journal)).isEqualTo(whole);
                append(journal, whole, whole + 2);
                cut++;
            } catch (JournalException e) {
                int edge = Math.min(found.length, (lost / SECTOR + 1) * SECTOR);
                assertThat(edge - lost).as(e.getMessage()).isLessThan(FEW);
            }
        }
        assertThat(cut).isGreaterThan(900);
    }

    /** Zeros in some of the sectors from a place on; where they begin. */
    private static int scatter(byte[] bytes, int from, Random random) {
        int first = bytes.length;
        for (int at = from; at < bytes.length; at = (at / SECTOR + 1) * SECTOR) {
            if (random.nextBoolean()) {
                Arrays.fill(bytes, at, Math.min(bytes.length, (at / SECTOR + 1) * SECTOR), (byte) 0);
                first = Math.min(first, at);
            }
        }
        return first;
    }

    @Test
    void whatWasSignedIsNeverCutOff() throws IOException {
        Log log = log(60, 5);
        for (int at = 0; at + SECTOR < log.from; at += SECTOR) {
            byte[] found = log.whole.clone();
            Arrays.fill(found, at, at + SECTOR, (byte) 0);
            MemoryStorage disk = log.disk(found);
            assertThatThrownBy(() -> open(disk))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("the checkpoint was signed over 60");
            assertThat(disk.durable()).isEqualTo(found);
        }
        byte[] found = log.whole.clone();
        int hole = (log.from / SECTOR + 1) * SECTOR;
        Arrays.fill(found, hole, found.length, (byte) 0);
        byte[] seen = seen(log);
        assertThatThrownBy(() -> Journal.open(log.disk(found), KEY, Optional.of(seen)))
                .hasMessageContaining("older than one that was seen here before");
    }

    /** A checkpoint over all of it that somebody else kept. */
    private static byte[] seen(Log log) throws IOException {
        try (Journal journal = open(log.disk(log.whole))) {
            return journal.checkpoint().getBytes(UTF_8);
        }
    }

    @Test
    void whatASnapshotStandsForIsNeverCutOff(@TempDir Path directory) throws IOException {
        Path saved = Files.createDirectories(directory.resolve("saved"));
        try (Journal journal = Journal.open(FileStorage.open(directory), KEY)) {
            append(journal, 0, 40);
            journal.snapshot(new Journal.Fold() {
                @Override
                public List<byte[]> sum() {
                    return List.of();
                }

                @Override
                public void entry(long index, byte[] entry) {}
            });
            for (String name : List.of("entries", "checkpoint", "snapshot")) {
                Files.copy(directory.resolve(name), saved.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        byte[] found = Files.readAllBytes(saved.resolve("entries"));
        for (int kept = 0; kept < found.length; kept += 97) {
            Files.write(saved.resolve("entries"), Arrays.copyOf(found, kept));
            assertThatThrownBy(() -> Journal.open(FileStorage.open(saved), KEY))
                    .hasMessageContaining("but the snapshot goes on");
        }
    }

    @Test
    void aHoleInAPartThatWasClosedIsRefused(@TempDir Path directory) throws IOException {
        byte[] signed;
        try (Journal journal = Journal.open(FileStorage.open(directory, 2000), KEY)) {
            signed = journal.checkpoint().getBytes(UTF_8);
            append(journal, 0, 60);
        }
        Files.write(directory.resolve("checkpoint"), signed);
        for (Path part : Segments.older(directory)) {
            byte[] whole = Files.readAllBytes(part);
            for (int at = 0; at + SECTOR < whole.length; at += SECTOR) {
                byte[] found = whole.clone();
                Arrays.fill(found, at, at + SECTOR, (byte) 0);
                Files.write(part, found);
                assertThatThrownBy(() -> Journal.open(FileStorage.open(directory, 2000), KEY))
                        .isInstanceOf(JournalException.class)
                        .hasMessageMatching("entries .* at offset \\d+.*");
                assertThat(Files.readAllBytes(part)).isEqualTo(found);
            }
            Files.write(part, whole);
        }
        Journal.open(FileStorage.open(directory, 2000), KEY).close();
    }

    @Test
    void anythingElseThanZerosInWholeSectorsIsRefused() throws IOException {
        Log log = log(3, 60);
        Random random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            byte[] found = log.whole.clone();
            int at = log.from + random.nextInt(found.length - log.from - 2 * SECTOR);
            switch (i % 3) {
                // One bit, anywhere.
                case 0 -> found[at] ^= (byte) (1 << random.nextInt(8));
                // A sector of something else.
                case 1 -> {
                    byte[] garbage = new byte[SECTOR];
                    random.nextBytes(garbage);
                    System.arraycopy(garbage, 0, found, (at / SECTOR + 1) * SECTOR, SECTOR);
                }
                // Zeros that neither begin nor end where a sector does.
                default -> {
                    int begin = at / SECTOR * SECTOR + SECTOR + 40 + random.nextInt(100);
                    Arrays.fill(found, begin, begin + 200, (byte) 0);
                }
            }
            MemoryStorage disk = log.disk(found);
            assertThatThrownBy(() -> open(disk))
                    .isInstanceOf(JournalException.class)
                    .hasMessageMatching("entries .* at offset \\d+");
            assertThat(disk.durable()).isEqualTo(found);
        }
    }
}
