package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.audit.LogVerifier.Result;
import ambit.log.note.Note;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An auditor who kept one checkpoint, over 300 entries of a log that has 600 now, finds every change of what it is over: by somebody who has the
 * disk, and by one who has the core's keys as well and signs the result. The controls: the honest log passes, and without the kept checkpoint
 * what the insider made passes too.
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

    private final SampleLog core = new SampleLog();

    @TempDir
    private Path directory;

    private Path log = Path.of("");
    private Path older = Path.of("");
    private List<Note> kept = List.of();

    @BeforeEach
    void anAuditorKeepsACheckpointAndTheLogGoesOn() throws Exception {
        log = core.write(directory.resolve("log"), core.entries(200));
        older = directory.resolve("older");
        SampleLog.copy(log, older);
        core.write(log, core.entries(KEPT));
        kept = List.of(SampleLog.checkpoint(log));
        core.write(log, core.entries(SIZE));
    }

    private List<byte[]> tampered(String how) {
        return Objects.requireNonNull(TAMPERINGS.get(how)).apply(core.entries(SIZE));
    }

    private Result verify(Path log, List<Note> since) {
        return LogVerifier.read(log, core.trusted(), since, (_, _, _) -> {});
    }

    private Result verifyExport(Path log, List<Note> since) throws Exception {
        Path export = Files.createTempDirectory(directory, "export");
        new Export(export).update(log, core.trusted(), Optional.empty());
        return ExportVerifier.read(TileSource.directory(export), core.trusted(), since, (_, _, _) -> {});
    }

    @Test
    void theHonestLogContinuesWhatWasKept() throws Exception {
        assertThat(verify(log, kept)).isInstanceOf(Intact.class);
        assertThat(verifyExport(log, kept)).isInstanceOf(Intact.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop", "swap", "edit", "re-date", "insert", "truncate", "fork"})
    void whoeverHasTheDiskIsFound(String how) throws Exception {
        Path forged = directory.resolve("forged");
        core.write(forged, tampered(how));
        // Everything is as a core would write it, but only the old checkpoints are signed by one.
        Files.copy(log.resolve("checkpoint"), forged.resolve("checkpoint"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(verify(forged, List.of())).isInstanceOf(Broken.class);
        assertThat(verify(forged, kept)).isInstanceOf(Broken.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop", "swap", "edit", "re-date", "insert", "truncate", "fork"})
    void whoeverHasTheKeysAsWellIsFoundByWhatWasKeptAndByNothingElse(String how) throws Exception {
        Path forged = core.write(directory.resolve("forged"), tampered(how));
        assertThat(verify(forged, List.of())).isInstanceOf(Intact.class);
        assertThat(verify(forged, kept)).isInstanceOf(Broken.class);
        assertThat(verifyExport(forged, List.of())).isInstanceOf(Intact.class);
        assertThat(verifyExport(forged, kept)).isInstanceOf(Broken.class);
    }

    @Test
    void aLogThatIsRolledBackToAnOlderCopyIsFoundByWhatWasKeptAndByNothingElse() throws Exception {
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
