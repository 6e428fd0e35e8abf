package ambit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final long SEQUENCES = Long.getLong("oracle.sequences", 400);

    @Test
    void theLedgerAnswersEveryOperationAsTheModelDoes() throws IOException, InterruptedException {
        Kernel kernel = new ArrayKernel();
        int[] seen = new int[256];
        try (Oracle oracle = Oracle.start()) {
            for (long sequence = 0; sequence < SEQUENCES; sequence++) {
                assertThat(new Sequence(SEED, sequence, kernel, oracle, seen).difference())
                        .isEmpty();
            }
        }
        System.out.printf(
                "Oracle: %,d operations on %,d ledgers (seed %d), no difference; taken %,d, used up %,d, revoked %,d,"
                        + " too fast %,d%n",
                SEQUENCES * Sequence.STEPS, SEQUENCES, SEED, seen[0], seen[6], seen[9], seen[32]);
        assertThat(List.of(seen[0], seen[6], seen[9], seen[32])).allMatch(count -> count > SEQUENCES);
    }
}
