package ambit.cli.config;

import ambit.cli.config.Rule.Kind;
import ambit.cli.config.Rule.Value;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads {@code where}. It closes the world: an argument that it does not name is refused, unless {@code "*": any} stands
 * there. A bare scalar means eq, a list means in, a mapping spells the rules out; {@code name?} may be left out.
 */
final class RuleParser {

    private static final Pattern PATH = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,256}");
    private static final List<String> WORDS =
            Stream.of(Kind.values()).map(Kind::word).toList();

    private final Problems problems;

    RuleParser(Problems problems) {
        this.problems = problems;
    }

    /** What {@code where} says: rules, and whether other arguments are allowed. */
    record Where(List<Rule> rules, boolean others) {}

    Where where(Node node) {
        if (node instanceof Node.Text text && text.value().equals("any")) {
            return new Where(List.of(), true);
        }
        if (!(node instanceof Node.Mapping)) {
            problems.error(
                    node.at(),
                    "'where' should be 'any' or a mapping of arguments, not " + node.kind(),
                    "for example 'where: {path: {under: /documents}}'");
            return new Where(List.of(), false);
        }
        List<Rule> rules = new ArrayList<>();
        boolean others = false;
        for (Node.Entry entry : Fields.open(problems, "'where'", node).all()) {
            if (entry.key().equals("*")) {
                others = isAny(entry);
            } else {
                rules.addAll(rules(entry));
            }
        }
        return new Where(List.copyOf(rules), others);
    }

    private boolean isAny(Node.Entry entry) {
        if (entry.value() instanceof Node.Text text && text.value().equals("any")) {
            return true;
        }
        problems.error(
                entry.value().at(), "'*' can only be any", "leave it out to refuse arguments that are not named");
        return false;
    }

    private List<Rule> rules(Node.Entry entry) {
        boolean optional = entry.key().endsWith("?");
        String path = optional ? entry.key().substring(0, entry.key().length() - 1) : entry.key();
        if (!PATH.matcher(path).matches() || List.of(path.split("/", -1)).contains("")) {
            problems.error(
                    entry.at(), "'" + Fields.shortened(path) + "' cannot name an argument", "name, a/b or list/*");
            return List.of();
        }
        return switch (entry.value()) {
            case Node.Text(Position at, String value)
            when value.equals("any") -> List.of(new Rule(at, path, Kind.ANY, List.of(), optional));
            case Node.Text(Position at, String value)
            when value.equals("absent") -> List.of(new Rule(at, path, Kind.ABSENT, List.of(), optional));
            case Node.Sequence list -> List.of(in(entry.value().at(), path, Kind.IN, list, optional));
            case Node.Mapping mapping -> spelledOut(path, mapping, optional);
            case Node scalar ->
                value(scalar).stream()
                        .map(value -> new Rule(scalar.at(), path, Kind.EQ, List.of(value), optional))
                        .toList();
        };
    }

    private Rule in(Position at, String path, Kind kind, Node.Sequence list, boolean optional) {
        List<Value> values = new ArrayList<>();
        list.items().forEach(item -> value(item).ifPresent(values::add));
        if (list.items().isEmpty()) {
            problems.error(at, "an empty list allows no value at all", "use 'absent' to forbid the argument");
        }
        return new Rule(at, path, kind, List.copyOf(values), optional);
    }

    private List<Rule> spelledOut(String path, Node.Mapping mapping, boolean optional) {
        List<Rule> rules = new ArrayList<>();
        Fields fields = Fields.closed(problems, "a rule for '" + path + "'", mapping, WORDS);
        if (mapping.entries().isEmpty()) {
            problems.error(
                    mapping.at(), "the rule for '" + path + "' says nothing", "write 'any' to allow every value");
        }
        for (Node.Entry entry : fields.all()) {
            Kind kind = Kind.valueOf(entry.key().toUpperCase(Locale.ROOT).replace('-', '_'));
            rule(path, kind, entry, optional).ifPresent(rules::add);
        }
        if (rules.size() > 1 && rules.stream().anyMatch(rule -> rule.kind() == Kind.ABSENT)) {
            problems.error(mapping.at(), "'" + path + "' cannot be absent and have a value", "keep one of the two");
        }
        return rules;
    }

    private Optional<Rule> rule(String path, Kind kind, Node.Entry entry, boolean optional) {
        Node node = entry.value();
        return switch (kind) {
            case EQ -> value(node).map(value -> new Rule(entry.at(), path, kind, List.of(value), optional));
            case IN, NOT_IN, SUBSET -> {
                if (node instanceof Node.Sequence list) {
                    yield Optional.of(in(entry.at(), path, kind, list, optional));
                }
                problems.error(
                        node.at(),
                        "'" + kind.word() + "' needs a list, not " + node.kind(),
                        "for example '" + kind.word() + ": [a, b]'");
                yield Optional.empty();
            }
            case MIN, MAX -> bound(entry, path, kind, optional);
            case MAX_LENGTH -> {
                if (node instanceof Node.Whole whole && whole.value() >= 0) {
                    yield Optional.of(one(entry, path, kind, new Value.Whole(whole.value()), optional));
                }
                problems.error(node.at(), "'max-length' needs a whole number from 0", "");
                yield Optional.empty();
            }
            case CIDR, HOST, URL -> located(entry, path, kind, optional);
            case FROM -> from(entry, path, optional);
            case PREFIX, GLOB -> {
                if (node instanceof Node.Text text && !text.value().isEmpty()) {
                    yield Optional.of(one(entry, path, kind, new Value.Text(text.value()), optional));
                }
                problems.error(node.at(), "'" + kind.word() + "' needs a text, not " + node.kind(), "");
                yield Optional.empty();
            }
            case UNDER -> under(entry, path, optional);
            case ABSENT, ANY -> {
                if (node instanceof Node.Flag flag && flag.value()) {
                    yield Optional.of(new Rule(entry.at(), path, kind, List.of(), optional));
                }
                problems.error(node.at(), "'" + kind.word() + "' can only be true", "leave it out otherwise");
                yield Optional.empty();
            }
        };
    }

    private Optional<Rule> bound(Node.Entry entry, String path, Kind kind, boolean optional) {
        Node node = entry.value();
        if (node instanceof Node.Whole whole) {
            return Optional.of(one(entry, path, kind, new Value.Whole(whole.value()), optional));
        }
        Value value = new Value.Text(node instanceof Node.Text text ? text.value() : "");
        Rule rule = one(entry, path, kind, value, optional);
        if (isUsable(rule)) {
            return Optional.of(rule);
        }
        problems.error(
                node.at(),
                "'" + kind.word() + "' needs a whole number, or a decimal one in quotes, not " + node.kind(),
                "for example '" + kind.word() + ": 50' or '" + kind.word() + ": \"12.50\"'");
        return Optional.empty();
    }

    private Optional<Rule> located(Node.Entry entry, String path, Kind kind, boolean optional) {
        List<Node> nodes = entry.value() instanceof Node.Sequence list ? list.items() : List.of(entry.value());
        List<Value> values = new ArrayList<>();
        if (nodes.isEmpty()) {
            problems.error(
                    entry.value().at(), "an empty list allows no value at all", "use 'absent' to forbid the argument");
        }
        for (Node node : nodes) {
            Value value = new Value.Text(node instanceof Node.Text text ? text.value() : "");
            if (isUsable(one(entry, path, kind, value, optional))) {
                values.add(value);
            } else {
                String example = switch (kind) {
                    case CIDR -> "10.0.0.0/8";
                    case HOST -> "api.example.com or \"*.example.com\"";
                    default -> "https://api.example.com/v1";
                };
                problems.error(node.at(), "this is nothing for '" + kind.word() + "'", "write it such as " + example);
            }
        }
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(new Rule(entry.at(), path, kind, List.copyOf(values), optional));
    }

    /** {@code from: tool.operation#field}, or with how many calls may act on each value: {@code {field: …, calls: 1}}. */
    private Optional<Rule> from(Node.Entry entry, String path, boolean optional) {
        List<Value> operands = new ArrayList<>();
        if (entry.value() instanceof Node.Mapping) {
            Fields fields = Fields.closed(problems, "'from'", entry.value(), List.of("field", "calls"));
            fields.required("field", "bills.read#iban").ifPresent(node -> source(node, operands));
            fields.required("calls", "1")
                    .map(node -> fields.count(node, 1, AgentParser.MOST_USES))
                    .ifPresent(calls -> calls.ifPresent(count -> operands.add(new Value.Whole(count))));
        } else {
            source(entry.value(), operands);
        }
        Rule rule = new Rule(entry.at(), path, Kind.FROM, List.copyOf(operands), optional);
        return isUsable(rule) ? Optional.of(rule) : Optional.empty();
    }

    private void source(Node node, List<Value> operands) {
        Value source = new Value.Text(node instanceof Node.Text text ? text.value() : "");
        if (isUsable(new Rule(node.at(), "x", Kind.FROM, List.of(source), true))) {
            operands.add(source);
        } else {
            problems.error(
                    node.at(),
                    "'from' needs a field of a tool's result",
                    "such as bills.read#structuredContent/bills/*/iban");
        }
    }

    /** Whether a grant can say this: the same check that the core makes. */
    private static boolean isUsable(Rule rule) {
        try {
            rule.constraint().check();
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    private Optional<Rule> under(Node.Entry entry, String path, boolean optional) {
        if (entry.value() instanceof Node.Text text && isCleanPath(text.value())) {
            return Optional.of(one(entry, path, Kind.UNDER, new Value.Text(text.value()), optional));
        }
        problems.error(entry.value().at(), "'under' needs an absolute path", "such as /documents/public");
        return Optional.empty();
    }

    /** As {@code docs/constraints.md} defines it; everything else would never match. */
    private static boolean isCleanPath(String path) {
        if (path.equals("/")) {
            return true;
        }
        List<String> steps = List.of(path.split("/", -1));
        boolean dots = steps.contains(".") || steps.contains("..");
        boolean empty = steps.stream().skip(1).anyMatch(String::isEmpty);
        return path.startsWith("/") && !dots && !empty && path.indexOf('\\') < 0 && path.indexOf('\0') < 0;
    }

    private static Rule one(Node.Entry entry, String path, Kind kind, Value operand, boolean optional) {
        return new Rule(entry.at(), path, kind, List.of(operand), optional);
    }

    private Optional<Value> value(Node node) {
        return switch (node) {
            case Node.Text text -> Optional.of(new Value.Text(text.value()));
            case Node.Whole whole -> Optional.of(new Value.Whole(whole.value()));
            case Node.Flag flag -> Optional.of(new Value.Flag(flag.value()));
            case Node.Nothing _ -> Optional.of(new Value.Nothing());
            case Node.Decimal decimal -> {
                problems.error(
                        decimal.at(),
                        "numbers with a fraction are not compared",
                        "use 'min' and 'max', with the number in quotes");
                yield Optional.empty();
            }
            case Node.Sequence _, Node.Mapping _ -> {
                problems.error(node.at(), "expected one value, not " + node.kind(), "name members as 'a/b'");
                yield Optional.empty();
            }
        };
    }
}
