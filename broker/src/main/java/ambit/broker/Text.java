package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** Texts and names within the limits of messages. */
final class Text {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Text() {}

    /** At most {@code most} UTF-16 code units, and never half a character. */
    static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end);
    }

    /** The start of a JSON document on one line, without characters that could steer a terminal. */
    static String preview(Blob document) {
        byte[] bytes = document.toArray();
        byte[] start = Arrays.copyOf(bytes, Math.min(bytes.length, 4 * Limits.PREVIEW));
        String text = new String(start, StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> shown.appendCodePoint(isPlain(c) ? c : ' '));
        return cut(shown.toString(), Limits.PREVIEW);
    }

    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    static Blob randomId() {
        byte[] id = new byte[Limits.ID];
        RANDOM.nextBytes(id);
        return Blob.of(id);
    }
}
