package ambit.drivers.redaction;

import ambit.wire.Blob;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes out of a body what must not be kept, and puts a marker such as {@code [redacted:email]} in its place.
 *
 * <p>Where the body is a JSON document, rules look at its strings (also at JSON inside of them), at its names and, for cards, at whole numbers; what comes out
 * is JSON again. Where it is a stream of events, what comes in pieces is also looked at as a whole. Anything else is looked at as text.
 * What nothing was found in stays byte for byte as it was, and what was redacted once is not changed by the same rules again.
 *
 * <p>It hides what people and programs wrote as usual, not what somebody wrote so that it is not found. Immutable, safe for use by several threads.
 */
public final class Redaction {
    /** What rules can be named; in this order they are applied. */
    public enum Kind {
        SECRETS,
        IBANS,
        CARDS,
        EMAILS,
        PHONES
    }

    /** A body without what must not be kept, and in how many places something was taken out. */
    public record Redacted(Blob bytes, int places) {}

    /** JSON in a string in JSON in a string. */
    private static final int DEEPEST = 4;

    /** Rounds until nothing more is found; two are usual. */
    private static final int ROUNDS = 16;

    private final List<Rule> rules;
    private final Pattern markers;

    private Redaction(List<Rule> rules) {
        this.rules = rules;
        this.markers = Pattern.compile(rules.stream()
                .map(rule -> Pattern.quote(rule.name()))
                .collect(Collectors.joining("|", "\\[redacted:(?:", ")(?:#[0-9]{1,6})?\\]")));
    }

    /**
     * Makes the rules.
     *
     * @param patterns of the user's own: name → RE2 pattern
     * @param secrets texts that are always taken out, the longer ones first
     * @throws IllegalArgumentException with a sentence, if a pattern is none
     */
    public static Redaction of(Set<Kind> kinds, Map<String, String> patterns, Collection<String> secrets) {
        return new Redaction(Rules.of(kinds, patterns, secrets));
    }

    /** The body as it may be kept; empty if it is no text, so that nobody can say what is in it. */
    public Optional<Redacted> redact(Blob body) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body.toArray()))
                    .toString();
            Pass pass = new Pass();
            String redacted = pass.body(text, 0);
            if (pass.endless) {
                return Optional.empty();
            }
            return Optional.of(new Redacted(pass.places == 0 ? body : utf8(redacted), pass.places));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Blob utf8(String text) throws CharacterCodingException {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        byte[] all = new byte[bytes.remaining()];
        bytes.get(all);
        return Blob.of(all);
    }

    /** One body on its way. */
    private final class Pass {
        private int places;
        private boolean endless;

        String body(String body, int depth) {
            return written(body, Leaves.of(body), depth);
        }

        private String written(String body, List<Leaf> leaves, int depth) {
            List<String> texts = new ArrayList<>();
            Map<Long, List<Integer>> streams = new LinkedHashMap<>();
            for (int i = 0; i < leaves.size(); i++) {
                Leaf leaf = leaves.get(i);
                texts.add(alone(leaf, depth));
                if (leaf.kind() == Leaf.Kind.STRING) {
                    streams.computeIfAbsent(leaf.place().id(), _ -> new ArrayList<>())
                            .add(i);
                }
            }
            streams.values().stream().filter(pieces -> pieces.size() > 1).forEach(pieces -> together(pieces, texts));
            return joined(body, leaves, texts);
        }

        private String alone(Leaf leaf, int depth) {
            return switch (leaf.kind()) {
                case PLAIN -> text(leaf.text());
                case STRING -> depth < DEEPEST ? nested(leaf.text(), depth) : text(leaf.text());
                case KEY -> key(leaf.text());
                case NUMBER -> number(leaf.text());
            };
        }

        private String nested(String text, int depth) {
            return Leaves.document(text)
                    .map(leaves -> written(text, leaves, depth + 1))
                    .orElseGet(() -> text(text));
        }

        private String text(String text) {
            List<String> pieces = new ArrayList<>(List.of(text));
            settle(pieces);
            return pieces.getFirst();
        }

        private void together(List<Integer> places, List<String> texts) {
            List<String> pieces = new ArrayList<>();
            places.forEach(place -> pieces.add(texts.get(place)));
            settle(pieces);
            for (int i = 0; i < pieces.size(); i++) {
                texts.set(places.get(i), pieces.get(i));
            }
        }

        /** A name in which anything is found is replaced whole. */
        private String key(String name) {
            if (markers.matcher(name).matches()) {
                return name;
            }
            for (Rule rule : rules) {
                if (!found(rule, name).isEmpty()) {
                    places++;
                    return rule.marker();
                }
            }
            return name;
        }

        private String number(String digits) {
            for (Rule rule : rules) {
                if (rule.inNumbers() && !rule.finder().find(digits).isEmpty()) {
                    places++;
                    return rule.marker();
                }
            }
            return digits;
        }

        /** Applies all rules until none finds anything more. */
        private void settle(List<String> pieces) {
            int before = -1;
            for (int round = 0; before != places; round++) {
                if (round == ROUNDS) {
                    endless = true;
                    return;
                }
                before = places;
                rules.forEach(rule -> apply(rule, pieces));
            }
        }

        private void apply(Rule rule, List<String> pieces) {
            List<Span> found = found(rule, pieces.size() == 1 ? pieces.getFirst() : String.join("", pieces));
            places += found.size();
            if (!found.isEmpty()) {
                replace(found, rule.marker(), pieces);
            }
        }
    }

    /** Where the rule finds something outside of markers. */
    private List<Span> found(Rule rule, String text) {
        if (!text.contains("[redacted:")) {
            return rule.finder().find(text);
        }
        List<Span> found = new ArrayList<>();
        Matcher marker = markers.matcher(text);
        int from = 0;
        boolean more = true;
        while (more) {
            more = marker.find();
            int start = from;
            String between = text.substring(start, more ? marker.start() : text.length());
            rule.finder().find(between).forEach(it -> found.add(new Span(start + it.from(), start + it.to())));
            from = more ? marker.end() : from;
        }
        return found;
    }

    /** Replaces spans of the joined pieces: the marker goes into the piece where a span begins. */
    private static void replace(List<Span> spans, String marker, List<String> pieces) {
        int start = 0;
        int next = 0;
        for (int i = 0; i < pieces.size(); i++) {
            String piece = pieces.get(i);
            StringBuilder kept = new StringBuilder();
            int at = 0;
            while (next < spans.size() && spans.get(next).from() < start + piece.length()) {
                Span span = spans.get(next);
                if (span.from() >= start) {
                    kept.append(piece, at, span.from() - start).append(marker);
                }
                at = Math.min(piece.length(), span.to() - start);
                if (span.to() > start + piece.length()) {
                    break;
                }
                next++;
            }
            pieces.set(i, kept.append(piece, at, piece.length()).toString());
            start += piece.length();
        }
    }

    private static String joined(String body, List<Leaf> leaves, List<String> texts) {
        StringBuilder out = new StringBuilder(body.length());
        Set<String> names = new HashSet<>();
        leaves.stream().filter(leaf -> leaf.kind() == Leaf.Kind.KEY).forEach(leaf -> names.add(leaf.text()));
        int from = 0;
        for (int i = 0; i < leaves.size(); i++) {
            Leaf leaf = leaves.get(i);
            String text = texts.get(i);
            if (!text.equals(leaf.text())) {
                out.append(body, from, leaf.from());
                switch (leaf.kind()) {
                    case PLAIN -> out.append(text);
                    case STRING, NUMBER -> quote(text, out);
                    case KEY -> quote(fresh(text, names), out);
                }
                from = leaf.to();
            }
        }
        return out.append(body, from, body.length()).toString();
    }

    /** A name that the document does not have yet: {@code [redacted:email]}, {@code [redacted:email#2]}, … */
    private static String fresh(String marker, Set<String> names) {
        String name = marker;
        for (int number = 2; !names.add(name); number++) {
            name = marker.substring(0, marker.length() - 1) + "#" + number + "]";
        }
        return name;
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (pair) {
                out.append(c).append(text.charAt(++i));
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                out.append("\\u").append(java.util.HexFormat.of().toHexDigits((short) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
