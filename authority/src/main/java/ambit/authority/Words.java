package ambit.authority;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Fields;
import ambit.wire.MalformedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Artifacts in words for people: nothing in them can move the cursor, end the line or pass for a word of ours. */
final class Words {
    private Words() {}

    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if ((c >= 0x20 && c < 0x7f) || Character.isLetterOrDigit(c)) {
                quoted.appendCodePoint(c);
            } else {
                quoted.append("\\u{").append(Integer.toHexString(c)).append('}');
            }
        });
        return quoted.append('"').toString();
    }

    /** A name as it is where it is harmless, quoted otherwise. */
    static String plain(String name) {
        return name.matches("[A-Za-z0-9._/:@*~-]+") ? name : quote(name);
    }

    static String second(long seconds) {
        return Instant.ofEpochSecond(seconds).toString();
    }

    static String milli(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    static String times(long uses) {
        return uses < 0 ? "without limit" : "at most " + uses + (uses == 1 ? " time" : " times");
    }

    /** The constraints, and what happens to other arguments. */
    static String constraints(List<Constraint> constraints, boolean closed) {
        String all = constraints.stream().map(Constraint::describe).collect(Collectors.joining(", "));
        String others = closed ? "no other argument" : "any other argument";
        return all.isEmpty() ? "with " + (closed ? "no argument" : "any argument") : "with " + all + ", " + others;
    }

    /** What a block takes away. */
    static List<String> block(Blob drop, List<Narrowing> narrowings) {
        List<String> lines = new ArrayList<>();
        if (!drop.isEmpty()) {
            String indices = Bitmap.indices(drop).stream().map(String::valueOf).collect(Collectors.joining(", "));
            lines.add("drops the capabilities " + indices);
        }
        narrowings.forEach(narrowing -> lines.add(narrowing.describe()));
        return lines;
    }

    static String outcome(int status) {
        return denial(status)
                .map(denial -> denial.name() + ", " + denial.sentence())
                .orElse("done");
    }

    /** Reads 0 or the number of a denial. */
    static int status(Fields in) throws MalformedException {
        return in.optionalDenial().map(Denial::number).orElse(0);
    }

    private static Optional<Denial> denial(int status) {
        return Arrays.stream(Denial.values())
                .filter(denial -> denial.number() == status)
                .findFirst();
    }
}
