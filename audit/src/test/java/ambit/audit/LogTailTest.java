package ambit.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    private static final SigningKey CORE = SigningKey.generate();
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir
    Path directory;

    private final List<Long> seen = new ArrayList<>();

    private Journal open() throws IOException {
        return Journal.open(FileStorage.open(directory), new LogKey("ambit/test", CORE));
    }

    private static void add(Journal journal, int from, int to) {
        for (int i = from; i < to; i++) {
            Entry entry = new Entry.Stopped(i, "transaction " + i, "x".repeat(i % 900));
            journal.awaitDurable(journal.append(Entry.encode(entry)));
        }
    }

    private void read(LogTail tail, int most) throws IOException {
        int[] left = {most};
        tail.read(tail.sync(), (index, entry, leaf) -> {
            assertThat(entry.atMs()).isEqualTo(index);
            byte[] prefixed = new byte[Entry.encode(entry).length + 1];
            System.arraycopy(Entry.encode(entry), 0, prefixed, 1, prefixed.length - 1);
            assertThat(leaf).isEqualTo(Blob.of(prefixed).sha256());
            seen.add(index);
            return --left[0] > 0;
        });
    }

    @Test
    void eachEntryIsReadOnceWhileTheLogGrowsAndFromAPlaceThatWasReachedBefore() throws IOException {
        try (Journal journal = open();
                LogTail tail = LogTail.open(directory, LogTail.Place.START)) {
            add(journal, 0, 700);
            read(tail, 300);
            read(tail, ALL);
            read(tail, ALL);
            add(journal, 700, 1000);
            try (LogTail other = LogTail.open(directory, tail.place())) {
                read(other, ALL);
                assertThat(other.place().index()).isEqualTo(1000);
            }
            assertThat(LogVerifier.verify(directory, CORE.publicKey()))
                    .isInstanceOfSatisfying(
                            LogVerifier.Intact.class,
                            it -> assertThat(it.end().index()).isEqualTo(1000));
        }
        assertThat(seen).hasSize(1000).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aRecordThatIsBeingWrittenIsReadWhenItIsComplete() throws IOException {
        try (Journal journal = open()) {
            add(journal, 0, 20);
        }
        Path file = directory.resolve("entries");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 5));
        try (LogTail tail = LogTail.open(directory, LogTail.Place.START)) {
            read(tail, ALL);
            assertThat(seen).hasSize(19);
            // What a crash left of the last record is cut off, and another one takes its place.
            Files.write(file, Arrays.copyOf(whole, (int) tail.place().offset()));
            Files.delete(directory.resolve("checkpoint"));
            Files.write(file, whole);
            read(tail, ALL);
            assertThat(seen).hasSize(20);
        }
    }

    @Test
    void aLogThatDoesNotContinueWhatWasReadIsRefused() throws IOException {
        LogTail.Place place;
        try (Journal journal = open();
                LogTail tail = LogTail.open(directory, LogTail.Place.START)) {
            add(journal, 0, 20);
            read(tail, 10);
            place = tail.place();
        }
        Path file = directory.resolve("entries");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, 100));
        assertThatThrownBy(() -> LogTail.open(directory, place))
                .isInstanceOf(JournalException.class)
                .hasMessage("the log is shorter than when #9 was read of it");
        whole[(int) place.offset() - 1] ^= 1;
        Files.write(file, whole);
        assertThatThrownBy(() -> LogTail.open(directory, place))
                .isInstanceOf(JournalException.class)
                .hasMessage("the log is not the one that was read up to #9");
        whole[(int) place.offset() - 1] ^= 1;
        try (RandomAccessFile changed = new RandomAccessFile(file.toFile(), "rw")) {
            changed.write(whole);
            changed.seek(place.offset() + 10);
            changed.write(whole[(int) place.offset() + 10] ^ 1);
        }
        try (LogTail tail = LogTail.open(directory, place)) {
            assertThatThrownBy(() -> read(tail, ALL))
                    .isInstanceOf(JournalException.class)
                    .hasMessage("the log does not match its hash chain at #10");
        }
    }
}
