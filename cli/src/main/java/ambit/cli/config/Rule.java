package ambit.cli.config;

import ambit.authority.Constraint;
import ambit.wire.Cbor;
import java.util.List;

/**
 * What must hold of one argument.
 *
 * @param path the argument's name; {@code a/b} names a member of an object, {@code a/*} each element of a list
 * @param optional whether the argument may be left out
 */
public record Rule(Position at, String path, Kind kind, List<Value> operands, boolean optional) {

    /** The closed set of rules, under the words that {@code ambit.yaml} has for them. */
    public enum Kind {
        EQ,
        IN,
        MIN,
        MAX,
        PREFIX,
        GLOB,
        UNDER,
        ABSENT,
        ANY,
        NOT_IN,
        SUBSET,
        MAX_LENGTH,
        CIDR,
        HOST,
        URL,
        FROM;

        private final Constraint.Kind constraint = Constraint.Kind.valueOf(name());

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** What a grant says of it. */
    public Constraint constraint() {
        List<Cbor> values = operands.stream().map(Rule::operand).toList();
        return new Constraint(path, kind.constraint, values, optional);
    }

    private static Cbor operand(Value value) {
        return switch (value) {
            case Value.Text(String text) -> Cbor.of(text);
            case Value.Whole(long number) -> Cbor.of(number);
            case Value.Flag(boolean flag) -> Cbor.of(flag);
            case Value.Nothing() -> new Cbor.Null();
        };
    }

    /** A JSON scalar that an argument is compared with. */
    public sealed interface Value {
        record Text(String value) implements Value {}

        record Whole(long value) implements Value {}

        record Flag(boolean value) implements Value {}

        record Nothing() implements Value {}
    }
}
