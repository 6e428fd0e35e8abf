package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signed statement about the log: C2SP tlog-checkpoint inside a C2SP signed-note with one Ed25519 signature.
 *
 * <p>Text: origin, size, base64 root, one a line; an empty line; {@code — origin base64(key id ‖ signature)}.
 */
public record Checkpoint(String origin, Head head) {
    private static final byte ED25519 = 1;
    private static final Pattern NOTE = Pattern.compile("""
            (?<text>(?<origin>[^\\s+]+)
            (?<size>0|[1-9][0-9]{0,17})
            (?<root>[A-Za-z0-9+/]{43}=)
            )
            — (?<name>[^\\s+]+) (?<signature>[A-Za-z0-9+/]{91}=)
            """);

    String note(LogKey key) {
        String text = text();
        byte[] signature = Signed.signNote(key.key(), text.getBytes(UTF_8));
        byte[] id = keyId(key.origin(), key.publicKey());
        byte[] line = Arrays.copyOf(id, id.length + signature.length);
        System.arraycopy(signature, 0, line, id.length, signature.length);
        return text + "\n— " + key.origin() + " " + base64(line) + "\n";
    }

    private String text() {
        return origin + "\n" + head.size() + "\n" + base64(head.root().toArray()) + "\n";
    }

    /**
     * Reads a note and checks its signature.
     *
     * @throws JournalException if it is not a checkpoint of this origin signed with one of these keys
     */
    public static Checkpoint open(byte[] note, String origin, List<Blob> keys) {
        Matcher matcher = matcher(note);
        if (!matcher.group("origin").equals(origin) || !matcher.group("name").equals(origin)) {
            throw new JournalException("checkpoint is of the log " + matcher.group("origin") + ", not of " + origin);
        }
        byte[] line = Base64.getDecoder().decode(matcher.group("signature"));
        byte[] signature = Arrays.copyOfRange(line, 4, line.length);
        byte[] text = matcher.group("text").getBytes(UTF_8);
        if (!base64(line).equals(matcher.group("signature"))
                || keys.stream()
                        .noneMatch(key -> Arrays.equals(keyId(origin, key), 0, 4, line, 0, 4)
                                && Signed.verifiesNote(key, text, signature))) {
            throw new JournalException("checkpoint is not signed with the core's key");
        }
        return unverified(matcher);
    }

    /** Reads a note whose signature is still to be checked. */
    public static Checkpoint unverified(byte[] note) {
        return unverified(matcher(note));
    }

    private static Matcher matcher(byte[] note) {
        Matcher matcher = NOTE.matcher(new String(note, UTF_8));
        if (!matcher.matches()) {
            throw new JournalException("checkpoint is not a signed note of three lines");
        }
        return matcher;
    }

    private static Checkpoint unverified(Matcher matcher) {
        byte[] root = Base64.getDecoder().decode(matcher.group("root"));
        long size = Long.parseLong(matcher.group("size"));
        return new Checkpoint(matcher.group("origin"), new Head(size, Blob.of(root)));
    }

    static byte[] keyId(String name, Blob publicKey) {
        MessageDigest digest = MerkleRange.sha256();
        digest.update((name + "\n").getBytes(UTF_8));
        digest.update(ED25519);
        return Arrays.copyOf(digest.digest(publicKey.toArray()), 4);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
