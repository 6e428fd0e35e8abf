package ambit.cli.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads {@code bodies}, and {@code keep-bodies} of an agent or a tool. */
final class BodiesParser {

    static final String OWN = "keep-bodies";

    private static final List<String> BODIES = List.of("keep", "for", "at-most", "redact");
    private static final List<String> PATTERN = List.of("name", "pattern");
    private static final long AT_MOST = 1L << 30;
    private static final int MOST_PATTERNS = 16;
    private static final Pattern ANY_TEXT = Pattern.compile("(?s).*");
    private static final Pattern PATTERN_TEXT = Pattern.compile("(?s).{1,256}");

    /** What markers of the named rules say, and so what no other pattern is called. */
    private static final Set<String> MARKERS = Set.of("credential", "secret", "email", "iban", "card", "phone");

    /** What java.util.regex has and a pattern that takes linear time cannot have. */
    private static final Pattern NOT_LINEAR = Pattern.compile("\\(\\?(?:[=!>]|<[=!])|\\\\[1-9]|\\\\k<|[*+?}]\\+");

    private final Problems problems;

    BodiesParser(Problems problems) {
        this.problems = problems;
    }

    Optional<Bodies> bodies(Node node) {
        Fields fields = Fields.closed(problems, "'bodies'", node, BODIES);
        if (!(node instanceof Node.Mapping)) {
            return Optional.empty();
        }
        Set<Bodies.Kept> keep = fields.required("keep", "[parameters, results]")
                .map(list -> kept(fields, list, EnumSet.allOf(Bodies.Kept.class)))
                .orElse(Set.of());
        Duration retention = fields.required("for", "30 d")
                .flatMap(time -> fields.quantity(time, Quantity::duration, Quantity.TIME_EXAMPLE))
                .orElse(Duration.ofDays(1));
        long atMost = fields.optional("at-most")
                .flatMap(size -> fields.quantity(size, Quantity::bytes, Quantity.SIZE_EXAMPLE))
                .orElse(AT_MOST);
        List<String> rules = new ArrayList<>();
        Map<String, String> patterns = new LinkedHashMap<>();
        fields.optional("redact")
                .ifPresentOrElse(list -> redact(fields, list, rules, patterns), () -> rules.addAll(Bodies.RULES));
        return Optional.of(new Bodies(
                fields.at(), keep, retention, atMost, List.copyOf(rules), Collections.unmodifiableMap(patterns)));
    }

    /** What an agent or a tool says itself, if it does; {@code possible} are the words that mean something there. */
    Optional<Set<Bodies.Kept>> own(Fields fields, Set<Bodies.Kept> possible) {
        return fields.optional(OWN).map(list -> kept(fields, list, possible));
    }

    private Set<Bodies.Kept> kept(Fields fields, Node list, Set<Bodies.Kept> possible) {
        Set<Bodies.Kept> kept = EnumSet.noneOf(Bodies.Kept.class);
        List<String> words = possible.stream().map(Bodies.Kept::word).toList();
        for (Node item : fields.items(list, "a list of " + String.join(", ", words))) {
            fields.text(item, ANY_TEXT, "one of " + String.join(", ", words)).ifPresent(word -> {
                Optional<Bodies.Kept> known = Bodies.Kept.of(word).filter(possible::contains);
                if (known.isEmpty()) {
                    problems.error(
                            item.at(),
                            "'" + Fields.shortened(word) + "' is nothing that can be kept here",
                            Names.hint(word, words));
                } else if (!kept.add(known.get())) {
                    problems.error(item.at(), "'" + word + "' stands here a second time", "keep one of the two");
                }
            });
        }
        return Collections.unmodifiableSet(kept);
    }

    private void redact(Fields fields, Node list, List<String> rules, Map<String, String> patterns) {
        for (Node item : fields.items(list, "a list of rules for redaction")) {
            if (item instanceof Node.Mapping) {
                pattern(item, patterns);
                continue;
            }
            fields.text(item, ANY_TEXT, "the name of a rule for redaction").ifPresent(word -> {
                if (!Bodies.RULES.contains(word)) {
                    problems.error(
                            item.at(),
                            "there is no rule '" + Fields.shortened(word) + "' for redaction",
                            Names.hint(word, Bodies.RULES));
                } else if (rules.contains(word)) {
                    problems.error(item.at(), "'" + word + "' stands here a second time", "keep one of the two");
                } else {
                    rules.add(word);
                }
            });
        }
        if (patterns.size() > MOST_PATTERNS) {
            problems.error(list.at(), "more than " + MOST_PATTERNS + " patterns", "join some of them with |");
        }
    }

    private void pattern(Node item, Map<String, String> patterns) {
        Fields fields = Fields.closed(problems, "a pattern for redaction", item, PATTERN);
        Optional<String> name =
                fields.required("name", "ticket").flatMap(node -> fields.text(node, Names.NAME, "a short name"));
        Optional<Node> place = fields.required("pattern", "'TICKET-[0-9]{4,8}'");
        Optional<String> pattern =
                place.flatMap(node -> fields.text(node, PATTERN_TEXT, "a pattern of at most 256 characters"));
        if (name.isPresent() && (MARKERS.contains(name.get()) || patterns.containsKey(name.get()))) {
            problems.error(item.at(), "the name '" + name.get() + "' is taken", "choose another one");
        } else if (name.isPresent() && pattern.isPresent() && isGood(place.orElseThrow(), pattern.get())) {
            patterns.put(name.get(), pattern.get());
        }
    }

    private boolean isGood(Node place, String pattern) {
        try {
            if (NOT_LINEAR.matcher(pattern).find()) {
                problems.error(
                        place.at(),
                        "the pattern '" + Fields.shortened(pattern) + "' could take for ever",
                        "leave out back references, look-around, and possessive or atomic groups (RE2 has none of them)");
                return false;
            }
            if (Pattern.compile(pattern).matcher("").matches()) {
                problems.error(
                        place.at(),
                        "the pattern '" + Fields.shortened(pattern) + "' also matches where nothing is",
                        "let it match one character at least");
                return false;
            }
            return true;
        } catch (PatternSyntaxException e) {
            problems.error(
                    place.at(),
                    "'" + Fields.shortened(pattern) + "' is not a pattern: " + e.getDescription(),
                    "a regular expression as RE2 has them, such as TICKET-[0-9]{4,8}");
            return false;
        }
    }
}
