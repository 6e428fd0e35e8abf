package ambit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.SigningKey;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.util.List;
import java.util.stream.Stream;

/** A signed note, and a verifier key, has one spelling; a key has signed nothing but what it was given. */
final class NoteTarget {
    private static final SigningKey KEY = CoseTarget.key(4);
    private static final String TEXT = "ambit/fuzz\n7\n" + "A".repeat(43) + "=\nepoch 2\n";
    private static final List<NoteSigner> SIGNERS =
            List.of(NoteSigner.ed25519("ambit/fuzz", KEY), NoteSigner.cosigner("witness.example", CoseTarget.key(5)));
    private static final List<VerifierKey> KEYS =
            SIGNERS.stream().map(NoteSigner::verifier).toList();

    private NoteTarget() {}

    static List<byte[]> genuine() {
        Stream<String> notes = Stream.of(
                Note.sign(TEXT, SIGNERS, 9).toString(),
                Note.sign("any text\n", SIGNERS.subList(0, 1), 0).toString());
        return Stream.concat(notes, KEYS.stream().map(VerifierKey::toLine))
                .map(text -> text.getBytes(UTF_8))
                .toList();
    }

    static void check(byte[] input) {
        Blob bytes = Blob.of(input);
        try {
            Note note = Note.parse(input);
            assertThat(Blob.of(note.toString().getBytes(UTF_8))).isEqualTo(bytes);
            signed(note);
            Checkpoint checkpoint = Checkpoint.of(note);
            assertThat(note.text())
                    .startsWith(checkpoint.origin() + "\n" + checkpoint.head().size() + "\n");
        } catch (JournalException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        String line = new String(input, UTF_8);
        try {
            assertThat(VerifierKey.parse(line).toLine()).isEqualTo(line);
        } catch (JournalException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static void signed(Note note) {
        try {
            if (!note.verifiedBy(KEYS).isEmpty()) {
                assertThat(note.text()).isIn(TEXT, "any text\n");
            }
        } catch (JournalException e) {
            assertThat(e.getMessage()).contains("not signed with the key");
        }
    }
}
