package ambit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Rules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DecisionTest {
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final long FIRST = Long.getLong("oracle.first", 0);
    private static final long CASES = Long.getLong("oracle.cases", 200_000);

    @Test
    void theKernelDecidesEveryCaseAsTheModelDoes() throws IOException, InterruptedException {
        Kernel kernel = new ArrayKernel();
        Seen seen = new Seen();
        long began = System.nanoTime();
        try (Oracle oracle = Oracle.start()) {
            Readings readings = new Readings();
            List<Case> cases = cases(FIRST);
            for (long from = FIRST; !cases.isEmpty(); from += Oracle.AT_ONCE) {
                readings.learn(oracle, cases);
                for (Case it : cases) {
                    oracle.ask(it);
                }
                oracle.send();
                List<Case> next = cases(from + Oracle.AT_ONCE); // while the oracle thinks
                for (int i = 0; i < cases.size(); i++) {
                    Case it = cases.get(i);
                    Verdict decided = kernel.evaluate(it, readings);
                    Verdict expected = oracle.verdict(it.received().size());
                    seen.note(it, expected);
                    if (!decided.equals(expected)) {
                        throw new AssertionError(difference(from + i, it, expected, decided));
                    }
                }
                cases = next;
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "Oracle: %,d cases (seed %d), %,.0f a second, no difference; %s%n", CASES, SEED, CASES / seconds, seen);
        if (CASES >= 100_000) {
            seen.assertEnough();
        }
    }

    /** As many as can be asked at once; none after the last. */
    private static List<Case> cases(long from) {
        List<Case> cases = new ArrayList<>();
        for (long number = from; number < Math.min(FIRST + CASES, from + Oracle.AT_ONCE); number++) {
            cases.add(Cases.of(SEED, number));
        }
        return cases;
    }

    private static String difference(long number, Case it, Verdict expected, Verdict decided) {
        return "The model says %s, the kernel %s, for%n%s%nAgain: -Dtest=DecisionTest -Doracle.seed=%d -Doracle.first=%d -Doracle.cases=1"
                .formatted(expected, decided, it, SEED, number);
    }

    /** What the cases came to, so that it is known that they reach everything. */
    private static final class Seen {
        private final Map<Integer, Integer> codes = new TreeMap<>();
        private final Map<Integer, Integer> refusing = new TreeMap<>();
        private final Map<Integer, Integer> allowing = new TreeMap<>();
        private int deep;

        void note(Case it, Verdict verdict) {
            codes.merge(verdict.code(), 1, Integer::sum);
            if (verdict.code() == 3) {
                Rules rules = it.chain().get(verdict.block());
                refusing.merge(rules.conditions().get(verdict.item()).kind(), 1, Integer::sum);
            }
            if (verdict.isAllowed() && !it.arguments().isEmpty()) {
                for (Rules rules : it.chain()) {
                    for (Condition condition : rules.conditions()) {
                        if (it.arguments().stream().anyMatch(a -> isAt(condition, a))) {
                            allowing.merge(condition.kind(), 1, Integer::sum);
                        }
                    }
                }
                deep += it.chain().size() > 8 ? 1 : 0;
            }
        }

        private static boolean isAt(Condition condition, Argument argument) {
            return argument.path().equals(condition.path()) || argument.path().equals(condition.path() + "/*");
        }

        void assertEnough() {
            assertThat(codes.keySet()).containsExactly(0, 3, 4, 5, 7, 8, 12);
            for (int kind = 1; kind <= 16; kind++) {
                assertThat(kind == 9 || refusing.getOrDefault(kind, 0) > 100)
                        .as("refused by %d", kind)
                        .isTrue();
                assertThat(kind == 8 || allowing.getOrDefault(kind, 0) > 100)
                        .as("allowed by %d", kind)
                        .isTrue();
            }
            assertThat(deep).isGreaterThan(100);
        }

        @Override
        public String toString() {
            return "codes %s, refusing types %s, allowing types %s, deep chains that allow %d"
                    .formatted(codes, refusing, allowing, deep);
        }
    }
}
