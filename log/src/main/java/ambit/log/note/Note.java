package ambit.log.note;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.log.JournalException;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with signatures below it, which say nothing before {@link #verifiedBy}.
 *
 * @param text with its last end of line
 */
public record Note(String text, List<NoteLine> signatures) {
    /** Bytes of the largest note that is read. */
    public static final int MAX = 64 << 10;

    private static final int MAX_SIGNATURES = 64;
    private static final Pattern SIGNATURE = Pattern.compile(
            "\u2014 (" + VerifierKey.NAME + ") ([A-Za-z0-9+/]+={0,2})", Pattern.UNICODE_CHARACTER_CLASS);

    public Note {
        signatures = List.copyOf(signatures);
    }

    /** A text signed by all of these. */
    public static Note sign(String text, Collection<NoteSigner> signers, long seconds) {
        return new Note(text, signers.stream().map(it -> it.sign(text, seconds)).toList());
    }

    /**
     * Reads a note, and believes nothing of it yet.
     *
     * @throws JournalException if it is none
     */
    public static Note parse(byte[] bytes) {
        String note = text(bytes);
        int end = note.lastIndexOf("\n\n");
        if (end < 0 || !note.endsWith("\n") || note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw malformed();
        }
        List<NoteLine> lines = new ArrayList<>();
        for (String line : note.substring(end + 2).lines().toList()) {
            if (lines.size() == MAX_SIGNATURES) {
                throw new JournalException("the note has more than " + MAX_SIGNATURES + " signatures");
            }
            lines.add(line(line));
        }
        if (lines.isEmpty()) {
            throw malformed();
        }
        return new Note(note.substring(0, end + 1), lines);
    }

    private static String text(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        if (bytes.length > MAX || !Arrays.equals(text.getBytes(UTF_8), bytes)) {
            throw malformed();
        }
        return text;
    }

    private static NoteLine line(String line) {
        Matcher matcher = SIGNATURE.matcher(line);
        byte[] payload = matcher.matches() ? base64(matcher.group(2)) : new byte[0];
        if (payload.length < 5) {
            throw malformed();
        }
        return new NoteLine(matcher.group(1), part(payload, 0, 4), part(payload, 4, payload.length));
    }

    static Blob part(byte[] bytes, int from, int to) {
        return Blob.of(Arrays.copyOfRange(bytes, from, to));
    }

    private static JournalException malformed() {
        return new JournalException("the checkpoint is not a signed note");
    }

    /** The bytes of what is base64 in its one form; none of anything else. */
    static byte[] base64(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : new byte[0];
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /**
     * Those of these keys that signed. Signatures of other keys are passed over.
     *
     * @throws JournalException if a signature that says that it is of one of these keys is not
     */
    public Set<VerifierKey> verifiedBy(Collection<VerifierKey> known) {
        Set<VerifierKey> verified = new LinkedHashSet<>();
        for (VerifierKey key : known) {
            for (NoteLine line : signatures) {
                if (line.isOf(key)) {
                    if (!key.verifies(text, line.payload().toArray())) {
                        throw new JournalException(
                                "the checkpoint is not signed with the key of " + key.name() + " that it names");
                    }
                    verified.add(key);
                }
            }
        }
        return verified;
    }

    /** The note as a file has it. */
    @Override
    public String toString() {
        StringBuilder note = new StringBuilder(text).append('\n');
        signatures.forEach(note::append);
        return note.toString();
    }
}
