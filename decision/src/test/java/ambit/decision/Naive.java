package ambit.decision;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rules of docs/constraints.md once more, by other means: strings, lists, regular expressions. */
final class Naive {
    /** A path, names joined by slashes, and what is there. */
    record Argument(String path, Value value) {}

    /** A typed value; the text spells it. */
    record Value(int type, String text) {}

    record Condition(String path, int kind, boolean optional, List<Value> operands) {}

    record Rules(boolean closed, List<Condition> conditions) {}

    private Naive() {}

    static int decide(List<Rules> chain, List<Argument> arguments) {
        for (Rules rules : chain) {
            int code = decide(rules, arguments);
            if (code != Codes.ALLOWED) {
                return code;
            }
        }
        return Codes.ALLOWED;
    }

    private static int decide(Rules rules, List<Argument> arguments) {
        for (Condition c : rules.conditions()) {
            if (arguments.stream().anyMatch(a -> objects(c, a))) {
                return Codes.CONSTRAINT;
            }
        }
        for (Condition c : rules.conditions()) {
            boolean needed = !c.optional() && c.kind() != Conjunct.ABSENT;
            if (needed && arguments.stream().noneMatch(a -> speaksOf(c, a))) {
                return Codes.ARGUMENT_MISSING;
            }
        }
        for (Argument a : arguments) {
            if (rules.closed() && rules.conditions().stream().noneMatch(c -> speaksOf(c, a) || shell(c, a))) {
                return Codes.ARGUMENT_NOT_NAMED;
            }
        }
        return Codes.ALLOWED;
    }

    private static boolean objects(Condition c, Argument a) {
        if (c.kind() == Conjunct.ANY) {
            return false;
        }
        List<String> named = split(c.path());
        List<String> found = split(a.path());
        if (named.equals(found)) {
            return !satisfies(c, a.value());
        }
        int same = 0;
        while (same < named.size() && same < found.size() && named.get(same).equals(found.get(same))) {
            same++;
        }
        if (same == named.size()) {
            return true;
        }
        if (same == found.size()) {
            return c.kind() != Conjunct.ABSENT && a.value().type() != Values.EMPTY;
        }
        return named.get(same).equals("*") || found.get(same).equals("*");
    }

    private static boolean speaksOf(Condition c, Argument a) {
        return a.path().equals(c.path())
                || (c.kind() == Conjunct.ANY && a.path().startsWith(c.path() + "/"));
    }

    private static boolean shell(Condition c, Argument a) {
        return a.value().type() == Values.EMPTY && c.path().startsWith(a.path() + "/");
    }

    private static List<String> split(String path) {
        return Arrays.asList(path.split("/", -1));
    }

    private static boolean satisfies(Condition c, Value value) {
        if (c.kind() == Conjunct.IN) {
            return c.operands().stream().anyMatch(o -> equal(o, value));
        }
        if (c.kind() == Conjunct.ABSENT || c.operands().isEmpty()) {
            return false;
        }
        Value operand = c.operands().getFirst();
        boolean integers = value.type() == Values.INT && operand.type() == Values.INT;
        boolean strings = value.type() == Values.STRING && operand.type() == Values.STRING;
        return switch (c.kind()) {
            case Conjunct.EQ -> equal(operand, value);
            case Conjunct.MIN -> integers && Long.parseLong(value.text()) >= Long.parseLong(operand.text());
            case Conjunct.MAX -> integers && Long.parseLong(value.text()) <= Long.parseLong(operand.text());
            case Conjunct.PREFIX -> strings && value.text().startsWith(operand.text());
            case Conjunct.GLOB ->
                strings && glob(operand.text()).matcher(value.text()).matches();
            case Conjunct.UNDER -> strings && under(value.text(), operand.text());
            default -> false;
        };
    }

    private static boolean equal(Value a, Value b) {
        boolean comparable = a.type() != Values.DECIMAL && a.type() != Values.EMPTY;
        return comparable && a.type() == b.type() && a.text().equals(b.text());
    }

    /** For ASCII texts, where a byte is a code unit. */
    static Pattern glob(String glob) {
        String regex = glob.chars()
                .mapToObj(c -> switch (c) {
                    case '*' -> "*";
                    case '?' -> "[^/]";
                    default -> Pattern.quote(String.valueOf((char) c));
                })
                .reduce("", String::concat);
        return Pattern.compile(
                regex.replace("**", "\u0001").replace("*", "[^/]*").replace("\u0001", ".*"), Pattern.DOTALL);
    }

    static boolean under(String path, String base) {
        Optional<List<String>> segments = segments(path);
        Optional<List<String>> baseSegments = segments(base);
        if (segments.isEmpty() || baseSegments.isEmpty()) {
            return false;
        }
        int depth = baseSegments.get().size();
        return segments.get().size() >= depth
                && segments.get().subList(0, depth).equals(baseSegments.get());
    }

    private static Optional<List<String>> segments(String path) {
        if (!path.startsWith("/") || path.contains("\\") || path.contains("\0")) {
            return Optional.empty();
        }
        if (path.equals("/")) {
            return Optional.of(List.of());
        }
        List<String> segments = split(path.substring(1));
        boolean odd = segments.stream().anyMatch(s -> s.isEmpty() || s.equals(".") || s.equals(".."));
        return odd ? Optional.empty() : Optional.of(segments);
    }

    static Values values(List<Argument> arguments) {
        int n = arguments.size();
        byte[][] paths = new byte[n][];
        byte[][] texts = new byte[n][];
        int[] types = new int[n];
        long[] numbers = new long[n];
        for (int i = 0; i < n; i++) {
            Value value = arguments.get(i).value();
            paths[i] = bytes(arguments.get(i).path());
            types[i] = value.type();
            texts[i] = bytes(value.text());
            if (value.type() == Values.INT) {
                numbers[i] = Long.parseLong(value.text());
            } else if (value.type() == Values.BOOL) {
                numbers[i] = value.text().equals("true") ? 1 : 0;
            }
        }
        return new Values(paths, types, numbers, texts);
    }

    static Chain chain(List<Rules> chain) {
        List<Block> blocks = new ArrayList<>();
        for (Rules rules : chain) {
            Conjunct[] conjuncts = rules.conditions().stream()
                    .map(c -> new Conjunct(
                            bytes(c.path()),
                            c.kind(),
                            c.optional(),
                            values(c.operands().stream()
                                    .map(o -> new Argument("", o))
                                    .toList())))
                    .toArray(Conjunct[]::new);
            blocks.add(new Block(0, Long.MAX_VALUE, true, rules.closed(), conjuncts));
        }
        return new Chain(blocks.toArray(Block[]::new));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
