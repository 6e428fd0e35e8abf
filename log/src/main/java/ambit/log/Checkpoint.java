package ambit.log;

import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement about the log: C2SP tlog-checkpoint, the text of a {@link Note}. Its lines are the origin, the size, the root in base64 and
 * {@code epoch N}.
 *
 * @param epoch of the newest revocation among the first {@code head.size()} entries, 0 before the first one and in others' checkpoints. The
 *     Ed25519 signature covers it, an ML-DSA one does not
 */
public record Checkpoint(String origin, Head head, long epoch) {
    private static final Pattern TEXT = Pattern.compile("""
            (?<origin>[^\n]+)
            (?<size>0|[1-9][0-9]{0,17})
            (?<root>[A-Za-z0-9+/]{43}=)
            (?:epoch (?<epoch>0|[1-9][0-9]{0,17})\n)?(?:[^\n]+\n)*""");

    /** Signed with all that the log signs with. */
    Note note(LogKey key) {
        return Note.sign(text(), key.signers(), 0);
    }

    private String text() {
        return origin + "\n" + head.size() + "\n"
                + Base64.getEncoder().encodeToString(head.root().toArray()) + "\nepoch " + epoch + "\n";
    }

    /**
     * Reads a note and checks its signatures.
     *
     * @throws JournalException if it is not a checkpoint of this origin signed with one of these keys, or one of these did not sign what
     *     says so
     */
    public static Checkpoint open(byte[] note, String origin, List<VerifierKey> keys) {
        Note parsed = Note.parse(note);
        Checkpoint checkpoint = of(parsed);
        if (!checkpoint.origin.equals(origin)) {
            throw new JournalException("checkpoint is of the log " + checkpoint.origin + ", not of " + origin);
        }
        if (parsed.verifiedBy(keys).isEmpty()) {
            throw new JournalException("checkpoint is not signed with the core's key");
        }
        return checkpoint;
    }

    /** What a note says whose signatures are still to be checked. */
    public static Checkpoint of(Note note) {
        Matcher matcher = TEXT.matcher(note.text());
        byte[] root = matcher.matches() ? Base64.getDecoder().decode(matcher.group("root")) : new byte[0];
        if (root.length == 0 || !Base64.getEncoder().encodeToString(root).equals(matcher.group("root"))) {
            throw new JournalException("checkpoint is not of three lines: origin, size and root");
        }
        Head head = new Head(Long.parseLong(matcher.group("size")), Blob.of(root));
        String epoch = matcher.group("epoch");
        return new Checkpoint(matcher.group("origin"), head, epoch == null ? 0 : Long.parseLong(epoch));
    }
}
