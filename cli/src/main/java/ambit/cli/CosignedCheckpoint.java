package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.cli.supervisor.Places;
import ambit.log.Checkpoint;
import ambit.log.note.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** The newest checkpoint of a project's log that witnesses have cosigned, with their signatures. */
record CosignedCheckpoint(Places places) {
    private Path file() {
        return places.state().resolve("cosigned.checkpoint");
    }

    Optional<Note> note() throws IOException {
        return Files.exists(file()) ? Optional.of(Note.parse(Files.readAllBytes(file()))) : Optional.empty();
    }

    /** The cosigned one if it is over this entry, the log's own otherwise. */
    Note over(long index) throws IOException {
        Optional<Note> cosigned = note().filter(it -> Checkpoint.of(it).head().size() > index);
        return cosigned.isPresent() ? cosigned.get() : LogVerifier.checkpoint(places.log());
    }

    void keep(Note note) throws IOException {
        Path fresh = file().resolveSibling("cosigned.checkpoint.new");
        Files.writeString(fresh, note.toString());
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
    }
}
