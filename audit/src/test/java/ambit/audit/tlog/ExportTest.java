package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.LogVerifier.Intact;
import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {
    private final SampleLog core = new SampleLog();

    @TempDir
    private Path directory;

    private Path export() {
        return directory.resolve("export");
    }

    private Export.Exported update(Path log) throws IOException {
        return new Export(export()).update(log, core.trusted(), Optional.empty());
    }

    @Test
    void anExportGrowsWithItsLogAndIsIntactAtEverySize() throws Exception {
        Path log = directory.resolve("log");
        long before = 0;
        for (int size : List.of(2, 3, 255, 256, 257, 512, 700)) {
            core.write(log, core.entries(size));
            assertThat(update(log)).isEqualTo(new Export.Exported(before, size));
            assertThat(ExportVerifier.read(TileSource.directory(export()), core.trusted(), List.of(), (_, _, _) -> {}))
                    .isInstanceOfSatisfying(
                            Intact.class, it -> assertThat(it.signed()).isEqualTo(size));
            before = size;
        }
        assertThat(export().resolve("tile/0/000")).hasSize(8192);
        assertThat(export().resolve("tile/0/002.p/188")).hasSize(188 * 32);
        assertThat(export().resolve("tile/1/000.p/2")).hasSize(64);
        assertThat(export().resolve("tile/entries/001")).exists();
    }

    @Test
    void wholeTilesAreWrittenOnce() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        update(log);
        Object first = Files.getAttribute(export().resolve("tile/0/000"), "unix:ino");
        core.write(log, core.entries(301));
        update(log);
        assertThat(Files.getAttribute(export().resolve("tile/0/000"), "unix:ino"))
                .isEqualTo(first);
    }

    @Test
    void anExportDoesNotGoOnWithALogThatIsNotItsContinuation() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        update(log);
        String published = Files.readString(export().resolve("checkpoint"));
        List<byte[]> entries = core.entries(400);
        entries.set(5, SampleLog.event(7, "forged"));
        Path forged = core.write(directory.resolve("forged"), entries);
        assertThatThrownBy(() -> update(forged)).isInstanceOf(JournalException.class);
        Path shorter = core.write(directory.resolve("shorter"), core.entries(299));
        assertThatThrownBy(() -> update(shorter)).isInstanceOf(JournalException.class);
        assertThat(export().resolve("checkpoint")).hasContent(published);
        core.write(log, core.entries(400));
        update(log);
        assertThat(ExportVerifier.read(TileSource.directory(export()), core.trusted(), List.of(), (_, _, _) -> {}))
                .isInstanceOf(Intact.class);
    }

    @Test
    void whatACrashLeavesBeforeTheCheckpointIsReplacedIsStillTheOldExport() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        update(log);
        byte[] old = Files.readAllBytes(export().resolve("checkpoint"));
        core.write(log, core.entries(700));
        update(log);
        Files.write(export().resolve("checkpoint"), old);
        Files.writeString(export().resolve("checkpoint.new"), "torn");
        assertThat(ExportVerifier.read(TileSource.directory(export()), core.trusted(), List.of(), (_, _, _) -> {}))
                .isInstanceOfSatisfying(
                        Intact.class, it -> assertThat(it.signed()).isEqualTo(300));
        assertThat(update(log)).isEqualTo(new Export.Exported(300, 700));
    }

    @Test
    void theNamesOfTilesAreThoseOfTheSpecification() {
        assertThat(new Tile(0, 1_234_067, 256).path()).isEqualTo("tile/0/x001/x234/067");
        assertThat(new Tile(Tile.ENTRIES, 273, 112).path()).isEqualTo("tile/entries/273.p/112");
        List<Tile> tiles = Tile.all(70_000);
        assertThat(tiles.stream().filter(it -> it.width() == 256)).hasSize(274);
        assertThat(tiles).contains(new Tile(0, 273, 112), new Tile(1, 1, 17), new Tile(2, 0, 1));
        assertThat(Tile.all(256)).containsExactly(new Tile(0, 0, 256), new Tile(1, 0, 1));
    }

    /** The definition of RFC 6962 §2.1, word by word. */
    private static Blob root(List<Blob> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int k = Integer.highestOneBit(leaves.size() - 1);
        return Merkle.node(root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    @Test
    void everyProofFromTilesHoldsAndReadsFewOfThem() throws Exception {
        int size = 70_001;
        TileWriter.Kept kept = new TileWriter.Kept();
        List<Blob> leaves = new java.util.ArrayList<>();
        for (int i = 0; i < size; i++) {
            byte[] entry = {(byte) i, (byte) (i >> 8), (byte) (i >> 16)};
            kept.add(i, entry);
            leaves.add(Merkle.leaf(entry));
        }
        TileSource source = kept.source();
        Blob root = root(leaves);
        AtomicInteger reads = new AtomicInteger();
        TileSource counted = path -> {
            reads.incrementAndGet();
            return source.read(path);
        };
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            int index = i == 0 ? 0 : i == 1 ? size - 1 : random.nextInt(size);
            reads.set(0);
            List<Blob> proof = new TileTree(counted, size).inclusion(index);
            assertThat(reads.get()).isLessThanOrEqualTo(6);
            assertThat(Merkle.includes(index, size, leaves.get(index), proof, root))
                    .isTrue();
            assertThat(Merkle.includes(index + 1, size, leaves.get(index), proof, root))
                    .isFalse();
            int old = 1 + random.nextInt(size);
            reads.set(0);
            List<Blob> growth = new TileTree(counted, size).consistency(old);
            assertThat(reads.get()).isLessThanOrEqualTo(6);
            Head head = new TileTree(source, size).head(old);
            assertThat(head.root()).isEqualTo(root(leaves.subList(0, old)));
            assertThat(Merkle.continues(old, head.root(), size, root, growth)).isTrue();
            assertThat(Merkle.continues(old, root, size, head.root(), growth)).isEqualTo(old == size);
        }
    }

    @Test
    void aProofThatOnlyReadsLikeOneIsNone() throws Exception {
        core.write(directory.resolve("log"), core.entries(3));
        update(directory.resolve("log"));
        String text = ExportVerifier.prove(TileSource.directory(export()), 1).toString();
        byte[] returns = text.replaceFirst("\nindex", "\r\nindex").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] notUtf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        notUtf8[text.indexOf(SampleLog.ORIGIN)] = (byte) 0xff;
        for (byte[] bytes : List.of(returns, notUtf8)) {
            assertThatThrownBy(() -> LogProof.parse(bytes))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("one spelling");
        }
    }

    @Test
    void aProofConvincesWhoHasTheKeyAloneAndAnyChangeOfItDoesNot() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        update(log);
        String text = ExportVerifier.prove(TileSource.directory(export()), 123).toString();
        assertThat(Prover.of(log, core.trusted(), SampleLog.checkpoint(log), (index, _) -> index == 123)
                        .prove(123))
                .hasToString(text);
        LogProof proof = LogProof.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        LogProof.Proved proved = proof.verify(core.verifiers(), List.of());
        assertThat(proved.checkpoint()).isEqualTo(Checkpoint.of(SampleLog.checkpoint(log)));
        assertThat(proved.signers()).hasSize(2);
        assertThat(proof.entry().toArray()).isEqualTo(core.entries(300).get(123));
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] flipped = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(7));
            assertThatThrownBy(() -> {
                        LogProof changed = LogProof.parse(flipped);
                        // A signature below another name is of nobody who is known; then one of the two is missing.
                        if (changed.verify(core.verifiers(), List.of())
                                        .signers()
                                        .size()
                                < 2) {
                            throw new JournalException("one of the signatures is gone");
                        }
                    })
                    .isInstanceOf(JournalException.class);
        }
        assertThatThrownBy(() -> proof.verify(new SampleLog().verifiers(), List.of()))
                .isInstanceOf(JournalException.class);
    }
}
