package ambit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.decision.Ledger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final long SEQUENCES = Long.getLong("oracle.sequences", 400);
    private static final int STEPS = 400;

    @Test
    void theLedgerAnswersEveryOperationAsTheModelDoes() throws IOException, InterruptedException {
        int[] seen = new int[256];
        try (Oracle oracle = Oracle.start()) {
            for (long sequence = 0; sequence < SEQUENCES; sequence++) {
                new Sequence(new SplittableRandom(SEED * 0x9E3779B97F4A7C15L + sequence), oracle, seen)
                        .run("sequence %d of seed %d".formatted(sequence, SEED));
            }
        }
        System.out.printf(
                "Oracle: %,d operations on %,d ledgers (seed %d), no difference; taken %,d, used up %,d, revoked %,d, too fast %,d%n",
                SEQUENCES * STEPS, SEQUENCES, SEED, seen[0], seen[6], seen[9], seen[32]);
        assertThat(List.of(seen[0], seen[6], seen[9], seen[32])).allMatch(count -> count > SEQUENCES);
    }

    /** Operations from chance on a ledger and on the model; what the ledger answered is noted, and compared at the end. */
    private static final class Sequence {
        private static final int NOBODY = 60_000;
        private static final int ROOM = 20;

        private final SplittableRandom random;
        private final Oracle oracle;
        private final int[] seen;
        private final Ledger ledger;
        private final int room;
        private final List<String> done = new ArrayList<>();
        private final List<Long> answers = new ArrayList<>();
        /** How many numbers each answer of the model has: 0 for one byte. */
        private final List<Boolean> bytes = new ArrayList<>();

        private long now = 1000;

        Sequence(SplittableRandom random, Oracle oracle, int[] seen) {
            this.random = random;
            this.oracle = oracle;
            this.seen = seen;
            // Now and then one that is as deep as may be, and one with hardly any room.
            this.room = random.nextInt(8) == 0 ? Ledger.MAX_DEPTH + 2 : 1 + random.nextInt(ROOM);
            this.ledger = new Ledger(room);
        }

        void run(String name) throws IOException {
            oracle.askForLedger(room);
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            oracle.send();
            for (int i = 0; i < answers.size(); i++) {
                long expected = bytes.get(i) ? oracle.code() : oracle.number();
                assertThat(answers.get(i))
                        .as("%s, after %s", name, done.subList(0, Math.min(done.size(), i + 1)))
                        .isEqualTo(expected);
            }
        }

        private void step() throws IOException {
            int node = random.nextInt(-1, room + 1);
            now += random.nextInt(12) - (random.nextInt(9) == 0 ? 9 : 0);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> allocate(random.nextInt(room > ROOM ? 12 : 4) == 0 ? Ledger.NONE : newest(node));
                case 3 -> {
                    if (random.nextInt(4) == 0) {
                        oracle.askLedger('F', name(node));
                        answered("free " + node, ledger.free(node) ? 1 : 0);
                    }
                }
                case 4 -> {
                    if (random.nextInt(10) == 0) {
                        ledger.revoke(node);
                        oracle.askLedger('V', name(node));
                    }
                }
                case 5 -> {
                    long reserved = random.nextLong(-1, 6);
                    long spent = large(random.nextLong(-1, 8));
                    ledger.settle(node, reserved, spent);
                    oracle.askLedger('S', name(node), reserved, spent);
                    look(node, "settle %d %d %d".formatted(node, reserved, spent));
                }
                case 6 -> pace(node);
                default -> take(node);
            }
        }

        /** The last one of a deep ledger, so that it grows downwards. */
        private int newest(int otherwise) {
            int last = otherwise;
            for (int i = 0; room > ROOM && i < room && ledger.left(i) != 0; i++) {
                last = i;
            }
            return last;
        }

        private void take(int node) throws IOException {
            long amount = large(random.nextLong(-1, 5));
            long at = random.nextInt(50) == 0 ? -1 : now;
            int code = ledger.take(node, amount, at);
            seen[code]++;
            oracle.askLedger('T', name(node), amount, at);
            answered("take %d %d at %d".formatted(node, amount, at), code);
            look(node, "");
            look(random.nextInt(room), "");
        }

        private void pace(int node) throws IOException {
            long most = random.nextLong(-1, 6);
            long span = random.nextLong(0, 40);
            long since = random.nextLong(-1, 3) * now;
            long taken = random.nextLong(-1, 5);
            oracle.askLedger('P', name(node), most, span, since, taken);
            answered(
                    "pace %d %d %d %d %d".formatted(node, most, span, since, taken),
                    ledger.pace(node, most, span, since, taken) ? 1 : 0);
        }

        private void allocate(int above) throws IOException {
            long limit = random.nextInt(3) == 0 ? -1 : large(random.nextLong(40));
            long taken = random.nextLong(random.nextInt(20) == 0 ? -1 : 0, 4);
            int node = ledger.allocate(above, limit, taken);
            oracle.askToAllocate(
                    name(node),
                    above == Ledger.NONE ? OptionalInt.empty() : OptionalInt.of(name(above)),
                    limit,
                    taken);
            answered("allocate %d below %d: %d %d".formatted(node, above, limit, taken), node >= 0 ? 1 : 0);
        }

        private void look(int node, String operation) throws IOException {
            oracle.askLedger('Q', name(node));
            for (long number : new long[] {
                ledger.left(node), ledger.taken(node), ledger.windowOpened(node), ledger.takenInWindow(node)
            }) {
                done.add(operation);
                answers.add(number);
                bytes.add(false);
            }
        }

        private void answered(String operation, int answer) {
            done.add(operation);
            answers.add((long) answer);
            bytes.add(true);
        }

        private long large(long small) {
            return random.nextInt(60) == 0 ? Long.MAX_VALUE - Math.abs(small) : small;
        }

        private static int name(int node) {
            return node < 0 ? NOBODY : node;
        }
    }
}
