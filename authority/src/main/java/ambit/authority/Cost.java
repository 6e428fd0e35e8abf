package ambit.authority;

import ambit.decision.Values;
import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import ambit.wire.Numbered;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What one call of a capability spends of one budget: it is reserved before the call and settled after it.
 *
 * @param budget its index in the grant
 * @param amount {@link Kind#CALL}: what each call spends; {@link Kind#ARGUMENT}: how many units of the budget one unit of the argument is;
 *     {@link Kind#METERED}: what is reserved, and spent where the driver reports no less
 * @param of {@link Kind#ARGUMENT}: the path of the argument, of whose numbers the sum counts; {@link Kind#METERED}: what the driver's receipt calls
 *     it; else empty
 */
public record Cost(
        @Range(to = Grant.MAX_BUDGETS - 1) int budget,
        Kind kind,
        @Range(from = 1) long amount,
        @Max(Constraint.MAX_PATH) String of)
        implements Cbor.Artifact {
    /** Where the amount is known from. */
    public enum Kind implements Numbered {
        CALL(1),
        ARGUMENT(2),
        METERED(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    @Override
    public void check() throws MalformedException {
        if (of.isEmpty() != (kind == Kind.CALL)) {
            throw new MalformedException("a cost by argument or meter names it, one by call names nothing");
        }
    }

    /**
     * What a call with these arguments has to reserve.
     *
     * @throws ArithmeticException if the arguments say no whole number from 0 that fits
     */
    public long reserved(Values arguments) {
        if (kind != Kind.ARGUMENT) {
            return amount;
        }
        byte[] path = of.getBytes(StandardCharsets.UTF_8);
        BigDecimal sum = BigDecimal.ZERO;
        boolean found = false;
        for (int i = 0; i < arguments.size(); i++) {
            if (Arrays.equals(path, arguments.path(i))) {
                sum = sum.add(number(arguments, i));
                found = true;
            }
        }
        if (!found) {
            throw new ArithmeticException(of + " is left out");
        }
        return sum.multiply(BigDecimal.valueOf(amount)).longValueExact();
    }

    /** Numbers, and strings that spell one, as {@code min} and {@code max} read them. */
    private static BigDecimal number(Values arguments, int i) {
        String text = new String(arguments.text(i), StandardCharsets.UTF_8);
        boolean isNumber = arguments.type(i) == Values.INT
                || arguments.type(i) == Values.DECIMAL
                || arguments.type(i) == Values.STRING;
        if (!isNumber || !Places.isDecimal(text) || text.startsWith("-")) {
            throw new ArithmeticException("no number from 0");
        }
        return new BigDecimal(text);
    }
}
