package ambit.oracle;

import ambit.decision.Block;
import ambit.decision.Chain;
import ambit.decision.Conjunct;
import ambit.decision.Ledger;
import ambit.decision.Received;
import ambit.decision.Sighting;
import ambit.decision.Values;
import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Rules;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Seen;
import ambit.oracle.Case.Str;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The kernel that this class's loader finds, with cases put into its arrays. */
public final class ArrayKernel implements Kernel {
    private static final Pattern DECIMAL = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?");
    private static final byte[] NONE = {};

    @Override
    public Verdict evaluate(Case it, Readings readings) {
        Block[] blocks = new Block[it.chain().size()];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = block(it.chain().get(b), readings);
        }
        Values arguments = arguments(it.arguments(), readings);
        Received received = received(it.received());
        Chain chain = new Chain(blocks);
        long answer = chain.evaluate(arguments, received, it.now());
        List<Long> acted = new ArrayList<>();
        if (answer == 0) {
            chain.mark(arguments, received);
            for (int i = 0; i < received.size(); i++) {
                received.get(i).act();
                acted.add(acted(received.get(i)));
            }
        }
        return new Verdict(Chain.code(answer), Chain.block(answer), Chain.item(answer), acted);
    }

    @Override
    public Counts counts(int room) {
        return new LedgerCounts(new Ledger(room));
    }

    private record LedgerCounts(Ledger ledger) implements Counts {
        @Override
        public int allocate(int above, long most, long taken) {
            return ledger.allocate(above, most, taken);
        }

        @Override
        public boolean pace(int node, long most, long length, long since, long taken) {
            return ledger.pace(node, most, length, since, taken);
        }

        @Override
        public boolean free(int node) {
            return ledger.free(node);
        }

        @Override
        public void revoke(int node) {
            ledger.revoke(node);
        }

        @Override
        public int take(int node, long amount, long now) {
            return ledger.take(node, amount, now);
        }

        @Override
        public void settle(int node, long reserved, long spent) {
            ledger.settle(node, reserved, spent);
        }

        @Override
        public long[] look(int node) {
            return new long[] {
                ledger.left(node), ledger.taken(node), ledger.windowOpened(node), ledger.takenInWindow(node)
            };
        }
    }

    private static Values arguments(List<Argument> from, Readings readings) {
        Arrays arguments = new Arrays(from.size());
        for (int i = 0; i < from.size(); i++) {
            arguments.paths[i] = utf8(from.get(i).path());
            arguments.put(i, from.get(i).value());
            arguments.digests[i] = utf8(from.get(i).digest());
            if (from.get(i).value() instanceof Str(String text)) {
                arguments.addresses[i] = readings.of('a', text);
                arguments.hosts[i] = readings.of('h', text);
                arguments.urls[i] = readings.of('u', text);
            }
        }
        return arguments.values();
    }

    private static Received received(List<Seen> from) {
        Received received = new Received();
        for (Seen seen : from) {
            Sighting sighting = new Sighting(utf8(seen.source()), utf8(seen.digest()), 0);
            for (int n = 0; n < seen.acted(); n++) {
                sighting.mark(true);
                sighting.act();
            }
            received.add(sighting);
        }
        return received;
    }

    private static long acted(Sighting sighting) {
        long times = 1;
        while (!sighting.isFresh(times)) {
            times++;
        }
        return times - 1;
    }

    private static Block block(Rules rules, Readings readings) {
        Conjunct[] conjuncts = new Conjunct[rules.conditions().size()];
        for (int c = 0; c < conjuncts.length; c++) {
            conjuncts[c] = conjunct(rules.conditions().get(c), readings);
        }
        return new Block(rules.notBefore(), rules.expires(), rules.mayUse(), rules.closed(), conjuncts);
    }

    private static Conjunct conjunct(Condition condition, Readings readings) {
        if (condition.kind() == Conjunct.FROM
                && !condition.operands().isEmpty()
                && condition.operands().getFirst() instanceof Str(String source)) {
            Arrays one = new Arrays(1);
            one.put(0, new Str(source));
            one.numbers[0] = condition.operands().getLast() instanceof Int(long times) ? times : 0;
            return new Conjunct(utf8(condition.path()), Conjunct.FROM, condition.optional(), one.values());
        }
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
