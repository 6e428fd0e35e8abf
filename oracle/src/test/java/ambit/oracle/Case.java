package ambit.oracle;

import java.util.List;

/** One question: may this chain be used with these arguments now? Written as the page on constraints has it. */
public record Case(long now, List<Rules> chain, List<Argument> arguments, List<Seen> received) {
    /** One block. */
    public record Rules(long notBefore, long expires, boolean mayUse, boolean closed, List<Condition> conditions) {}

    public record Condition(String path, int kind, boolean optional, List<Scalar> operands) {
        /** Whether it needs what texts say as an address, a host or a URL. */
        public boolean isLocated() {
            return kind >= 13 && kind <= 15;
        }
    }

    public record Argument(String path, Scalar value) {
        /** What the value is known by where a tool returned it; here its text. */
        public String digest() {
            return switch (value) {
                case Str(String text) -> text;
                case Int(long number) -> Long.toString(number);
                case Dec(String plain) -> plain;
                case Null _, Bool _, Empty _, Different _ -> "";
            };
        }
    }

    /** That a value was received from a source, and how many calls acted on it. */
    public record Seen(String source, String digest, int acted) {}

    /** A value or an operand. */
    public sealed interface Scalar {}

    public record Null() implements Scalar {}

    public record Bool(boolean value) implements Scalar {}

    public record Int(long value) implements Scalar {}

    public record Str(String value) implements Scalar {}

    /** A number with a fraction, in plain digits. */
    public record Dec(String plain) implements Scalar {}

    /** A list or object without anything in it. */
    public record Empty() implements Scalar {}

    /** An operand of a type that nothing is compared with. */
    public record Different() implements Scalar {}
}
