package ambit.drivers;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes a tool's credentials out of whatever the outside sends back: a server that echoes the request's headers must not hand
 * the guest the key. Known spellings are the secret itself, as JSON writes it, as a URL writes it, and its Base64, also inside of
 * that of something longer such as {@code user:secret}.
 *
 * <p>Immutable, safe for use by several threads.
 */
final class Scrubber {
    /** What stands in a secret's place. */
    static final String MARK = "[credential removed]";

    /** Less than that of a Base64 could be there by chance. */
    private static final int SHORTEST = 12;

    private static final byte[] MARK_BYTES = MARK.getBytes(StandardCharsets.US_ASCII);

    private final List<byte[]> spellings;

    Scrubber(Collection<Credential> credentials) {
        Set<String> all = new LinkedHashSet<>();
        for (Credential credential : credentials) {
            String secret = credential.reveal();
            all.add(secret);
            all.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
            all.add(secret.replace("/", "\\/"));
            all.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
            byte[] bytes = secret.getBytes(StandardCharsets.US_ASCII);
            all.add(Base64.getEncoder().encodeToString(bytes));
            for (int before = 0; before < 3; before++) {
                inside(Base64.getEncoder(), bytes, before).ifPresent(all::add);
                inside(Base64.getUrlEncoder(), bytes, before).ifPresent(all::add);
            }
        }
        List<byte[]> found = new ArrayList<>();
        for (String spelling : all) {
            found.add(spelling.getBytes(StandardCharsets.US_ASCII));
        }
        found.sort(Comparator.comparingInt((byte[] spelling) -> spelling.length).reversed());
        this.spellings = List.copyOf(found);
    }

    /** What is always there of the Base64 of a text that has so many bytes, and threes of bytes, before the secret. */
    private static Optional<String> inside(Base64.Encoder encoder, byte[] secret, int before) {
        byte[] all = new byte[before + secret.length];
        System.arraycopy(secret, 0, all, before, secret.length);
        int from = (before * 8 + 5) / 6;
        int to = all.length * 8 / 6;
        return to - from < SHORTEST
                ? Optional.empty()
                : Optional.of(encoder.withoutPadding().encodeToString(all).substring(from, to));
    }

    /** How the secrets can be written, the longer ones first. */
    List<String> spellings() {
        return spellings.stream()
                .map(spelling -> new String(spelling, StandardCharsets.US_ASCII))
                .toList();
    }

    String clean(String text) {
        if (spellings.isEmpty()) {
            return text;
        }
        return new String(clean(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    /** {@code bytes} itself where no secret is in it. */
    byte[] clean(byte[] bytes) {
        byte[] cleaned = bytes;
        for (byte[] spelling : spellings) {
            cleaned = replace(cleaned, spelling);
        }
        return cleaned;
    }

    private static byte[] replace(byte[] bytes, byte[] secret) {
        int found = indexOf(bytes, secret, 0);
        if (found < 0) {
            return bytes;
        }
        ByteArrayOutputStream result = new ByteArrayOutputStream(bytes.length);
        int from = 0;
        while (found >= 0) {
            result.write(bytes, from, found - from);
            result.writeBytes(MARK_BYTES);
            from = found + secret.length;
            found = indexOf(bytes, secret, from);
        }
        result.write(bytes, from, bytes.length - from);
        return result.toByteArray();
    }

    private static int indexOf(byte[] bytes, byte[] secret, int from) {
        for (int at = from; at <= bytes.length - secret.length; at++) {
            int same = 0;
            while (same < secret.length && bytes[at + same] == secret[same]) {
                same++;
            }
            if (same == secret.length) {
                return at;
            }
        }
        return -1;
    }
}
