package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file that convinces somebody offline that an entry is in a log: C2SP tlog-proof@v1. The entry is its extra data, which is believed only
 * because the hash of these bytes is what is proved.
 *
 * @param inclusion from the entry's sibling upwards
 * @param checkpoint with all its signatures
 */
public record LogProof(long index, Blob entry, List<Blob> inclusion, Note checkpoint) {
    private static final String TITLE = "c2sp.org/tlog-proof@v1";
    private static final int MAX_HASHES = 63;

    /** How large such a file can be. */
    public static final int MAX = Note.MAX + 100_000;

    public LogProof {
        inclusion = List.copyOf(inclusion);
    }

    /**
     * Reads a proof and believes nothing of it yet.
     *
     * @throws JournalException if it is none, or has no entry with it
     */
    public static LogProof parse(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        int end = text.indexOf("\n\n");
        List<String> lines = text.substring(0, Math.max(end, 0)).lines().toList();
        if (lines.size() < 3
                || lines.size() > 3 + MAX_HASHES
                || !lines.getFirst().equals(TITLE)) {
            throw new JournalException("not a tlog-proof with an entry");
        }
        String extra = lines.get(1);
        String index = lines.get(2);
        if (!extra.startsWith("extra ") || !index.matches("index (0|[1-9][0-9]{0,17})")) {
            throw new JournalException("the tlog-proof does not bring its entry and its index");
        }
        LogProof proof = new LogProof(
                Long.parseLong(index.substring("index ".length())),
                base64(extra.substring("extra ".length())),
                hashes(lines.subList(3, lines.size())),
                Note.parse(text.substring(end + 2).getBytes(UTF_8)));
        requireSpelled(proof.toString(), bytes);
        return proof;
    }

    /** Other ends of lines, and bytes that are no UTF-8, would read as the same text. */
    static void requireSpelled(String text, byte[] bytes) {
        if (!Arrays.equals(text.getBytes(UTF_8), bytes)) {
            throw new JournalException(
                    "not in the one spelling that it has: lines end in a line feed alone, and the text is UTF-8");
        }
    }

    static List<Blob> hashes(List<String> lines) {
        List<Blob> hashes = new ArrayList<>();
        for (String line : lines) {
            Blob hash = base64(line);
            if (hash.size() != Merkle.HASH) {
                throw new JournalException("not a hash of 32 bytes");
            }
            hashes.add(hash);
        }
        return hashes;
    }

    private static Blob base64(String text) {
        try {
            Blob bytes = Blob.of(Base64.getDecoder().decode(text));
            if (base64(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // The same as any other spelling.
        }
        throw new JournalException("not base64");
    }

    static String base64(Blob bytes) {
        return Base64.getEncoder().encodeToString(bytes.toArray());
    }

    /** The file's text. */
    @Override
    public String toString() {
        return TITLE + "\nextra " + base64(entry) + "\nindex " + index + "\n"
                + inclusion.stream().map(it -> base64(it) + "\n").collect(Collectors.joining())
                + "\n" + checkpoint;
    }

    /** What a proof that holds says. */
    public record Proved(Checkpoint checkpoint, Set<VerifierKey> signers) {}

    /**
     * Checks the proof.
     *
     * @param log the keys of the log, one of which must have signed; the origin must be their name
     * @param witnesses whose cosignatures are checked where they are there
     * @throws JournalException with what is wrong
     */
    public Proved verify(List<VerifierKey> log, List<VerifierKey> witnesses) {
        Checkpoint said = Checkpoint.of(checkpoint);
        List<VerifierKey> known = new ArrayList<>(log);
        known.addAll(witnesses);
        Set<VerifierKey> signers = checkpoint.verifiedBy(known);
        if (log.stream().noneMatch(it -> signers.contains(it) && it.name().equals(said.origin()))) {
            throw new JournalException("the checkpoint in the proof is not signed with the log's key");
        }
        if (!Merkle.includes(
                index,
                said.head().size(),
                Merkle.leaf(entry.toArray()),
                inclusion,
                said.head().root())) {
            throw new JournalException("the checkpoint is over other entries than the one in the proof");
        }
        return new Proved(said, signers);
    }
}
