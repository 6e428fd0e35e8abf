package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LedgerEdgesTest {
    @Test
    void aNodeThatMakesNoSenseIsNotMade() {
        Ledger ledger = new Ledger(4);
        assertThat(ledger.allocate(Ledger.NONE, -2, 0)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(Ledger.NONE, 5, -1)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(3, 5, 0)).isEqualTo(Ledger.NONE);
        assertThat(ledger.allocate(Ledger.NONE, Ledger.UNLIMITED, 0)).isNotNegative();
        assertThat(ledger.allocate(Ledger.NONE, 0, 0)).isNotNegative();
    }

    @Test
    void whatIsGoneInAWindowIsGoneAndBefore1970ThereIsNoRoom() {
        Ledger ledger = new Ledger(1);
        int node = ledger.allocate(Ledger.NONE, Ledger.UNLIMITED, 0);
        assertThat(ledger.pace(node, 3, 100, 1000, 2)).isTrue();
        assertThat(ledger.takenInWindow(node)).isEqualTo(2);
        assertThat(ledger.check(node, 1, 1099)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.check(node, 2, 1099)).isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.check(node, 3, 1100)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.check(node, 4, 1100)).isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.check(node, 1, -1)).isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.pace(node, 3, 100, 1000, 9)).isTrue();
        assertThat(ledger.takenInWindow(node)).isEqualTo(3);
        assertThat(ledger.pace(node, 3, 100, 0, 0)).isTrue();
        assertThat(ledger.check(node, 1, 0)).isEqualTo(Codes.ALLOWED);
    }

    @Test
    void whoeverOfTheTwoIsTooFastBothAreRefused() {
        Ledger ledger = new Ledger(4);
        int root = ledger.allocate(Ledger.NONE, Ledger.UNLIMITED, 0);
        int child = ledger.allocate(root, Ledger.UNLIMITED, 0);
        int other = ledger.allocate(root, Ledger.UNLIMITED, 0);
        assertThat(ledger.pace(root, 2, 100, 0, 0)).isTrue();
        assertThat(ledger.pace(child, 1, 100, 0, 0)).isTrue();
        assertThat(ledger.take(child, 1, 100)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.check(child, 1, 100)).as("its own rate").isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.check(other, 1, 100)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.take(other, 1, 100)).isEqualTo(Codes.ALLOWED);
        assertThat(ledger.check(other, 1, 100)).as("its parent's rate").isEqualTo(Codes.RATE_LIMITED);
        assertThat(ledger.check(child, 1, 100)).as("both").isEqualTo(Codes.RATE_LIMITED);
    }
}
