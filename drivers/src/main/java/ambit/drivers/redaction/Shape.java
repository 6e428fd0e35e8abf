package ambit.drivers.redaction;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what has the form of a pattern, where it stands by itself if {@code apart}: neither a letter, a digit nor {@code _} is beside it.
 *
 * @param hints every text that fits holds one of these; none for any
 */
record Shape(List<String> hints, Pattern pattern, boolean apart) implements Rule.Finder {

    /** A form that stands by itself. */
    static Shape apart(String pattern, String... hints) {
        return new Shape(List.of(hints), Pattern.compile(pattern), true);
    }

    static Shape anywhere(String pattern, String... hints) {
        return new Shape(List.of(hints), Pattern.compile(pattern), false);
    }

    /** What any of these finds first. */
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
            boolean good = matcher.end() > matcher.start() && (!apart || isApart(text, matcher.start(), matcher.end()));
            if (good) {
                found.add(new Span(matcher.start(), matcher.end()));
            }
            from = good ? matcher.end() : matcher.start() + 1;
        }
        return found;
    }

    static boolean isApart(String text, int from, int to) {
        return (from == 0 || !isOfWord(text.charAt(from - 1))) && (to == text.length() || !isOfWord(text.charAt(to)));
    }

    static boolean isOfWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
