package ambit.oracle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Operations from chance on a ledger and on the model; what the ledger answered is noted, and compared at the end. */
final class Sequence {
    static final int STEPS = 400;

    private static final int NONE = -1;
    private static final int DEEPEST = 66;
    private static final int NOBODY = 60_000;
    private static final int ROOM = 20;

    private final String name;
    private final SplittableRandom random;
    private final Oracle oracle;
    private final int[] seen;
    private final Kernel.Counts ledger;
    private final int room;
    private final List<String> done = new ArrayList<>();
    private final List<Long> answers = new ArrayList<>();
    /** How many numbers each answer of the model has: 0 for one byte. */
    private final List<Boolean> bytes = new ArrayList<>();

    private long now = 1000;
    private int last = NONE;

    Sequence(long seed, long number, Kernel kernel, Oracle oracle, int[] seen) {
        this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
        this.name = "sequence %d of seed %d".formatted(number, seed);
        this.oracle = oracle;
        this.seen = seen;
        // Now and then one that is as deep as may be, and one with hardly any room.
        this.room = random.nextInt(8) == 0 ? DEEPEST + 2 : 1 + random.nextInt(ROOM);
        this.ledger = kernel.counts(room);
    }

    /** How the ledger differs from the model, or nothing. */
    Optional<String> difference() throws IOException {
        oracle.askForLedger(room);
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        oracle.send();
        Optional<String> difference = Optional.empty();
        for (int i = 0; i < answers.size(); i++) {
            long expected = bytes.get(i) ? oracle.code() : oracle.number();
            if (difference.isEmpty() && answers.get(i) != expected) {
                difference = Optional.of("%s: the model says %d, the ledger %d, after %s"
                        .formatted(name, expected, answers.get(i), done.subList(0, i + 1)));
            }
        }
        return difference;
    }

    private void step() throws IOException {
        int node = random.nextInt(-1, room + 1);
        now += random.nextInt(12) - (random.nextInt(9) == 0 ? 9 : 0);
        if (isDeep() && random.nextInt(2) == 0) {
            last = Math.max(last, allocate(last));
            return;
        }
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> {
                if (!isDeep() || random.nextInt(40) == 0) {
                    allocate(random.nextInt(4) > 0 ? node : NONE);
                }
            }
            case 3 -> {
                if (random.nextInt(isDeep() ? 40 : 4) == 0) {
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

    private boolean isDeep() {
        return room > ROOM;
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

    private int allocate(int above) throws IOException {
        long limit = random.nextInt(3) == 0 ? -1 : large(random.nextLong(40));
        long taken = random.nextLong(random.nextInt(20) == 0 ? -1 : 0, 4);
        int node = ledger.allocate(above, limit, taken);
        oracle.askToAllocate(
                name(node), above == NONE ? OptionalInt.empty() : OptionalInt.of(name(above)), limit, taken);
        answered("allocate %d below %d: %d %d".formatted(node, above, limit, taken), node >= 0 ? 1 : 0);
        return node;
    }

    private void look(int node, String operation) throws IOException {
        oracle.askLedger('Q', name(node));
        for (long number : ledger.look(node)) {
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
