package ambit.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 without replacement characters: what is not well formed is refused in both directions. */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    static String decode(byte[] bytes, int from, int length) throws MalformedException {
        // What is not well formed becomes replacement characters, and few texts have these of their own: most need no
        // decoder.
        String quick = new String(bytes, from, length, StandardCharsets.UTF_8);
        if (quick.indexOf(REPLACEMENT) < 0) {
            return quick;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("invalid UTF-8");
        }
    }

    static boolean isWellFormed(CharSequence text) {
        int i = plainEnd(text);
        while (i < text.length()) {
            char unit = text.charAt(i);
            boolean pair = Character.isHighSurrogate(unit)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (Character.isSurrogate(unit) && !pair) {
                return false;
            }
            i += pair ? 2 : 1;
        }
        return true;
    }

    /** Where the first surrogate is, or the end. Most texts have none, and looking for nothing else takes a fraction of the time. */
    private static int plainEnd(CharSequence text) {
        int i = 0;
        while (i < text.length() && !Character.isSurrogate(text.charAt(i))) {
            i++;
        }
        return i;
    }

    static void requireWellFormed(String text) {
        if (!isWellFormed(text)) {
            throw new IllegalArgumentException("lone surrogate in a text");
        }
    }
}
