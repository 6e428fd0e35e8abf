package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * The name of one memory entry: 1 to 512 bytes of UTF-8 in normal form C, segments between slashes none of which is empty,
 * {@code .} or {@code ..}, no control characters. So one name has one spelling, and no spelling climbs.
 *
 * @param name as the guest wrote it, or relative to a partition
 */
public record MemoryKey(String name) {
    static final int LONGEST = 512;

    /** Checks a name that came from a guest. */
    public static MemoryKey parse(String name) throws DriverFailure {
        if (name.isEmpty() || name.length() > LONGEST || utf8(name).length > LONGEST) {
            throw refusal("is empty or longer than 512 bytes");
        }
        if (name.codePoints().anyMatch(MemoryKey::isForbidden)) {
            throw refusal("holds a control character");
        }
        if (!Normalizer.isNormalized(name, Normalizer.Form.NFC)) {
            throw refusal("is not in Unicode normal form C; normalise it first");
        }
        for (String segment : name.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw refusal("has an empty segment, or one that is '.' or '..'");
            }
        }
        return new MemoryKey(name);
    }

    private static boolean isForbidden(int point) {
        int type = Character.getType(point);
        return type == Character.CONTROL
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    byte[] bytes() {
        return utf8(name);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static DriverFailure refusal(String what) {
        return new DriverFailure(Denial.MALFORMED, "the memory key " + what);
    }
}
