package ambit.authority;

import ambit.decision.Conjunct;
import ambit.decision.Texts;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import ambit.wire.Numbered;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One condition on one argument, as {@code docs/constraints.md} defines it.
 *
 * @param path names joined by slashes, {@code *} for the elements of a list
 * @param operands texts, integers, booleans or null, as many and of such a type as the kind demands
 * @param optional whether the argument may be left out
 */
public record Constraint(
        @Max(MAX_PATH) String path,
        Kind kind,
        @Max(MAX_OPERANDS) List<Cbor> operands,
        boolean optional) implements Cbor.Artifact {
    /** How an argument is compared. */
    public enum Kind implements Numbered {
        EQ(Conjunct.EQ, "= "),
        IN(Conjunct.IN, "one of "),
        MIN(Conjunct.MIN, "≥ "),
        MAX(Conjunct.MAX, "≤ "),
        PREFIX(Conjunct.PREFIX, "beginning with "),
        GLOB(Conjunct.GLOB, "like "),
        UNDER(Conjunct.UNDER, "at or under "),
        ABSENT(Conjunct.ABSENT, "left out"),
        ANY(Conjunct.ANY, "anything"),
        NOT_IN(Conjunct.NOT_IN, "none of "),
        SUBSET(Conjunct.SUBSET, "a list of nothing but "),
        MAX_LENGTH(Conjunct.MAX_LENGTH, "no longer than "),
        CIDR(Conjunct.CIDR, "an address in "),
        HOST(Conjunct.HOST, "a host "),
        URL(Conjunct.URL, "a URL at or under "),
        FROM(Conjunct.FROM, "received from ");

        private final int number;
        private final String words;

        Kind(int number, String words) {
            this.number = number;
            this.words = words;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /** A field of the results of a capability, written {@code capability#field}. */
    public record Source(String capability, String field) {
        static Source of(String text) {
            int sign = text.indexOf('#');
            return new Source(text.substring(0, sign), text.substring(sign + 1));
        }
    }

    /** Constraints of one capability in one block. */
    public static final int MAX_COUNT = 64;

    public static final int MAX_PATH = 256;
    public static final int MAX_OPERANDS = 256;

    /** Code units of one operand; a glob's pattern may have {@link #MAX_GLOB}. */
    public static final int MAX_OPERAND = 4096;

    public static final int MAX_GLOB = 512;

    public Constraint {
        operands = List.copyOf(operands);
    }

    @Override
    public void check() throws MalformedException {
        for (Cbor operand : operands) {
            boolean scalar = switch (operand) {
                case Cbor.Text(String text) -> text.length() <= MAX_OPERAND;
                case Cbor.Int _, Cbor.Bool _, Cbor.Null _ -> true;
                case Cbor.Bytes _, Cbor.Array _, Cbor.Map _ -> false;
            };
            if (!scalar) {
                throw new MalformedException("an operand is a text within its limit, an integer, a boolean or null");
            }
        }
        if (path.isEmpty() || !fits()) {
            throw new MalformedException("constraint without a path or with operands that do not fit its type");
        }
    }

    private boolean fits() {
        Cbor first = operands.isEmpty() ? new Cbor.Null() : operands.getFirst();
        boolean one = operands.size() == 1;
        return switch (kind) {
            case IN, NOT_IN, SUBSET -> !operands.isEmpty();
            case ABSENT, ANY -> operands.isEmpty();
            case EQ -> one;
            case MIN, MAX -> one && (first instanceof Cbor.Int || are(Places::isDecimal));
            case MAX_LENGTH -> one && first instanceof Cbor.Int(long length) && length >= 0;
            case PREFIX -> one && are(_ -> true);
            case GLOB -> one && are(text -> text.length() <= MAX_GLOB);
            case UNDER -> one && are(text -> Texts.isCleanPath(utf8(text)));
            case CIDR -> are(text -> !Places.network(text).address().isEmpty());
            case HOST -> are(text -> !Places.hostPattern(text).isEmpty());
            case URL -> are(text -> !Places.urlPattern(text).isEmpty());
            case FROM -> isSource(first) && (one || (operands.size() == 2 && isCount(operands.getLast())));
        };
    }

    /** The name of a capability, {@code #}, and the path of a field of its result. */
    private static boolean isSource(Cbor operand) {
        return operand instanceof Cbor.Text(String text)
                && text.length() <= MAX_PATH
                && text.indexOf('#') > 0
                && text.indexOf('#') < text.length() - 1;
    }

    private static boolean isCount(Cbor operand) {
        return operand instanceof Cbor.Int(long times) && times > 0;
    }

    /** Where the argument must have come from; empty for every other constraint. */
    public Optional<Source> source() {
        return kind == Kind.FROM && operands.getFirst() instanceof Cbor.Text(String text)
                ? Optional.of(Source.of(text))
                : Optional.empty();
    }

    private boolean are(Predicate<String> readable) {
        return !operands.isEmpty()
                && operands.stream().allMatch(it -> it instanceof Cbor.Text(String text) && readable.test(text));
    }

    /** The operands as the values of JSON that an argument is compared with. */
    public List<Json> values() {
        return operands.stream().map(Constraint::value).toList();
    }

    private static Json value(Cbor operand) {
        return switch (operand) {
            case Cbor.Text(String text) -> new Json.Str(text);
            case Cbor.Int(long number) -> new Json.Int(number);
            case Cbor.Bool(boolean yes) -> new Json.Bool(yes);
            case Cbor.Null _ -> new Json.Null();
            case Cbor.Bytes _, Cbor.Array _, Cbor.Map _ -> throw new IllegalStateException("no such operand");
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Such as {@code max_count (may be left out) ≤ 50}. */
    public String describe() {
        String when = optional && kind != Kind.ABSENT ? " (may be left out) " : " ";
        return Words.plain(path)
                + when
                + kind.words
                + operands.stream().map(Constraint::show).collect(Collectors.joining(", "));
    }

    private static String show(Cbor operand) {
        return switch (value(operand)) {
            case Json.Str(String text) -> Words.quote(text);
            case Json.Int(long number) -> Long.toString(number);
            case Json.Bool(boolean yes) -> Boolean.toString(yes);
            default -> "null";
        };
    }
}
