package ambit.oracle;

import java.util.List;

/** One question: may this chain be used with these arguments now? Written as the page on constraints has it. */
record Case(long now, List<Rules> chain, List<Argument> arguments, List<Seen> received) {
    /** One block. */
    record Rules(long notBefore, long expires, boolean mayUse, boolean closed, List<Condition> conditions) {}

    record Condition(String path, int kind, boolean optional, List<Scalar> operands) {
        /** Whether it needs what texts say as an address, a host or a URL. */
        boolean isLocated() {
            return kind >= 13 && kind <= 15;
        }
    }

    record Argument(String path, Scalar value) {
        /** What the value is known by where a tool returned it; here its text. */
        String digest() {
            return switch (value) {
                case Str(String text) -> text;
                case Int(long number) -> Long.toString(number);
                case Dec(String plain) -> plain;
                case Null _, Bool _, Empty _, Different _ -> "";
            };
        }
    }

    /** That a value was received from a source, and how many calls acted on it. */
    record Seen(String source, String digest, int acted) {}

    /** A value or an operand. */
    sealed interface Scalar {}

    record Null() implements Scalar {}

    record Bool(boolean value) implements Scalar {}

    record Int(long value) implements Scalar {}

    record Str(String value) implements Scalar {}

    /** A number with a fraction, in plain digits. */
    record Dec(String plain) implements Scalar {}

    /** A list or object without anything in it. */
    record Empty() implements Scalar {}

    /** An operand of a type that nothing is compared with. */
    record Different() implements Scalar {}
}
