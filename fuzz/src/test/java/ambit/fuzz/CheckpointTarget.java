package ambit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.SigningKey;
import ambit.log.Checkpoint;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.LogKey;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Nothing but what the log's key signed opens as a checkpoint, and it says what it was signed over. */
final class CheckpointTarget {
    private static final String ORIGIN = "ambit/fuzz";
    private static final SigningKey KEY = CoseTarget.key(2);
    private static final List<Blob> GENUINE = genuineNotes();

    private CheckpointTarget() {}

    static List<Blob> genuine() {
        return GENUINE;
    }

    private static List<Blob> genuineNotes() {
        List<Blob> notes = new ArrayList<>();
        try (Journal journal = Journal.open(new KeptStorage(), new LogKey(ORIGIN, KEY))) {
            for (int size = 0; size < 12; size++) {
                notes.add(Blob.of(journal.checkpoint().getBytes(UTF_8)));
                journal.append(new byte[] {(byte) size});
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return notes;
    }

    static void check(byte[] input) {
        try {
            Checkpoint checkpoint =
                    Checkpoint.open(input, ORIGIN, List.of(VerifierKey.ed25519(ORIGIN, KEY.publicKey())));
            // Others may sign below, and inputs from before checkpoints named an epoch are genuine too.
            byte[] genuine = GENUINE.get((int) checkpoint.head().size()).toArray();
            assertThat(checkpoint.head())
                    .isEqualTo(Checkpoint.of(Note.parse(genuine)).head());
        } catch (JournalException e) {
            assertThat(GENUINE).as(e.getMessage()).doesNotContain(Blob.of(input));
        }
    }
}
