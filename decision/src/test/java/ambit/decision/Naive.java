package ambit.decision;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The rules of docs/constraints.md once more, by other means: strings, lists, regular expressions. */
final class Naive {
    /** A path, names joined by slashes, and what is there. */
    record Argument(String path, Value value) {}

    /** A typed value; the text spells it. */
    record Value(int type, String text) {}

    record Condition(String path, int kind, boolean optional, List<Value> operands) {}

    record Rules(boolean closed, List<Condition> conditions) {}

    /** What the contexts of these tests received, by source. */
    static final Map<String, List<Value>> RECEIVED = Map.of(
            "bills.read#iban",
            List.of(new Value(Values.STRING, "a"), new Value(Values.INT, "1")),
            "contacts.search#mail",
            List.of(new Value(Values.STRING, "/r/a"), new Value(Values.STRING, "")));

    private Naive() {}

    static Received received() {
        Received received = new Received();
        RECEIVED.forEach((source, values) ->
                values.forEach(value -> received.add(new Sighting(bytes(source), digest(value), 0))));
        return received;
    }

    /** Strings and integers have one. */
    private static byte[] digest(Value value) {
        return switch (value.type()) {
            case Values.STRING -> bytes("s" + value.text());
            case Values.INT -> bytes("n" + value.text());
            default -> new byte[0];
        };
    }

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
            long elements = arguments.stream()
                    .filter(a -> a.path().equals(c.path() + "/*"))
                    .count();
            boolean limited = !c.operands().isEmpty() && c.operands().getFirst().type() == Values.INT;
            if (c.kind() == Conjunct.MAX_LENGTH
                    && elements > 0
                    && (!limited
                            || elements > Long.parseLong(c.operands().getFirst().text()))) {
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
            boolean element = a.path().equals(c.path() + "/*");
            boolean member = c.operands().stream().anyMatch(o -> equal(o, a.value()));
            boolean plain = a.value().type() != Values.EMPTY;
            return !(element
                    && ((c.kind() == Conjunct.MAX_LENGTH && plain) || (c.kind() == Conjunct.SUBSET && member)));
        }
        if (same == found.size()) {
            return c.kind() != Conjunct.ABSENT && a.value().type() != Values.EMPTY;
        }
        return named.get(same).equals("*") || found.get(same).equals("*");
    }

    private static boolean speaksOf(Condition c, Argument a) {
        return a.path().equals(c.path())
                || (List.of(Conjunct.ANY, Conjunct.SUBSET, Conjunct.MAX_LENGTH).contains(c.kind())
                        && a.path().startsWith(c.path() + "/"));
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
        if (c.kind() == Conjunct.NOT_IN) {
            return c.operands().stream().anyMatch(o -> o.type() == value.type())
                    && c.operands().stream().noneMatch(o -> equal(o, value));
        }
        if (value.type() == Values.EMPTY) {
            return c.kind() == Conjunct.SUBSET
                    || (c.kind() == Conjunct.MAX_LENGTH
                            && operand.type() == Values.INT
                            && Long.parseLong(operand.text()) >= 0);
        }
        boolean strings = value.type() == Values.STRING && operand.type() == Values.STRING;
        return switch (c.kind()) {
            case Conjunct.EQ -> equal(operand, value);
            case Conjunct.MIN -> ordered(value, operand) && number(value).compareTo(number(operand)) >= 0;
            case Conjunct.MAX -> ordered(value, operand) && number(value).compareTo(number(operand)) <= 0;
            case Conjunct.MAX_LENGTH ->
                value.type() == Values.STRING
                        && operand.type() == Values.INT
                        && value.text().codePointCount(0, value.text().length()) <= Long.parseLong(operand.text());
            case Conjunct.CIDR -> c.operands().stream().anyMatch(o -> strings(value, o) && inNetwork(value, o));
            case Conjunct.HOST ->
                c.operands().stream().anyMatch(o -> strings(value, o) && isHost(value.text(), o.text()));
            case Conjunct.PREFIX -> strings && value.text().startsWith(operand.text());
            case Conjunct.GLOB ->
                strings && glob(operand.text()).matcher(value.text()).matches();
            case Conjunct.UNDER -> strings && under(value.text(), operand.text());
            case Conjunct.FROM ->
                operand.type() == Values.STRING
                        && RECEIVED.getOrDefault(operand.text(), List.of()).contains(value);
            default -> false;
        };
    }

    private static boolean strings(Value value, Value operand) {
        return value.type() == Values.STRING && operand.type() == Values.STRING;
    }

    /** Integers with an integer, and everything that is a number with a decimal. */
    private static boolean ordered(Value value, Value operand) {
        if (operand.type() == Values.INT) {
            return value.type() == Values.INT;
        }
        return operand.type() == Values.DECIMAL
                && List.of(Values.INT, Values.DECIMAL, Values.STRING).contains(value.type())
                && value.text().matches("-?(0|[1-9][0-9]*)([.][0-9]+)?");
    }

    private static BigDecimal number(Value value) {
        return new BigDecimal(value.text());
    }

    /** Networks as these tests write them: {@code 10.2.0.0/16}. */
    private static boolean inNetwork(Value value, Value network) {
        String[] parts = network.text().split("/", -1);
        return parts.length == 2
                && address(value.text()).length == 16
                && bits(address(value.text()))
                        .startsWith(bits(address(parts[0])).substring(0, 96 + Integer.parseInt(parts[1])));
    }

    private static String bits(byte[] address) {
        StringBuilder bits = new StringBuilder();
        for (byte octet : address) {
            bits.append(Integer.toBinaryString((octet & 0xff) | 0x100).substring(1));
        }
        return bits.toString();
    }

    static byte[] address(String text) {
        if (!text.matches("[0-9]+([.][0-9]+){3}")) {
            return new byte[0];
        }
        byte[] address = Arrays.copyOf(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, 16);
        String[] parts = text.split("[.]", -1);
        for (int i = 0; i < 4; i++) {
            address[12 + i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }

    static boolean isHost(String host, String pattern) {
        if (!host.matches("[a-z.]+")) {
            return false;
        }
        return pattern.startsWith("*.")
                ? host.endsWith(pattern.substring(1)) && host.length() > pattern.length() - 1
                : host.equals(pattern);
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
        return new Values(
                paths,
                types,
                numbers,
                texts,
                readings(arguments, Naive::address),
                readings(arguments, text -> bytes(text.matches("[a-z.]+") ? text : "")),
                readings(arguments, text -> bytes(text.contains("//") ? text : "")),
                arguments.stream().map(a -> digest(a.value())).toArray(byte[][]::new));
    }

    private static byte[][] readings(List<Argument> arguments, Function<String, byte[]> reading) {
        return arguments.stream()
                .map(a -> a.value().type() == Values.STRING
                        ? reading.apply(a.value().text())
                        : new byte[0])
                .toArray(byte[][]::new);
    }

    /** The operands of a condition as the kernel has them. */
    private static Values operands(Condition c) {
        Values values =
                values(c.operands().stream().map(o -> new Argument("", o)).toList());
        if (c.kind() != Conjunct.CIDR) {
            return values;
        }
        int n = values.size();
        byte[][] networks = new byte[n][];
        long[] bits = new long[n];
        for (int k = 0; k < n; k++) {
            String[] parts = c.operands().get(k).text().split("/", -1);
            networks[k] = parts.length == 2 ? address(parts[0]) : new byte[0];
            bits[k] = parts.length == 2 ? 96 + Long.parseLong(parts[1]) : 0;
        }
        return new Values(
                new byte[n][0],
                new int[n],
                bits,
                networks,
                new byte[n][0],
                new byte[n][0],
                new byte[n][0],
                new byte[n][0]);
    }

    static Chain chain(List<Rules> chain) {
        List<Block> blocks = new ArrayList<>();
        for (Rules rules : chain) {
            Conjunct[] conjuncts = rules.conditions().stream()
                    .map(c -> new Conjunct(bytes(c.path()), c.kind(), c.optional(), operands(c)))
                    .toArray(Conjunct[]::new);
            blocks.add(new Block(0, Long.MAX_VALUE, true, rules.closed(), conjuncts));
        }
        return new Chain(blocks.toArray(Block[]::new));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
