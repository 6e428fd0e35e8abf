package ambit.drivers.redaction;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what has the form of a pattern: its first group, or all of it where it has none.
 *
 * @param hints every text that fits holds one of these; none for any
 * @param group 0 or 1
 */
record Shape(List<String> hints, Pattern pattern, int group) implements Rule.Finder {

    /** A form that stands by itself: neither a letter, a digit nor {@code _} is beside it. Told by the pattern, to stay linear. */
    static Shape apart(String pattern, String... hints) {
        String alone = "(?:\\A|[^\\pL\\pN_])(" + pattern + ")(?:[^\\pL\\pN_]|\\z)";
        return new Shape(List.of(hints), Pattern.compile(alone), 1);
    }

    static Shape anywhere(String pattern, String... hints) {
        return new Shape(List.of(hints), Pattern.compile(pattern), 0);
    }

    /** What any of these finds. */
    static Rule.Finder any(List<Shape> shapes) {
        return text -> {
            Union found = new Union();
            shapes.forEach(shape -> shape.find(text).forEach(found::add));
            return found.inOrder();
        };
    }

    @Override
    public List<Span> find(String text) {
        if (!hints.isEmpty() && hints.stream().noneMatch(text::contains)) {
            return List.of();
        }
        List<Span> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int from = 0;
        while (from <= text.length() && matcher.find(from)) {
            int start = matcher.start(group);
            int end = matcher.end(group);
            if (end > start) {
                found.add(new Span(start, end));
            }
            from = Math.max(end, from + 1);
        }
        return found;
    }

    static boolean isOfWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
