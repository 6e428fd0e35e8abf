package ambit.log.note;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.log.JournalException;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public key that signs notes in somebody's name: C2SP signed-note's verifier key.
 *
 * @param name without white space and {@code +}
 * @param type one of {@link #ED25519}, {@link #COSIGNATURE}, {@link #ML_DSA}
 * @param key raw: 32 bytes of Ed25519, or {@value MlDsaKey#PUBLIC_KEY} of ML-DSA-44
 */
public record VerifierKey(String name, int type, Blob key) {
    /** Ed25519 over the text itself. */
    public static final int ED25519 = 1;

    /** Ed25519 over the time and a checkpoint: tlog-cosignature's cosignature/v1. */
    public static final int COSIGNATURE = 4;

    /** ML-DSA-44 over the time and a checkpoint without its extension lines: tlog-cosignature's subtree/v1. */
    public static final int ML_DSA = 6;

    static final String NAME = "[^\\s\\p{Z}\\p{Cntrl}+]{1,255}";
    private static final Pattern LINE =
            Pattern.compile("(" + NAME + ")\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+={0,2})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern CHECKPOINT =
            Pattern.compile("([^\n]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*");
    private static final int TIME = 8;

    /** Refuses keys of unknown types and those under which signatures are worth nothing. */
    public VerifierKey {
        try {
            if (type == ML_DSA ? key.size() != MlDsaKey.PUBLIC_KEY : type != ED25519 && type != COSIGNATURE) {
                throw new MalformedException("neither an Ed25519 nor an ML-DSA-44 key");
            }
            if (type != ML_DSA) {
                PublicKeys.requireSound(key);
            }
        } catch (MalformedException e) {
            throw new JournalException("the key of " + name + " is of no use: " + e.getMessage(), e);
        }
    }

    /** The core's Ed25519 key in its log's name. */
    public static VerifierKey ed25519(String name, Blob key) {
        return new VerifierKey(name, ED25519, key);
    }

    /**
     * Reads {@code name+id+base64}.
     *
     * @throws JournalException if it is no verifier key, or one of a type that is not known here
     */
    public static VerifierKey parse(String line) {
        Matcher matcher = LINE.matcher(line);
        byte[] key = matcher.matches() ? Note.base64(matcher.group(3)) : new byte[0];
        if (key.length == 0) {
            throw new JournalException("not a verifier key, which is name+id+key: " + line);
        }
        VerifierKey parsed = new VerifierKey(matcher.group(1), key[0], Note.part(key, 1, key.length));
        if (!parsed.id().toHex().equals(matcher.group(2))) {
            throw new JournalException("the id of the verifier key of " + parsed.name + " is not that of its key");
        }
        return parsed;
    }

    /** What {@link #parse} reads. */
    public String toLine() {
        byte[] typed = ByteBuffer.allocate(1 + key.size())
                .put((byte) type)
                .put(key.toArray())
                .array();
        return name + "+" + id().toHex() + "+" + Base64.getEncoder().encodeToString(typed);
    }

    /** The four bytes that stand before this key's signatures. */
    public Blob id() {
        byte[] named = (name + "\n").getBytes(UTF_8);
        byte[] whole = ByteBuffer.allocate(named.length + 1 + key.size())
                .put(named)
                .put((byte) type)
                .put(key.toArray())
                .array();
        return Note.part(Blob.of(whole).sha256().toArray(), 0, 4);
    }

    boolean verifies(String text, byte[] signature) {
        if (type == ED25519) {
            return Signed.verifiesNote(key, text.getBytes(UTF_8), signature);
        }
        if (signature.length <= TIME || !CHECKPOINT.matcher(text).matches()) {
            return false;
        }
        ByteBuffer stamped = ByteBuffer.wrap(signature);
        long time = stamped.getLong();
        byte[] rest = new byte[stamped.remaining()];
        stamped.get(rest);
        byte[] message = cosigned(text, time);
        return time >= 0
                && (type == ML_DSA ? MlDsaKey.verifies(key, message, rest) : Signed.verifiesNote(key, message, rest));
    }

    /** What is signed to cosign the checkpoint that is the text, at this time in seconds since 1970, or 0 for none. */
    byte[] cosigned(String text, long time) {
        if (type == COSIGNATURE) {
            return ("cosignature/v1\ntime " + time + "\n" + text).getBytes(UTF_8);
        }
        Matcher checkpoint = CHECKPOINT.matcher(text);
        byte[] cosigner = name.getBytes(UTF_8);
        byte[] origin = checkpoint.matches() ? checkpoint.group(1).getBytes(UTF_8) : new byte[0];
        if (origin.length == 0 || origin.length > 255 || cosigner.length > 255) {
            throw new JournalException("only a checkpoint of a log with a short name can be cosigned");
        }
        return ByteBuffer.allocate(12 + 1 + cosigner.length + 8 + 1 + origin.length + 8 + 8 + 32)
                .put("subtree/v1\n\0".getBytes(UTF_8))
                .put((byte) cosigner.length)
                .put(cosigner)
                .putLong(time)
                .put((byte) origin.length)
                .put(origin)
                .putLong(0)
                .putLong(Long.parseLong(checkpoint.group(2)))
                .put(Base64.getDecoder().decode(checkpoint.group(3)))
                .array();
    }
}
