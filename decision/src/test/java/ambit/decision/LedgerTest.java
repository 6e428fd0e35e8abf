package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final int ROOM = 24;

    /** A node of the oracle: an object that knows its parent, and the times of what was taken in its window. */
    private static final class Node {
        private final Node parent;
        private final long limit;
        private long used;
        private boolean revoked;
        private long rate = Ledger.UNLIMITED;
        private long length;
        private long opened;
        private long within;

        Node(@Nullable Node parent, long limit, long taken) {
            this.parent = parent == null ? this : parent;
            this.limit = limit;
            this.used = limit < 0 ? taken : Math.min(limit, taken);
        }

        List<Node> line() {
            List<Node> line = new ArrayList<>(List.of(this));
            for (Node node = this; node.parent != node; node = node.parent) {
                line.add(node.parent);
            }
            return line;
        }

        int take(long amount, long now) {
            if (line().stream().anyMatch(node -> node.revoked)) {
                return Codes.REVOKED;
            }
            if (amount < 0 || line().stream().anyMatch(node -> node.limit >= 0 && node.used + amount > node.limit)) {
                return Codes.USES_EXHAUSTED;
            }
            if (line().stream().anyMatch(node -> node.rate >= 0 && node.inWindow(now) + amount > node.rate)) {
                return Codes.RATE_LIMITED;
            }
            for (Node node : line()) {
                node.used += amount;
                if (node.rate >= 0) {
                    node.within = node.inWindow(now) + amount;
                    node.opened = now - node.opened >= node.length ? now : node.opened;
                }
            }
            return Codes.ALLOWED;
        }

        private long inWindow(long now) {
            return now - opened >= length ? 0 : within;
        }

        long left() {
            return line().stream()
                    .filter(node -> node.limit >= 0)
                    .mapToLong(node -> node.limit - node.used)
                    .min()
                    .orElse(-1);
        }
    }

    private static int use(Ledger ledger, int node) {
        return ledger.take(node, 1, 0);
    }

    @Test
    void whatIsTakenIsTakenFromEveryAncestor() {
        Ledger ledger = new Ledger(8);
        int root = ledger.allocate(Ledger.NONE, 3, 0);
        int one = ledger.allocate(root, 2, 0);
        int two = ledger.allocate(root, Ledger.UNLIMITED, 0);
        assertThat(use(ledger, one)).isEqualTo(Codes.ALLOWED);
        assertThat(use(ledger, two)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.left(two)).isEqualTo(1);
        assertThat(ledger.take(two, 2, 0)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(use(ledger, root)).isEqualTo(Codes.ALLOWED);
        assertThat(use(ledger, one)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(use(ledger, two)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(ledger.take(two, 0, 0)).as("nothing can always be taken").isEqualTo(Codes.ALLOWED);
    }

    @Test
    void whatWasTakenBeforeCounts() {
        Ledger ledger = new Ledger(2);
        int root = ledger.allocate(Ledger.NONE, 5, 4);
        assertThat(ledger.take(root, 2, 0)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(ledger.take(root, 1, 0)).isEqualTo(Codes.ALLOWED);
        int over = ledger.allocate(Ledger.NONE, 5, 9);
        assertThat(ledger.taken(over)).isEqualTo(5);
        assertThat(use(ledger, over)).isEqualTo(Codes.USES_EXHAUSTED);
    }

    @Test
    void amountsThatOverflowAreRefused() {
        Ledger ledger = new Ledger(2);
        int root = ledger.allocate(Ledger.NONE, Ledger.UNLIMITED, 0);
        assertThat(ledger.take(root, Long.MAX_VALUE, 0)).isEqualTo(Codes.ALLOWED);
        assertThat(use(ledger, root)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(ledger.take(root, -1, 0)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(ledger.taken(root)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void settlingGivesBackWhatWasNotSpentAndChargesWhatWasSpentBeyond() {
        Ledger ledger = new Ledger(4);
        int root = ledger.allocate(Ledger.NONE, 100, 0);
        assertThat(ledger.take(root, 60, 0)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.take(root, 41, 0)).isEqualTo(Codes.USES_EXHAUSTED);
        ledger.settle(root, 60, 10);
        assertThat(ledger.taken(root)).isEqualTo(10);
        assertThat(ledger.take(root, 80, 0)).isEqualTo(Codes.ALLOWED);
        ledger.settle(root, 80, 1000);
        assertThat(ledger.taken(root)).as("as far as the limit goes").isEqualTo(100);
        ledger.settle(root, 1000, 0);
        assertThat(ledger.taken(root)).as("never below nothing").isZero();
        ledger.settle(root, 0, -1);
        ledger.settle(root, -1, 0);
        ledger.settle(99, 0, 1);
        assertThat(ledger.taken(root)).isZero();
    }

    @Test
    void aRateLetsSoMuchPassInAWindowAndAWindowBeginsWithTheFirstTaking() {
        Ledger ledger = new Ledger(4);
        int root = ledger.allocate(Ledger.NONE, Ledger.UNLIMITED, 0);
        assertThat(ledger.pace(root, 2, 1000, 0, 0)).isTrue();
        int child = ledger.allocate(root, Ledger.UNLIMITED, 0);
        assertThat(ledger.take(child, 1, 5000)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.take(root, 1, 5999)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.take(child, 1, 5999)).isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.takenInWindow(root)).isEqualTo(2);
        assertThat(ledger.take(child, 1, 6000)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.windowOpened(root)).isEqualTo(6000);
        assertThat(ledger.take(child, 1, 4000))
                .as("time that goes back opens nothing")
                .isEqualTo(Codes.ALLOWED);
        assertThat(ledger.take(child, 1, 4000)).isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.take(child, 3, 9000)).isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.take(child, 1, -1)).isEqualTo(Codes.RATE_LIMITED);
    }

    @Test
    void aWindowGoesOnWhereItWas() {
        Ledger ledger = new Ledger(1);
        int root = ledger.allocate(Ledger.NONE, Ledger.UNLIMITED, 7);
        assertThat(ledger.pace(root, 2, 1000, 5000, 1)).isTrue();
        assertThat(ledger.take(root, 1, 5500)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.take(root, 1, 5501)).isEqualTo(Codes.RATE_LIMITED);
        for (long[] wrong : new long[][] {{-1, 1, 0, 0}, {1, 0, 0, 0}, {1, 1, -1, 0}, {1, 1, 0, -1}}) {
            assertThat(ledger.pace(root, wrong[0], wrong[1], wrong[2], wrong[3]))
                    .isFalse();
        }
        assertThat(ledger.pace(9, 1, 1, 0, 0)).isFalse();
        assertThat(ledger.take(root, 1, 5501)).isEqualTo(Codes.RATE_LIMITED);
    }

    @Test
    void freeingAChildGivesNothingBack() {
        Ledger ledger = new Ledger(2);
        int root = ledger.allocate(Ledger.NONE, 2, 0);
        for (int i = 0; i < 2; i++) {
            int child = ledger.allocate(root, 1, 0);
            assertThat(ledger.free(root)).as("a node with children stays").isFalse();
            assertThat(use(ledger, child)).isEqualTo(Codes.ALLOWED);
            assertThat(ledger.free(child)).isTrue();
            assertThat(ledger.free(child)).isFalse();
        }
        int third = ledger.allocate(root, 1, 0);
        assertThat(use(ledger, third)).isEqualTo(Codes.USES_EXHAUSTED);
    }

    @Test
    void roomAndDepthAreBounded() {
        Ledger ledger = new Ledger(Ledger.MAX_DEPTH + 8);
        int node = Ledger.NONE;
        for (int i = 0; i < Ledger.MAX_DEPTH; i++) {
            node = ledger.allocate(node, 1, 0);
            assertThat(node).isNotNegative();
        }
        assertThat(ledger.allocate(node, 1, 0)).isEqualTo(Ledger.NONE);
        for (int i = 0; i < 8; i++) {
            assertThat(ledger.allocate(Ledger.NONE, 1, 0)).isNotNegative();
        }
        assertThat(ledger.allocate(Ledger.NONE, 1, 0)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(Ledger.NONE, -2, 0)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(Ledger.NONE, 1, -1)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(99, 1, 0)).isEqualTo(Ledger.NONE);
    }

    @Test
    void whatIsNoLiveNodeIsRefused() {
        Ledger ledger = new Ledger(2);
        for (int node : new int[] {-2, -1, 0, 1, 2, Integer.MAX_VALUE}) {
            assertThat(use(ledger, node)).isEqualTo(Codes.REVOKED);
            assertThat(ledger.left(node)).isZero();
            assertThat(ledger.taken(node) + ledger.takenInWindow(node) + ledger.windowOpened(node))
                    .isZero();
            ledger.revoke(node);
        }
    }

    @Test
    void randomInterleavingsNeverPassALimitAndRevokedStaysRevoked() {
        for (int seed = 0; seed < Integer.getInteger("decision.cases", 60_000) / 1000; seed++) {
            interleave(new SplittableRandom(seed));
        }
    }

    private static void interleave(SplittableRandom random) {
        Ledger ledger = new Ledger(ROOM);
        Map<Integer, Node> nodes = new HashMap<>();
        long now = 1000;
        for (int step = 0; step < 1500; step++) {
            int target = random.nextInt(ROOM);
            now += random.nextInt(20);
            switch (random.nextInt(14)) {
                case 0, 1 -> allocate(ledger, nodes, random.nextInt(4) == 0 ? Ledger.NONE : target, random);
                case 2 -> {
                    boolean childless = nodes.values().stream()
                            .noneMatch(n -> n.parent == nodes.get(target) && n != nodes.get(target));
                    boolean expected = nodes.containsKey(target) && childless;
                    assertThat(ledger.free(target)).isEqualTo(expected);
                    if (expected) {
                        nodes.remove(target);
                    }
                }
                case 3 -> {
                    if (random.nextInt(6) == 0) {
                        ledger.revoke(target);
                        if (nodes.containsKey(target)) {
                            nodes.get(target).revoked = true;
                        }
                    }
                }
                case 4 -> settle(ledger, nodes.get(target), target, random);
                default -> {
                    Node node = nodes.get(target);
                    long amount = random.nextLong(4) - (random.nextInt(20) == 0 ? 1 : 0);
                    int expected = node == null ? Codes.REVOKED : node.take(amount, now);
                    assertThat(ledger.take(target, amount, now)).isEqualTo(expected);
                }
            }
            nodes.forEach((index, node) -> {
                assertThat(ledger.left(index)).isEqualTo(node.left());
                assertThat(ledger.taken(index)).isEqualTo(node.used);
                assertThat(ledger.takenInWindow(index)).isEqualTo(node.within);
                assertThat(node.limit < 0 || node.used <= node.limit).isTrue();
                assertThat(node.rate < 0 || node.within <= node.rate).isTrue();
            });
        }
    }

    private static void settle(Ledger ledger, @Nullable Node node, int target, SplittableRandom random) {
        long reserved = random.nextLong(4);
        long spent = random.nextLong(6);
        ledger.settle(target, reserved, spent);
        if (node != null) {
            long used = Math.max(0, node.used - reserved) + spent;
            node.used = node.limit < 0 ? used : Math.min(node.limit, used);
        }
    }

    private static void allocate(Ledger ledger, Map<Integer, Node> nodes, int above, SplittableRandom random) {
        long limit = random.nextInt(5) == 0 ? Ledger.UNLIMITED : random.nextLong(12);
        long taken = random.nextLong(3);
        int index = ledger.allocate(above, limit, taken);
        boolean room = nodes.size() < ROOM && (above == Ledger.NONE || nodes.containsKey(above));
        assertThat(index >= 0).isEqualTo(room);
        if (index >= 0) {
            Node node = new Node(nodes.get(above), limit, taken);
            assertThat(nodes.put(index, node)).isNull();
            if (random.nextInt(3) == 0) {
                node.rate = random.nextLong(4);
                node.length = 1 + random.nextLong(60);
                assertThat(ledger.pace(index, node.rate, node.length, 0, 0)).isTrue();
            }
        }
    }
}
