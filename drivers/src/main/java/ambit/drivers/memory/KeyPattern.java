package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import com.google.re2j.Pattern;

/**
 * Which keys may be written: {@code *} stands for any characters of one segment, {@code **} for any characters at all, everything else
 * for itself. Matching takes time in proportion to the key.
 */
final class KeyPattern {
    private final Pattern pattern;

    private KeyPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    static KeyPattern parse(String glob) throws DriverFailure {
        if (glob.isEmpty() || glob.length() > MemoryKey.LONGEST) {
            throw new DriverFailure(Denial.MALFORMED, "a pattern of keys is empty or longer than 512 characters");
        }
        StringBuilder regex = new StringBuilder();
        for (int at = 0; at < glob.length(); at++) {
            if (glob.startsWith("**", at)) {
                regex.append("(?s:.*)");
                at++;
            } else if (glob.charAt(at) == '*') {
                regex.append("[^/]*");
            } else {
                int point = glob.codePointAt(at);
                regex.append(Pattern.quote(Character.toString(point)));
                at += Character.charCount(point) - 1;
            }
        }
        return new KeyPattern(Pattern.compile(regex.toString()));
    }

    boolean matches(MemoryKey key) {
        return pattern.matches(key.name());
    }
}
