package ambit.cli.config;

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
        ANY;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** A JSON scalar that an argument is compared with. */
    public sealed interface Value {
        record Text(String value) implements Value {}

        record Whole(long value) implements Value {}

        record Flag(boolean value) implements Value {}

        record Nothing() implements Value {}
    }
}
