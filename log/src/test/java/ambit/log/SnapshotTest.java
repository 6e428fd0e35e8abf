package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of a log, and where a start begins. */
class SnapshotTest {
    private static final LogKey KEY = new LogKey("ambit/test", SigningKey.generate());

    /** Bytes of a part: some twenty entries. */
    private static final long PART = 1000;

    @TempDir
    Path directory;

    /** Adds up the texts that it is given: by their concatenation. */
    private static final class Words implements Journal.Fold {
        private final List<String> words = new ArrayList<>();
        private int read;

        @Override
        public void entry(long index, byte[] entry) {
            words.addAll(List.of(new String(entry, UTF_8).split(",", -1)));
            read += index < 0 ? 0 : 1;
        }

        @Override
        public List<byte[]> sum() {
            return List.of(String.join(",", words).getBytes(UTF_8));
        }
    }

    private Journal open() throws IOException {
        return open(Optional.empty());
    }

    private Journal open(Optional<byte[]> floor) throws IOException {
        return Journal.open(FileStorage.open(directory, PART), KEY, floor);
    }

    private static void append(Journal journal, int from, int to) {
        for (int i = from; i < to; i++) {
            journal.awaitDurable(journal.append(("entry " + i).getBytes(UTF_8)));
        }
    }

    private static Words words(Journal journal) {
        Words words = new Words();
        journal.forEach(words);
        return words;
    }

    private void write(int entries) throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, entries);
        }
    }

    /** One hundred entries with a snapshot of the first sixty. */
    private void writeWithSnapshot() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 60);
            journal.snapshot(new Words());
            append(journal, 60, 100);
        }
    }

    private void assertWhole(Journal journal, int read) {
        Words words = words(journal);
        assertThat(words.words).hasSize(100).startsWith("entry 0", "entry 1").endsWith("entry 98", "entry 99");
        assertThat(words.read).isEqualTo(read);
        assertThat(journal.size()).isEqualTo(100);
        assertThat(journal.sinceSnapshot()).isEqualTo(read);
    }

    @Test
    void aLogGoesOnInNewPartsAndIsReadInOrder() throws IOException {
        write(100);
        assertThat(Segments.older(directory)).hasSizeBetween(4, 6);
        try (Journal journal = open()) {
            assertWhole(journal, 100);
            assertThat(Checkpoint.unverified(journal.checkpoint().getBytes(UTF_8))
                            .head())
                    .isEqualTo(wholeHead());
        }
    }

    private Head wholeHead() throws IOException {
        try (Segments entries = Segments.open(directory)) {
            Records records = new Records(entries, List.of());
            records.walk(entries.length(), (_, _) -> {});
            return records.head();
        }
    }

    @Test
    void eachMissingOrShortenedPartIsRefused() throws IOException {
        write(100);
        List<Path> older = Segments.older(directory);
        for (Path part : older) {
            byte[] bytes = Files.readAllBytes(part);
            Files.delete(part);
            assertThatThrownBy(this::open).isInstanceOf(JournalException.class);
            for (int length : List.of(0, 1, bytes.length / 2, bytes.length - 1)) {
                Files.write(part, Arrays.copyOf(bytes, length));
                assertThatThrownBy(this::open).isInstanceOf(JournalException.class);
            }
            Files.write(part, bytes);
        }
        try (Journal journal = open()) {
            assertWhole(journal, 100);
        }
    }

    @Test
    void aPartThatWasJustBegunWhenTheMachineStoppedIsBegunAgain() throws IOException {
        write(100);
        Path newest = directory.resolve("entries");
        long begin = Segments.begin(Segments.older(directory).getLast())
                + Files.size(Segments.older(directory).getLast());
        Files.move(newest, directory.resolve(Segments.older(begin)));
        try (Journal journal = open()) {
            append(journal, 100, 101);
            assertThat(words(journal).words).hasSize(101);
        }
    }

    @Test
    void aStartReadsOnlyWhatFollowsTheSnapshotAndStandsAtTheSameRoot() throws IOException {
        writeWithSnapshot();
        Head whole = wholeHead();
        try (Journal journal = open()) {
            assertWhole(journal, 40);
            assertThat(Checkpoint.unverified(journal.checkpoint().getBytes(UTF_8))
                            .head())
                    .isEqualTo(whole);
            append(journal, 100, 110);
            journal.snapshot(new Words());
        }
        try (Journal journal = open()) {
            assertThat(words(journal).read).isZero();
            assertThat(words(journal).words).hasSize(110);
        }
    }

    @Test
    void whatStandsBeforeTheSnapshotMayBeArchived() throws IOException {
        writeWithSnapshot();
        Path first = Segments.older(directory).getFirst();
        Path archived = directory.resolveSibling(first.getFileName());
        Files.move(first, archived, StandardCopyOption.REPLACE_EXISTING);
        try (Journal journal = open()) {
            assertWhole(journal, 40);
        }
        Files.delete(directory.resolve("snapshot"));
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("put the archived files back");
        Files.move(archived, first);
        try (Journal journal = open()) {
            assertWhole(journal, 100);
        }
    }

    @Test
    void everyFlippedBitOfASnapshotIsNoticedAndAllEntriesAreReadInstead() throws IOException {
        writeWithSnapshot();
        byte[] snapshot = Files.readAllBytes(directory.resolve("snapshot"));
        for (int bit = 0; bit < 8 * snapshot.length; bit += 7) {
            byte[] flipped = snapshot.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(directory.resolve("snapshot"), flipped);
            try (Journal journal = open()) {
                assertWhole(journal, 100);
            }
        }
        Files.write(directory.resolve("snapshot"), Arrays.copyOf(snapshot, snapshot.length - 1));
        try (Journal journal = open()) {
            assertWhole(journal, 100);
        }
    }

    @Test
    void aSnapshotOfAnotherLogOrByAnotherKeyIsOfNoUse() throws IOException {
        writeWithSnapshot();
        for (LogKey other :
                List.of(new LogKey("ambit/other", KEY.key()), new LogKey(KEY.origin(), SigningKey.generate()))) {
            Path elsewhere = Files.createTempDirectory(directory, "other");
            try (Journal journal = Journal.open(FileStorage.open(elsewhere), other)) {
                append(journal, 200, 210);
                journal.snapshot(new Words());
            }
            Files.copy(
                    elsewhere.resolve("snapshot"), directory.resolve("snapshot"), StandardCopyOption.REPLACE_EXISTING);
            try (Journal journal = open()) {
                assertWhole(journal, 100);
            }
        }
    }

    @Test
    void everyFlippedBitBehindTheSnapshotRefusesToOpen() throws IOException {
        writeWithSnapshot();
        Path newest = directory.resolve("entries");
        byte[] entries = Files.readAllBytes(newest);
        for (int bit = 0; bit < 8 * entries.length; bit++) {
            byte[] flipped = entries.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(newest, flipped);
            assertThatThrownBy(this::open).isInstanceOf(JournalException.class);
        }
    }

    @Test
    void anOlderSnapshotIsHarmlessAndANewerOneThanTheEntriesIsRefused() throws IOException {
        writeWithSnapshot();
        byte[] older = Files.readAllBytes(directory.resolve("snapshot"));
        Path saved = Files.createTempDirectory(directory, "saved");
        copy(directory, saved);
        try (Journal journal = open()) {
            append(journal, 100, 150);
            journal.snapshot(new Words());
        }
        byte[] newer = Files.readAllBytes(directory.resolve("snapshot"));
        Files.write(directory.resolve("snapshot"), older);
        try (Journal journal = open()) {
            assertThat(words(journal).words).hasSize(150);
        }
        Files.write(saved.resolve("snapshot"), newer);
        assertThatThrownBy(() -> Journal.open(FileStorage.open(saved, PART), KEY))
                .hasMessageContaining("but the snapshot goes on");
    }

    @Test
    void aSnapshotThatContradictsTheEntriesIsRefused() throws IOException {
        writeWithSnapshot();
        Path fork = Files.createTempDirectory(directory, "fork");
        try (Journal journal = Journal.open(FileStorage.open(fork, PART), KEY)) {
            append(journal, 300, 360);
            journal.snapshot(new Words());
        }
        Files.copy(fork.resolve("snapshot"), directory.resolve("snapshot"), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::open).isInstanceOf(JournalException.class);
    }

    @Test
    void anOlderStateWithItsSnapshotIsNoticedByWhoeverKeptANewerCheckpoint() throws IOException {
        writeWithSnapshot();
        Path saved = Files.createTempDirectory(directory, "saved");
        copy(directory, saved);
        byte[] seen;
        try (Journal journal = open()) {
            append(journal, 100, 101);
            seen = journal.checkpoint().getBytes(UTF_8);
        }
        open(Optional.of(seen)).close();
        assertThatThrownBy(() -> Journal.open(FileStorage.open(saved, PART), KEY, Optional.of(seen)))
                .hasMessageContaining("older than one that was seen here before");
        Journal.open(FileStorage.open(saved, PART), KEY).close();
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path part : Segments.older(from)) {
            Files.copy(part, to.resolve(part.getFileName()));
        }
        for (String name : List.of("entries", "checkpoint", "snapshot")) {
            Files.copy(from.resolve(name), to.resolve(name));
        }
    }
}
