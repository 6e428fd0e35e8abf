package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReceivedTest {
    private static final byte[] BILLS = bytes("bills.read#iban");
    private static final byte[] CONTACTS = bytes("contacts.search#mail");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Values texts(String... values) {
        int n = values.length;
        byte[][] none = new byte[n][0];
        byte[][] digests = new byte[n][];
        byte[][] paths = new byte[n][];
        int[] types = new int[n];
        for (int i = 0; i < n; i++) {
            digests[i] = bytes(values[i]);
            paths[i] = bytes("to/*");
            types[i] = Values.STRING;
        }
        return new Values(paths, types, new long[n], none, none, none, none, digests);
    }

    /** A chain of one block: every {@code to} must be a value from {@code source}, for {@code times} calls each. */
    private static Chain from(byte[] source, long times) {
        byte[][] none = new byte[1][0];
        Values operand = new Values(
                none, new int[] {Values.STRING}, new long[] {times}, new byte[][] {source}, none, none, none, none);
        Conjunct conjunct = new Conjunct(bytes("to/*"), Conjunct.FROM, false, operand);
        return new Chain(new Block[] {new Block(0, 10, true, true, new Conjunct[] {conjunct})});
    }

    private static boolean allows(Chain chain, Received received, String... values) {
        return chain.evaluate(texts(values), received, 0) == 0;
    }

    /** A call that is allowed and made. */
    private static void act(Chain chain, Received received, String... values) {
        assertThat(allows(chain, received, values)).isTrue();
        chain.mark(texts(values), received);
        for (int i = 0; i < received.size(); i++) {
            received.get(i).act();
        }
    }

    @Test
    void onlyWhatCameFromTheNamedFieldIsAllowed() {
        Received received = new Received();
        received.add(new Sighting(BILLS, bytes("DE1"), 7));
        received.add(new Sighting(CONTACTS, bytes("DE2"), 8));
        assertThat(allows(from(BILLS, 0), received, "DE1")).isTrue();
        assertThat(allows(from(BILLS, 0), received, "DE2")).isFalse();
        assertThat(allows(from(BILLS, 0), received, "DE1", "DE2")).isFalse();
        assertThat(allows(from(CONTACTS, 0), received, "DE1")).isFalse();
        assertThat(allows(from(BILLS, 0), new Received(), "DE1")).isFalse();
    }

    @Test
    void aValueServesAsManyCallsAsTheGrantSays() {
        Received received = new Received();
        received.add(new Sighting(BILLS, bytes("DE1"), 7));
        received.add(new Sighting(BILLS, bytes("DE2"), 7));
        Chain twice = from(BILLS, 2);
        act(twice, received, "DE1", "DE1");
        act(twice, received, "DE1", "DE2");
        assertThat(allows(twice, received, "DE1")).isFalse();
        assertThat(allows(twice, received, "DE2")).isTrue();
        assertThat(allows(from(BILLS, 0), received, "DE1"))
                .as("unlimited elsewhere")
                .isTrue();
    }

    @Test
    void whatIsFreeForAllCallsSpendsNothing() {
        Received received = new Received();
        received.add(new Sighting(BILLS, bytes("DE1"), 7));
        act(from(BILLS, 0), received, "DE1");
        act(from(BILLS, 1), received, "DE1");
        assertThat(allows(from(BILLS, 1), received, "DE1")).isFalse();
    }

    @Test
    void contextsThatShareASightingShareItsCount() {
        Sighting shared = new Sighting(BILLS, bytes("DE1"), 7);
        Received parent = new Received();
        Received child = new Received();
        parent.add(shared);
        child.add(shared);
        act(from(BILLS, 1), child, "DE1");
        assertThat(allows(from(BILLS, 1), parent, "DE1")).isFalse();
    }

    @Test
    void whatWasAllowedAndNotMadeSpendsNothing() {
        Received received = new Received();
        received.add(new Sighting(BILLS, bytes("DE1"), 7));
        for (int i = 0; i < 3; i++) {
            assertThat(allows(from(BILLS, 1), received, "DE1")).isTrue();
        }
        assertThat(received.get(0).act()).as("nobody marked it").isFalse();
        assertThat(allows(from(BILLS, 1), received, "DE1")).isTrue();
    }

    @Test
    void whatIsReceivedBeyondTheCapacityIsNotRemembered() {
        Received received = new Received();
        for (int i = 0; i < Received.CAPACITY; i++) {
            assertThat(received.add(new Sighting(BILLS, bytes("v" + i), i))).isTrue();
        }
        assertThat(received.add(new Sighting(BILLS, bytes("late"), 0))).isFalse();
        assertThat(received.size()).isEqualTo(Received.CAPACITY);
        assertThat(allows(from(BILLS, 0), received, "late")).isFalse();
        assertThat(allows(from(BILLS, 0), received, "v0", "v" + (Received.CAPACITY - 1)))
                .isTrue();
        assertThat(received.get(5).origin()).isEqualTo(5);
        assertThat(received.find(BILLS, bytes("v5"), 0)).isEqualTo(5);
        assertThat(received.find(CONTACTS, bytes("v5"), 0)).isEqualTo(-1);
    }

    @Test
    void anOperandThatNamesNoSourceOrANegativeCountRefuses() {
        Received received = new Received();
        received.add(new Sighting(BILLS, bytes("DE1"), 7));
        assertThat(allows(from(BILLS, -1), received, "DE1")).isFalse();
        Values nothing = texts();
        Conjunct conjunct = new Conjunct(bytes("to/*"), Conjunct.FROM, false, nothing);
        Chain chain = new Chain(new Block[] {new Block(0, 10, true, true, new Conjunct[] {conjunct})});
        assertThat(allows(chain, received, "DE1")).isFalse();
    }
}
