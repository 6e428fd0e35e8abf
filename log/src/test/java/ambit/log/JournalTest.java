package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.SigningKey;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final LogKey KEY = new LogKey("ambit/test", SigningKey.generate());

    @TempDir
    Path directory;

    private Journal open() throws IOException {
        return Journal.open(FileStorage.open(directory), KEY);
    }

    private static List<String> texts(Journal journal) {
        List<String> texts = new ArrayList<>();
        journal.forEach((_, entry) -> texts.add(new String(entry, UTF_8)));
        return texts;
    }

    private static void append(Journal journal, int from, int to) {
        long last = -1;
        for (int i = from; i < to; i++) {
            last = journal.append(("entry " + i).getBytes(UTF_8));
        }
        journal.awaitDurable(last);
    }

    @Test
    void entriesAreThereInOrderAfterReopening() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 300);
            assertThat(texts(journal)).hasSize(300).startsWith("entry 0", "entry 1");
        }
        try (Journal journal = open()) {
            append(journal, 300, 310);
            assertThat(journal.size()).isEqualTo(310);
            assertThat(texts(journal)).hasSize(310).endsWith("entry 309");
            assertThat(journal.recoveredFrom()).isZero();
        }
    }

    @Test
    void aLogThatDoesNotContinueWhatWasSeenOfItIsRefused() throws IOException {
        byte[] seen;
        try (Journal journal = open()) {
            append(journal, 0, 5);
            seen = journal.checkpoint().getBytes(UTF_8);
            append(journal, 5, 7);
        }
        Journal.open(FileStorage.open(directory), KEY, Optional.of(seen)).close();
        Path other = directory.resolve("other");
        try (Journal journal = Journal.open(FileStorage.open(other), KEY)) {
            append(journal, 0, 4);
        }
        assertThatThrownBy(() -> Journal.open(FileStorage.open(other), KEY, Optional.of(seen)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("older");
        try (Journal journal = Journal.open(FileStorage.open(other), KEY)) {
            append(journal, 3, 6);
        }
        assertThatThrownBy(() -> Journal.open(FileStorage.open(other), KEY, Optional.of(seen)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("not those that the checkpoint was signed over");
    }

    @Test
    void theRootIsTheOneOfRfc6962() {
        // The reference roots of certificate-transparency's tree of eight leaves.
        String[] leaves = {
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
        };
        String[] roots = {
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        };
        MerkleRange tree = new MerkleRange();
        assertThat(tree.head().root().toHex()).startsWith("e3b0c44298fc1c14");
        for (int i = 0; i < leaves.length; i++) {
            tree.add(MerkleRange.leaf().digest(HexFormat.of().parseHex(leaves[i])));
            assertThat(tree.head().root().toHex()).isEqualTo(roots[i]);
        }
    }

    @Test
    void theRootAgreesWithTheRecursiveDefinitionAtEverySize() {
        MerkleRange tree = new MerkleRange();
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] leaf = MerkleRange.leaf().digest(new byte[] {(byte) i, 1});
            leaves.add(leaf);
            tree.add(leaf);
            assertThat(tree.head().root()).isEqualTo(Blob.of(recursive(leaves)));
        }
    }

    private static byte[] recursive(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        var digest = Sha256.fresh();
        digest.update((byte) 1);
        digest.update(recursive(leaves.subList(0, split)));
        return digest.digest(recursive(leaves.subList(split, leaves.size())));
    }

    @Test
    void aSecondOpenerIsRefused() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 1);
            assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("in use");
        }
        open().close();
    }

    @Test
    void aTornTailIsCutAtEveryOffsetOfTheLastRecord() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 5);
        }
        Path saved = saved();
        int whole = (int) Files.size(saved.resolve("entries"));
        int record = 4 + "entry 0".length() + 32;
        byte[] longer = withOneMore(saved);
        for (int length = whole; length < whole + record; length++) {
            restore(saved);
            Files.write(directory.resolve("entries"), Arrays.copyOf(longer, length));
            try (Journal journal = open()) {
                assertThat(journal.size()).isEqualTo(5);
                assertThat(journal.recoveredFrom()).isEqualTo(length - whole);
                assertThat(Files.size(directory.resolve("entries"))).isEqualTo(whole);
                append(journal, 5, 6);
                assertThat(texts(journal)).hasSize(6);
            }
        }
    }

    private byte[] withOneMore(Path saved) throws IOException {
        restore(saved);
        try (Journal journal = open()) {
            append(journal, 5, 6);
        }
        return Files.readAllBytes(directory.resolve("entries"));
    }

    @Test
    void everyFlippedBitRefusesToOpenWithOneSentence() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 20);
        }
        Path saved = saved();
        byte[] entries = Files.readAllBytes(saved.resolve("entries"));
        Random random = new Random(7);
        for (int i = 0; i < 150; i++) {
            restore(saved);
            byte[] flipped = entries.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(directory.resolve("entries"), flipped);
            // The checkpoint is taken away from the defence: what it signs is older than the flip.
            Files.write(directory.resolve("checkpoint"), emptyCheckpoint());
            assertThatThrownBy(this::open)
                    .isInstanceOf(JournalException.class)
                    .hasMessageMatching("entries .* at offset \\d+");
        }
    }

    private static byte[] emptyCheckpoint() {
        return new Checkpoint(KEY.origin(), new MerkleRange().head(), 0)
                .note(KEY)
                .toString()
                .getBytes(UTF_8);
    }

    @Test
    void aLogShorterThanItsCheckpointRefusesToOpen() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 20);
        }
        Path entries = directory.resolve("entries");
        byte[] whole = Files.readAllBytes(entries);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(entries, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::open)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("the checkpoint was signed over 20");
            assertThat(Files.size(entries)).isEqualTo(length);
        }
        Files.write(entries, whole);
        open().close();
    }

    @Test
    void aLogRewrittenWithCorrectChainsIsCaughtByItsCheckpoint() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 20);
        }
        byte[] signed = Files.readAllBytes(directory.resolve("checkpoint"));
        Files.delete(directory.resolve("entries"));
        Files.delete(directory.resolve("checkpoint"));
        try (Journal journal = open()) {
            append(journal, 1, 40);
        }
        Files.write(directory.resolve("checkpoint"), signed);
        assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("signed over");
    }

    @Test
    void aMissingForeignOrAlteredCheckpointRefusesToOpen() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 3);
        }
        Path file = directory.resolve("checkpoint");
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            Files.write(file, bad);
            assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("checkpoint");
        }
        LogKey stranger = new LogKey("ambit/test", SigningKey.generate());
        Files.write(
                file,
                new Checkpoint("ambit/test", new MerkleRange().head(), 0)
                        .note(stranger)
                        .toString()
                        .getBytes(UTF_8));
        assertThatThrownBy(this::open).hasMessageContaining("not signed with the core's key");
        Files.delete(file);
        assertThatThrownBy(this::open).hasMessageContaining("checkpoint is missing");
    }

    @Test
    void aLogWhoseKeyChangedOpensWithWhatTheFormerKeySignedAndGoesOnWithTheNew() throws IOException {
        String floor;
        try (Journal journal = open()) {
            append(journal, 0, 3);
            floor = journal.checkpoint();
        }
        SigningKey next = SigningKey.generate();
        LogKey withoutFormer = new LogKey("ambit/test", next);
        assertThatThrownBy(() -> Journal.open(FileStorage.open(directory), withoutFormer))
                .hasMessageContaining("not signed with the core's key");
        LogKey successor = new LogKey("ambit/test", next, List.of(KEY.key().publicKey()));
        Optional<byte[]> seen = Optional.of(floor.getBytes(UTF_8));
        try (Journal journal = Journal.open(FileStorage.open(directory), successor, seen)) {
            append(journal, 3, 4);
            String note = journal.checkpoint();
            assertThat(Checkpoint.open(
                            note.getBytes(UTF_8),
                            "ambit/test",
                            List.of(VerifierKey.ed25519("ambit/test", next.publicKey()))))
                    .isEqualTo(new Checkpoint("ambit/test", headOver("entry 0", "entry 1", "entry 2", "entry 3"), 0));
        }
        assertThatThrownBy(this::open).hasMessageContaining("not signed with the core's key");
    }

    @Test
    void theCheckpointIsASignedNoteThatNamesSizeAndRoot() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 3);
            String note = journal.checkpoint();
            assertThat(note).startsWith("ambit/test\n3\n").contains("\n\n— ambit/test ");
            assertThat(directory.resolve("checkpoint")).hasContent(note);
            assertThat(Checkpoint.open(note.getBytes(UTF_8), "ambit/test", KEY.accepted()))
                    .isEqualTo(new Checkpoint("ambit/test", headOver("entry 0", "entry 1", "entry 2"), 0));
        }
    }

    private static Head headOver(String... entries) {
        MerkleRange tree = new MerkleRange();
        for (String entry : entries) {
            tree.add(MerkleRange.leaf().digest(entry.getBytes(UTF_8)));
        }
        return tree.head();
    }

    @Test
    void requestedCheckpointsAreWrittenSoonAndAtTheEnd() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 3);
            journal.requestCheckpoint();
            append(journal, 3, 5);
        }
        assertThat(Files.readString(directory.resolve("checkpoint"))).startsWith("ambit/test\n5\n");
    }

    @Test
    void aFailedWriteOrSyncIsFinalAndNothingIsTriedAgain() throws IOException {
        for (boolean write : new boolean[] {true, false}) {
            for (int after = 0; after < 6; after++) {
                MemoryStorage storage = new MemoryStorage();
                Journal journal = Journal.open(storage, KEY);
                if (write) {
                    storage.failWriteAfter(after);
                } else {
                    storage.failSyncAfter(after);
                }
                int durable = appendUntilRefused(journal);
                assertThat(durable).isEqualTo(after);
                assertThatThrownBy(() -> journal.append(new byte[1])).isInstanceOf(JournalException.class);
                assertThatThrownBy(() -> journal.awaitDurable(6)).isInstanceOf(JournalException.class);
                assertThatThrownBy(journal::checkpoint).isInstanceOf(JournalException.class);
                journal.close();
                assertThat(storage.operationsAfterFailure()).isZero();
                assertThat(storage.durable()).hasSize(after * (4 + "entry 0".length() + 32));
            }
        }
    }

    private static int appendUntilRefused(Journal journal) {
        for (int i = 0; i < 10; i++) {
            try {
                append(journal, i, i + 1);
            } catch (JournalException e) {
                return i;
            }
        }
        return 10;
    }

    @Test
    void entriesOfManyThreadsShareSyncsAndAllArrive() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        AtomicInteger unexpected = new AtomicInteger();
        try (Journal journal = open()) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int first = t * 100;
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        for (int i = first; i < first + 100; i++) {
                            append(journal, i, i + 1);
                        }
                    } catch (InterruptedException | RuntimeException e) {
                        unexpected.incrementAndGet();
                    }
                }));
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(unexpected).hasValue(0);
            assertThat(texts(journal)).doesNotHaveDuplicates().hasSize(800);
        }
        try (Journal journal = open()) {
            assertThat(journal.size()).isEqualTo(800);
        }
    }

    @Test
    void whoWaitsForTheDiskLearnsThatItFailed() throws Exception {
        MemoryStorage storage = new MemoryStorage();
        Journal journal = Journal.open(storage, KEY);
        storage.failSyncAfter(0);
        AtomicInteger refused = new AtomicInteger();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waiting.add(Thread.ofPlatform().start(() -> {
                try {
                    append(journal, 0, 1);
                } catch (JournalException e) {
                    refused.incrementAndGet();
                }
            }));
        }
        for (Thread thread : waiting) {
            thread.join();
        }
        assertThat(refused).hasValue(8);
        assertThatThrownBy(journal::checkpoint).isInstanceOf(JournalException.class);
    }

    @Test
    void aDiskThatCannotBeReadRefusesToOpenInOneSentenceAndIsLetGo() throws IOException {
        MemoryStorage storage = new MemoryStorage();
        try (Journal journal = Journal.open(storage, KEY)) {
            append(journal, 0, 3);
        }
        storage.failReads();
        assertThatThrownBy(() -> Journal.open(storage, KEY))
                .isInstanceOf(IOException.class)
                .hasMessage("the log cannot be recovered: Input/output error");
        assertThat(storage.operations()).endsWith("close");
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsSaidInOneSentence() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> FileStorage.open(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is not a directory, and the log is to be one");
    }

    @Test
    void entriesUpToTheLimitAreTakenAndLargerOnesRefused() throws IOException {
        try (Journal journal = open()) {
            for (int i = 0; i < 9; i++) {
                journal.append(new byte[Journal.MAX_ENTRY]);
            }
            journal.append(new byte[0]);
            assertThatThrownBy(() -> journal.append(new byte[Journal.MAX_ENTRY + 1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        try (Journal journal = open()) {
            assertThat(journal.size()).isEqualTo(10);
        }
    }

    @Test
    void aClosedJournalRefuses() throws IOException {
        Journal journal = open();
        journal.close();
        assertThatThrownBy(() -> journal.append(new byte[1])).hasMessageContaining("closed");
    }

    private Path saved() throws IOException {
        Path saved = Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-saved"));
        copy(directory, saved);
        return saved;
    }

    private void restore(Path saved) throws IOException {
        copy(saved, directory);
    }

    private static void copy(Path from, Path to) throws IOException {
        for (String name : List.of("entries", "checkpoint")) {
            Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
