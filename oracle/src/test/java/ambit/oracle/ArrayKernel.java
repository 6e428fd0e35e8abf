package ambit.oracle;

import ambit.decision.Block;
import ambit.decision.Chain;
import ambit.decision.Conjunct;
import ambit.decision.Received;
import ambit.decision.Values;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Rules;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Str;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The kernel that this class's loader finds, with cases put into its arrays. */
final class ArrayKernel implements Kernel {
    private static final Pattern DECIMAL = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?");
    private static final byte[] NONE = {};

    @Override
    public Verdict evaluate(Case it, Readings readings) {
        Block[] blocks = new Block[it.chain().size()];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = block(it.chain().get(b), readings);
        }
        Arrays arguments = new Arrays(it.arguments().size());
        for (int i = 0; i < arguments.types.length; i++) {
            arguments.paths[i] = utf8(it.arguments().get(i).path());
            arguments.put(i, it.arguments().get(i).value());
            if (it.arguments().get(i).value() instanceof Str(String text)) {
                arguments.addresses[i] = readings.of('a', text);
                arguments.hosts[i] = readings.of('h', text);
                arguments.urls[i] = readings.of('u', text);
            }
        }
        long answer = new Chain(blocks).evaluate(arguments.values(), new Received(), it.now());
        return new Verdict(Chain.code(answer), Chain.block(answer), Chain.item(answer));
    }

    private static Block block(Rules rules, Readings readings) {
        Conjunct[] conjuncts = new Conjunct[rules.conditions().size()];
        for (int c = 0; c < conjuncts.length; c++) {
            conjuncts[c] = conjunct(rules.conditions().get(c), readings);
        }
        return new Block(rules.notBefore(), rules.expires(), rules.mayUse(), rules.closed(), conjuncts);
    }

    private static Conjunct conjunct(Condition condition, Readings readings) {
        Arrays operands = new Arrays(condition.operands().size());
        for (int k = 0; k < operands.types.length; k++) {
            Scalar operand = condition.operands().get(k);
            operands.put(k, operand);
            if (operand instanceof Str(String text)) {
                if (condition.isLocated()) {
                    operands.place(k, condition.kind(), readings.ofOperand(condition.kind(), text));
                } else if ((condition.kind() == Conjunct.MIN || condition.kind() == Conjunct.MAX) && isDecimal(text)) {
                    operands.types[k] = Values.DECIMAL;
                }
            }
        }
        return new Conjunct(utf8(condition.path()), condition.kind(), condition.optional(), operands.values());
    }

    private static boolean isDecimal(String text) {
        return text.length() <= 64 && DECIMAL.matcher(text).matches();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What {@link Values} are made of. */
    private static final class Arrays {
        final byte[][] paths;
        final int[] types;
        final long[] numbers;
        final byte[][] texts;
        final byte[][] addresses;
        final byte[][] hosts;
        final byte[][] urls;
        final byte[][] digests;

        Arrays(int size) {
            paths = none(size);
            types = new int[size];
            numbers = new long[size];
            texts = none(size);
            addresses = none(size);
            hosts = none(size);
            urls = none(size);
            digests = none(size);
        }

        private static byte[][] none(int size) {
            byte[][] none = new byte[size][];
            java.util.Arrays.fill(none, NONE);
            return none;
        }

        void put(int i, Scalar value) {
            switch (value) {
                case Null _ -> types[i] = Values.NULL;
                case Bool(boolean yes) -> {
                    types[i] = Values.BOOL;
                    numbers[i] = yes ? 1 : 0;
                }
                case Int(long number) -> {
                    types[i] = Values.INT;
                    numbers[i] = number;
                    texts[i] = utf8(Long.toString(number));
                }
                case Str(String text) -> {
                    types[i] = Values.STRING;
                    texts[i] = utf8(text);
                }
                case Dec(String plain) -> {
                    types[i] = Values.DECIMAL;
                    texts[i] = utf8(plain);
                }
                case Empty _ -> types[i] = Values.EMPTY;
                case Different _ -> types[i] = 77;
            }
        }

        /** A network has how many bits count, then its address. */
        void place(int k, int kind, byte[] reading) {
            boolean network = kind == Conjunct.CIDR && reading.length > 0;
            numbers[k] = network ? Byte.toUnsignedInt(reading[0]) : 0;
            texts[k] = network ? java.util.Arrays.copyOfRange(reading, 1, reading.length) : reading;
        }

        Values values() {
            return new Values(paths, types, numbers, texts, addresses, hosts, urls, digests);
        }
    }
}
