package ambit.simulation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.decision.Codes;
import ambit.decision.Ledger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Lincheck switches between two threads at every access of the ledger: under one lock, as the core holds it, each run has an order in which one
 * thread would have come to the same answers; without it there are runs that have none.
 */
class LedgerAtOnceTest {
    /** Two uses, shared by a node and its child. */
    static class Shared {
        final Ledger ledger = new Ledger(4);
        final int root = ledger.allocate(Ledger.NONE, 2, 0);
        final int child = ledger.allocate(root, Ledger.UNLIMITED, 0);

        final int use(int node) {
            return ledger.take(node, 1, 0);
        }
    }

    /** As the core does it. */
    public static final class Locked extends Shared {
        @Operation
        public synchronized int used() {
            return use(root);
        }

        @Operation
        public synchronized int usedByTheChild() {
            return use(child);
        }

        @Operation
        public synchronized long left() {
            return ledger.left(child);
        }

        @Operation
        public synchronized void settledForNothing() {
            ledger.settle(root, 1, 0);
        }

        @Operation
        public synchronized void theChildIsRevoked() {
            ledger.revoke(child);
        }

        @Operation
        public synchronized boolean theChildEnds() {
            return ledger.free(child);
        }
    }

    /** The control. */
    public static final class Unlocked extends Shared {
        @Operation
        public int used() {
            return use(root);
        }

        @Operation
        public int usedByTheChild() {
            return use(child);
        }
    }

    /** Calls before those at once, as Lincheck makes by default, use everything up, and then nothing can go wrong any more. */
    private static ModelCheckingOptions options(int before) {
        return new ModelCheckingOptions()
                .actorsBefore(before)
                .actorsAfter(1)
                .threads(2)
                .actorsPerThread(2)
                .minimizeFailedScenario(false)
                .iterations(6)
                .invocationsPerIteration(200);
    }

    @Test
    void underTheLockEveryRunIsLikeSomeOrder() {
        assertThatCode(() -> options(0).check(Locked.class)).doesNotThrowAnyException();
    }

    @Test
    void withoutTheLockTheRaceIsFound() {
        assertThatThrownBy(() -> options(0).check(Unlocked.class))
                .isInstanceOf(LincheckAssertionError.class)
                .hasMessageContaining("used")
                .hasMessageContaining(String.valueOf(Codes.ALLOWED));
    }

    @Test
    void callsBeforeWouldHideTheRace() {
        assertThatCode(() -> options(5).check(Unlocked.class)).doesNotThrowAnyException();
    }
}
