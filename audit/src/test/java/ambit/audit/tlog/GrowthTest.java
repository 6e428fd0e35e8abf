package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.LogTail.Place;
import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a log has grown is proved from a foothold in it as from all of it. */
class GrowthTest {
    private static final int MOST = 40;

    private final SampleLog core = new SampleLog();

    @TempDir
    private Path directory;

    private static Growth read(Path log, Foothold from, long old, Note checkpoint) throws Exception {
        return Growth.read(log, Optional.empty(), from, old, checkpoint);
    }

    private static Head head(Note checkpoint) {
        return Checkpoint.of(checkpoint).head();
    }

    @Test
    void everyGrowthOfASmallLogIsProvedFromEveryFoothold() throws Exception {
        Path log = directory.resolve("log");
        List<Note> checkpoints = new ArrayList<>();
        List<Foothold> footholds = new ArrayList<>(List.of(Foothold.START));
        for (int size = 1; size <= MOST; size++) {
            core.write(log, core.entries(size));
            Note checkpoint = SampleLog.checkpoint(log);
            checkpoints.add(checkpoint);
            footholds.add(read(log, Foothold.START, 0, checkpoint).reached());
        }
        for (int size = 1; size <= MOST; size++) {
            Note checkpoint = checkpoints.get(size - 1);
            Prover prover = Prover.of(log, core.trusted(), checkpoint, (_, _) -> false);
            for (int old = 0; old <= size; old++) {
                List<Blob> expected = prover.consistency(old);
                for (int from = 0; from <= old; from += old - from > 3 ? 3 : 1) {
                    Growth growth = read(log, footholds.get(from), old, checkpoint);
                    assertThat(growth.consistency()).isEqualTo(expected);
                    assertThat(growth.reached()).isEqualTo(footholds.get(size));
                }
                Head before = old == 0 ? new Head(0, Merkle.empty()) : head(checkpoints.get(old - 1));
                assertThat(Merkle.continues(
                                old, before.root(), size, head(checkpoint).root(), expected))
                        .isTrue();
            }
        }
    }

    @Test
    void whatWasBeforeTheFootholdNeedNotBeThereAnyMore() throws Exception {
        Path log = directory.resolve("log");
        List<byte[]> entries = core.entries(60);
        core.write(log, entries.subList(0, 40));
        Note old = SampleLog.checkpoint(log);
        Foothold foothold = read(log, Foothold.START, 0, old).reached();
        core.write(log, entries);
        Note checkpoint = SampleLog.checkpoint(log);
        SampleLog.split(log, 20, 35, 50);
        Path archive = directory.resolve("archive");
        SampleLog.archive(log, archive, 1);
        Growth growth = read(log, foothold, 40, checkpoint);
        assertThat(Merkle.continues(40, head(old).root(), 60, head(checkpoint).root(), growth.consistency()))
                .isTrue();
        assertThatThrownBy(() -> read(log, Foothold.START, 10, checkpoint))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("the log's entries from #0 on were archived");
        assertThat(Growth.read(log, Optional.of(archive), Foothold.START, 40, checkpoint)
                        .consistency())
                .isEqualTo(growth.consistency());
    }

    @Test
    void anotherLogIsNotReadOnFromAFoothold() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(20));
        Foothold foothold =
                read(log, Foothold.START, 0, SampleLog.checkpoint(log)).reached();
        List<byte[]> entries = core.entries(30);
        entries.set(10, SampleLog.event(1010, "tX"));
        Path fork = core.write(directory.resolve("fork"), entries);
        assertThatThrownBy(() -> read(fork, foothold, 20, SampleLog.checkpoint(fork)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("the log is not the one that was read up to #19");
        // Nor is one whose entries are not what its checkpoint says, or not all there.
        Note checkpoint = SampleLog.checkpoint(fork);
        core.write(log, core.entries(30));
        assertThatThrownBy(() -> read(log, foothold, 20, checkpoint)).hasMessageContaining("signed over");
        Path torn = core.write(directory.resolve("torn"), core.entries(40));
        Note longer = SampleLog.checkpoint(torn);
        assertThatThrownBy(() -> read(log, foothold, 20, longer)).hasMessageContaining("the log has 30 entries");
        assertThatThrownBy(() -> read(log, foothold, 10, longer)).hasMessageContaining("has not grown from");
        byte[] bytes = Files.readAllBytes(log.resolve("entries"));
        bytes[bytes.length - 40] ^= 1;
        Files.write(log.resolve("entries"), bytes);
        assertThatThrownBy(() -> read(log, foothold, 20, SampleLog.checkpoint(log)))
                .hasMessageContaining("does not match its hash chain");
    }

    @Test
    void aFootholdHasTheRootsOfItsTree() {
        assertThatThrownBy(() -> new Foothold(new Place(3, 100, Place.START.chain()), List.of(Merkle.empty())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Foothold(new Place(1, 100, Place.START.chain()), List.of(Blob.EMPTY)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Foothold(new Place(-1, 0, Place.START.chain()), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
