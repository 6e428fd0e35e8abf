package ambit.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 without replacement characters: what is not well formed is refused in both directions. */
final class Utf8 {
    private Utf8() {}

    static String decode(byte[] bytes, int from, int length) throws MalformedException {
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
        int i = 0;
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

    static void requireWellFormed(String text) {
        if (!isWellFormed(text)) {
            throw new IllegalArgumentException("lone surrogate in a text");
        }
    }
}
