package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.audit.LogVerifier.Result;
import ambit.log.Checkpoint;
import ambit.log.note.Note;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An auditor who kept one checkpoint, over 300 entries of a log that has 600 now, finds every change of what it is over: by somebody who has the
 * disk, and by one who has the core's keys as well and signs the result. The controls: the honest log passes, and without the kept checkpoint
 * what the insider made passes too. The log is in one part, in parts, or in parts of which the first are in an archive; and it has a snapshot.
 */
class TamperingTest {
    private static final int KEPT = 300;
    private static final int SIZE = 600;
    private static final Map<String, UnaryOperator<List<byte[]>>> TAMPERINGS = Map.of(
            "drop",
                    entries -> {
                        entries.remove(100);
                        return entries;
                    },
            "swap",
                    entries -> {
                        entries.set(100, entries.set(101, entries.get(100)));
                        return entries;
                    },
            "edit",
                    entries -> {
                        entries.set(100, SampleLog.event(1100, "another"));
                        return entries;
                    },
            "re-date",
                    entries -> {
                        entries.set(100, SampleLog.event(999_999, "t100"));
                        return entries;
                    },
            "insert",
                    entries -> {
                        entries.add(100, SampleLog.event(1100, "t100"));
                        return entries;
                    },
            "truncate", entries -> entries.subList(0, KEPT - 1),
            "fork",
                    entries -> {
                        List<byte[]> fork = new ArrayList<>(entries.subList(0, 200));
                        for (int i = 200; i < SIZE; i++) {
                            fork.add(SampleLog.event(2000 + i, "f" + i));
                        }
                        return fork;
                    });

    private static final int SNAPSHOT = 450;
    private static final int[] PARTS = {120, 250, 400, 500};
    private static final int ARCHIVED = 2;

    /** Where the entries of the log are. */
    enum Layout {
        ONE_PART,
        PARTS,
        ARCHIVE
    }

    static Stream<Arguments> tamperings() {
        return Stream.of("drop", "swap", "edit", "re-date", "insert", "truncate", "fork")
                .flatMap(how -> Stream.of(Layout.values()).map(layout -> Arguments.of(how, layout)));
    }

    private final SampleLog core = new SampleLog();

    @TempDir
    private Path directory;

    private Path log = Path.of("");
    private Path archive = Path.of("");
    private Path older = Path.of("");
    private List<Note> kept = List.of();

    @BeforeEach
    void anAuditorKeepsACheckpointAndTheLogGoesOn() throws Exception {
        log = core.write(directory.resolve("log"), core.entries(200));
        older = directory.resolve("older");
        SampleLog.copy(log, older);
        core.write(log, core.entries(KEPT));
        kept = List.of(SampleLog.checkpoint(log));
        core.snapshot(log, core.entries(SIZE), SNAPSHOT);
        core.write(log, core.entries(SIZE));
        archive = directory.resolve("archive");
    }

    /** Has a log of one part as it would be there. */
    private void lay(Path log, Layout layout) throws IOException {
        if (layout != Layout.ONE_PART) {
            long size = Checkpoint.of(SampleLog.checkpoint(log)).head().size();
            SampleLog.split(log, Arrays.stream(PARTS).filter(it -> it < size).toArray());
        }
        if (layout == Layout.ARCHIVE) {
            SampleLog.archive(log, archive, ARCHIVED);
        }
    }

    private List<byte[]> tampered(String how) {
        return Objects.requireNonNull(TAMPERINGS.get(how)).apply(core.entries(SIZE));
    }

    private Result verify(Path log, List<Note> since) {
        return LogVerifier.read(
                log,
                Files.exists(archive) ? Optional.of(archive) : Optional.empty(),
                core.trusted(),
                since,
                (_, _, _) -> {});
    }

    private Result verifyExport(Path log, List<Note> since) throws Exception {
        Path export = Files.createTempDirectory(directory, "export");
        new Export(export)
                .update(
                        log,
                        Files.exists(archive) ? Optional.of(archive) : Optional.empty(),
                        core.trusted(),
                        Optional.empty());
        return ExportVerifier.read(TileSource.directory(export), core.trusted(), since, (_, _, _) -> {});
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void theHonestLogContinuesWhatWasKept(Layout layout) throws Exception {
        lay(log, layout);
        assertThat(verify(log, kept)).isInstanceOf(Intact.class);
        assertThat(verifyExport(log, kept)).isInstanceOf(Intact.class);
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void whoeverHasTheDiskIsFound(String how, Layout layout) throws Exception {
        Path forged = directory.resolve("forged");
        core.write(forged, tampered(how));
        lay(forged, layout);
        // Everything is as a core would write it, but only what was there before is signed by one.
        for (String signed : List.of("checkpoint", "snapshot")) {
            Files.copy(log.resolve(signed), forged.resolve(signed), StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(verify(forged, List.of())).isInstanceOf(Broken.class);
        assertThat(verify(forged, kept)).isInstanceOf(Broken.class);
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void whoeverHasTheKeysAsWellIsFoundByWhatWasKeptAndByNothingElse(String how, Layout layout) throws Exception {
        Path forged = directory.resolve("forged");
        core.snapshot(forged, tampered(how), Math.min(SNAPSHOT, tampered(how).size()));
        core.write(forged, tampered(how));
        lay(forged, layout);
        assertThat(verify(forged, List.of())).isInstanceOf(Intact.class);
        assertThat(verify(forged, kept)).isInstanceOf(Broken.class);
        assertThat(verifyExport(forged, List.of())).isInstanceOf(Intact.class);
        assertThat(verifyExport(forged, kept)).isInstanceOf(Broken.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop", "swap", "edit", "re-date", "insert", "truncate", "fork"})
    void whatIsLeftWithoutTheArchiveNeverPassesForWhatWasKept(String how) throws Exception {
        Path forged = directory.resolve("forged");
        core.snapshot(forged, tampered(how), Math.min(SNAPSHOT, tampered(how).size()));
        core.write(forged, tampered(how));
        lay(forged, Layout.ARCHIVE);
        assertThat(LogVerifier.read(forged, core.trusted(), kept, (_, _, _) -> {}))
                .isInstanceOf(Broken.class);
    }

    @Test
    void everyChangeOfAnArchivedPartIsFound() throws Exception {
        lay(log, Layout.ARCHIVE);
        Path first = archive.resolve("entries.%016d.gz".formatted(0));
        Path second = archive.resolve("entries.%016d.gz".formatted(unpacked(first).length));
        byte[] good = unpacked(first);
        byte[] flipped = good.clone();
        flipped[good.length / 2] ^= 1;
        int record = 36 + ByteBuffer.wrap(good).getInt();
        for (byte[] bad : List.of(
                flipped,
                Arrays.copyOf(good, good.length - 1),
                Arrays.copyOfRange(good, record, good.length),
                unpacked(second),
                new byte[0])) {
            pack(bad, first);
            assertThat(verify(log, List.of())).isInstanceOf(Broken.class);
            assertThat(verify(log, kept)).isInstanceOf(Broken.class);
        }
        Files.write(first, new byte[] {1, 2, 3});
        assertThat(verify(log, List.of())).isInstanceOf(Broken.class);
        Files.delete(first);
        // What is left says from where on it is all there, and that what was kept cannot be compared.
        assertThat(verify(log, List.of()))
                .isInstanceOfSatisfying(
                        Intact.class, it -> assertThat(it.unseen()).isEqualTo(PARTS[0] + 1));
        assertThat(verify(log, kept)).isInstanceOf(Broken.class);
        pack(good, first);
        Files.delete(second);
        assertThat(verify(log, List.of())).isInstanceOf(Broken.class);
    }

    private static byte[] unpacked(Path file) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static void pack(byte[] bytes, Path file) throws IOException {
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(bytes);
        }
    }

    @Test
    void everyChangeOfTheSnapshotIsFoundWhereTheLogBeginsWithIt() throws Exception {
        lay(log, Layout.ARCHIVE);
        Path file = log.resolve("snapshot");
        byte[] good = Files.readAllBytes(file);
        assertThat(withoutArchive(log)).isInstanceOf(Intact.class);
        for (int at = 0; at < good.length; at += 7) {
            byte[] flipped = good.clone();
            flipped[at] ^= 1;
            Files.write(file, flipped);
            assertThat(withoutArchive(log)).as("byte " + at).isInstanceOf(Broken.class);
        }
        Files.delete(file);
        assertThat(withoutArchive(log)).isInstanceOf(Broken.class);
        Files.write(file, good);
        assertThat(withoutArchive(log)).isInstanceOf(Intact.class);
    }

    private Result withoutArchive(Path log) {
        return LogVerifier.read(log, core.trusted(), List.of(), (_, _, _) -> {});
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void aSnapshotThatTheCoreSignedOfOtherEntriesIsFound(Layout layout) throws Exception {
        Path forged = directory.resolve("forged");
        core.snapshot(forged, tampered("edit"), SNAPSHOT);
        lay(log, layout);
        Files.copy(forged.resolve("snapshot"), log.resolve("snapshot"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(verify(log, List.of()))
                .isInstanceOfSatisfying(
                        Broken.class, it -> assertThat(it.sentence()).contains("snapshot"));
        assertThat(withoutArchive(log)).isInstanceOf(Broken.class);
    }

    @Test
    void aSnapshotOfMoreEntriesThanThereAreIsFound() throws Exception {
        Path longer = directory.resolve("longer");
        core.snapshot(longer, core.entries(SIZE + 1), SIZE + 1);
        Files.copy(longer.resolve("snapshot"), log.resolve("snapshot"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(verify(log, List.of()))
                .isInstanceOfSatisfying(
                        Broken.class, it -> assertThat(it.sentence()).contains("there are fewer"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLogThatIsRolledBackToAnOlderCopyIsFoundByWhatWasKeptAndByNothingElse(boolean parts) throws Exception {
        if (parts) {
            core.snapshot(older, core.entries(200), 200);
            SampleLog.split(older, 50, 100);
        }
        assertThat(verify(older, List.of())).isInstanceOf(Intact.class);
        assertThat(verify(older, kept))
                .isInstanceOfSatisfying(
                        Broken.class, it -> assertThat(it.sentence()).contains("rolled back"));
        assertThat(verifyExport(older, List.of())).isInstanceOf(Intact.class);
        assertThat(verifyExport(older, kept)).isInstanceOf(Broken.class);
    }

    @Test
    void aKeptCheckpointOfAnotherLogOrOfNoCoreProvesNothing() throws Exception {
        Path other = new SampleLog().write(directory.resolve("other"), core.entries(KEPT));
        assertThat(verify(log, List.of(SampleLog.checkpoint(other)))).isInstanceOf(Broken.class);
        Note renamed = new Note(
                kept.getFirst().text().replace("sample", "other"),
                kept.getFirst().signatures());
        assertThat(verify(log, List.of(renamed))).isInstanceOf(Broken.class);
    }

    @Test
    void everyFlippedBitOfAnExportIsFound() throws Exception {
        Path export = directory.resolve("export");
        new Export(export).update(log, core.trusted(), Optional.empty());
        TileSource source = TileSource.directory(export);
        java.util.Random random = new java.util.Random(11);
        List<Path> files;
        try (var walk = Files.walk(export)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        assertThat(files).hasSizeGreaterThan(6);
        for (Path file : files) {
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 6; i++) {
                byte[] flipped = good.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(7));
                Files.write(file, flipped);
                assertThat(ExportVerifier.read(source, core.trusted(), List.of(), (_, _, _) -> {}))
                        .as(file.toString())
                        .isInstanceOf(Broken.class);
            }
            Files.write(file, good);
        }
        assertThat(ExportVerifier.read(source, core.trusted(), List.of(), (_, _, _) -> {}))
                .isInstanceOf(Intact.class);
    }
}
