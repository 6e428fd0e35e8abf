package ambit.cli.cosigning;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.Quorum;
import ambit.cli.supervisor.Places;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest checkpoint of a project's log that witnesses have cosigned, with their signatures. Several processes may keep one at the same time.
 */
public record CosignedCheckpoint(Places places) {
    private Path file() {
        return places.state().resolve("cosigned.checkpoint");
    }

    /**
     * The note, if there is one.
     *
     * @throws JournalException if the file is damaged
     */
    public Optional<Note> note() throws IOException {
        try {
            return Files.exists(file()) ? Optional.of(Note.parse(Files.readAllBytes(file()))) : Optional.empty();
        } catch (JournalException e) {
            throw new JournalException(file() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The note, if the core signed it with this key, which is its present one: to whoever knows no key of before, one by another key proves
     * nothing.
     */
    public Optional<Note> by(Blob coreKey) throws IOException {
        return note().filter(it -> !it.verifiedBy(
                        List.of(VerifierKey.ed25519(Checkpoint.of(it).origin(), coreKey)))
                .isEmpty());
    }

    /** The one by this key if it is over this entry, the log's own otherwise. */
    public Note over(long index, Blob coreKey) throws IOException {
        Optional<Note> cosigned = by(coreKey).filter(it -> size(it) > index);
        return cosigned.isPresent() ? cosigned.get() : LogVerifier.checkpoint(places.log());
    }

    /**
     * Keeps a checkpoint, together with what others have cosigned of the same one; unless that would lose more than it brings: the quorum, where there
     * is one and another checkpoint has reached it, or the size.
     *
     * @return whether it is kept
     * @throws JournalException if what is kept is damaged, or this could not be read again; what is kept stays
     */
    public boolean keep(Note cosigned, Optional<Quorum> quorum) throws IOException {
        return StateLock.holding(places.state().resolve("cosigned.lock"), () -> {
            Optional<Note> before = note();
            Note note = before.filter(it -> it.text().equals(cosigned.text()))
                    .map(it -> merged(it, cosigned.signatures()))
                    .orElse(cosigned);
            // What cannot be read again would stop all that come after.
            Note readable = Note.parse(note.toString().getBytes(UTF_8));
            boolean better = before.isEmpty() || isBetter(readable, before.get(), quorum);
            if (better) {
                write(readable);
            }
            return better;
        });
    }

    private static boolean isBetter(Note note, Note before, Optional<Quorum> quorum) {
        if (quorum.isEmpty()) {
            return size(note) >= size(before);
        }
        int now = quorum.get().cosigned(note).size();
        int then = quorum.get().cosigned(before).size();
        int need = quorum.get().need();
        return size(note) >= size(before) ? now >= Math.min(then, need) : now >= need && then > 0 && then < need;
    }

    /** The note with these lines, which take the place of older ones by the same keys. */
    static Note merged(Note note, List<NoteLine> fresh) {
        List<NoteLine> lines = new ArrayList<>(note.signatures());
        lines.removeIf(line -> fresh.stream()
                .anyMatch(it -> it.name().equals(line.name()) && it.id().equals(line.id())));
        lines.addAll(fresh);
        return new Note(note.text(), lines);
    }

    private static long size(Note note) {
        return Checkpoint.of(note).head().size();
    }

    private void write(Note note) throws IOException {
        Path fresh = file().resolveSibling("cosigned.checkpoint.new");
        Files.writeString(
                fresh,
                note.toString(),
                UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
    }
}
