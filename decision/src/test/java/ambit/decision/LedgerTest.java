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
    /** A node of the oracle: an object that knows its parent. */
    private static final class Node {
        private final Node parent;
        private final long limit;
        private long used;
        private boolean revoked;

        Node(@Nullable Node parent, long limit) {
            this.parent = parent == null ? this : parent;
            this.limit = limit;
        }

        List<Node> line() {
            List<Node> line = new ArrayList<>(List.of(this));
            for (Node node = this; node.parent != node; node = node.parent) {
                line.add(node.parent);
            }
            return line;
        }

        int use() {
            if (line().stream().anyMatch(node -> node.revoked)) {
                return Codes.REVOKED;
            }
            if (line().stream().anyMatch(node -> node.limit >= 0 && node.used >= node.limit)) {
                return Codes.USES_EXHAUSTED;
            }
            line().forEach(node -> node.used++);
            return Codes.ALLOWED;
        }

        long left() {
            return line().stream()
                    .filter(node -> node.limit >= 0)
                    .mapToLong(node -> node.limit - node.used)
                    .min()
                    .orElse(-1);
        }
    }

    @Test
    void aUseIsAUseOfEveryAncestor() {
        Ledger ledger = new Ledger(8);
        int root = ledger.allocate(Ledger.NONE, 3);
        int one = ledger.allocate(root, 2);
        int two = ledger.allocate(root, Ledger.UNLIMITED);
        assertThat(ledger.use(one)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.use(two)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.left(two)).isEqualTo(1);
        assertThat(ledger.use(root)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.use(one)).isEqualTo(Codes.USES_EXHAUSTED);
        assertThat(ledger.use(two)).isEqualTo(Codes.USES_EXHAUSTED);
    }

    @Test
    void freeingAChildGivesNothingBack() {
        Ledger ledger = new Ledger(2);
        int root = ledger.allocate(Ledger.NONE, 2);
        for (int i = 0; i < 2; i++) {
            int child = ledger.allocate(root, 1);
            assertThat(ledger.free(root)).as("a node with children stays").isFalse();
            assertThat(ledger.use(child)).isEqualTo(Codes.ALLOWED);
            assertThat(ledger.free(child)).isTrue();
            assertThat(ledger.free(child)).isFalse();
        }
        int third = ledger.allocate(root, 1);
        assertThat(ledger.use(third)).isEqualTo(Codes.USES_EXHAUSTED);
    }

    @Test
    void roomAndDepthAreBounded() {
        Ledger ledger = new Ledger(Ledger.MAX_DEPTH + 8);
        int node = Ledger.NONE;
        for (int i = 0; i < Ledger.MAX_DEPTH; i++) {
            node = ledger.allocate(node, 1);
            assertThat(node).isNotNegative();
        }
        assertThat(ledger.allocate(node, 1)).isEqualTo(Ledger.NONE);
        for (int i = 0; i < 8; i++) {
            assertThat(ledger.allocate(Ledger.NONE, 1)).isNotNegative();
        }
        assertThat(ledger.allocate(Ledger.NONE, 1)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(Ledger.NONE, -2)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(99, 1)).isEqualTo(Ledger.NONE);
    }

    @Test
    void whatIsNoLiveNodeIsRefused() {
        Ledger ledger = new Ledger(2);
        for (int node : new int[] {-2, -1, 0, 1, 2, Integer.MAX_VALUE}) {
            assertThat(ledger.use(node)).isEqualTo(Codes.REVOKED);
            assertThat(ledger.left(node)).isZero();
            ledger.revoke(node);
        }
    }

    @Test
    void randomInterleavingsNeverPassALimitAndRevokedStaysRevoked() {
        for (int seed = 0; seed < 60; seed++) {
            interleave(new SplittableRandom(seed));
        }
    }

    private static void interleave(SplittableRandom random) {
        Ledger ledger = new Ledger(24);
        Map<Integer, Node> nodes = new HashMap<>();
        for (int step = 0; step < 1500; step++) {
            int target = random.nextInt(24);
            switch (random.nextInt(12)) {
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
                default -> {
                    Node node = nodes.get(target);
                    int expected = node == null ? Codes.REVOKED : node.use();
                    assertThat(ledger.use(target)).isEqualTo(expected);
                }
            }
            nodes.forEach((index, node) -> {
                assertThat(ledger.left(index)).isEqualTo(node.left());
                assertThat(node.limit < 0 || node.used <= node.limit).isTrue();
            });
        }
    }

    private static void allocate(Ledger ledger, Map<Integer, Node> nodes, int above, SplittableRandom random) {
        long limit = random.nextInt(5) == 0 ? Ledger.UNLIMITED : random.nextInt(12);
        int index = ledger.allocate(above, limit);
        boolean room = nodes.size() < 24 && (above == Ledger.NONE || nodes.containsKey(above));
        assertThat(index >= 0).isEqualTo(room);
        if (index >= 0) {
            assertThat(nodes.put(index, new Node(nodes.get(above), limit))).isNull();
        }
    }
}
