package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Single conjuncts on single values, also on such as {@code ambit.authority.Arguments} never makes. */
class ConjunctTest {
    private static final int[] ALL = IntStream.rangeClosed(0, 17).toArray();

    /** One value of a type, which reads as nothing. */
    private static Values value(String path, int type, String text, long number) {
        byte[][] none = {new byte[0]};
        return new Values(
                new byte[][] {Naive.bytes(path)},
                new int[] {type},
                new long[] {number},
                new byte[][] {Naive.bytes(text)},
                none,
                none,
                none,
                none);
    }

    private static Values url(String path, String reading) {
        byte[][] none = {new byte[0]};
        return new Values(
                new byte[][] {Naive.bytes(path)},
                new int[] {Values.STRING},
                new long[] {0},
                new byte[][] {Naive.bytes(reading)},
                none,
                none,
                new byte[][] {Naive.bytes(reading)},
                none);
    }

    private static final Values NOTHING = Naive.values(List.of());

    private static boolean tolerates(Conjunct conjunct, Values found) {
        return conjunct.tolerates(found, 0, new Received());
    }

    private static Conjunct conjunct(int kind, Values operands) {
        return new Conjunct(Naive.bytes("a"), kind, false, operands);
    }

    @Test
    void aUrlIsComparedWithUrls() {
        Conjunct below = conjunct(Conjunct.URL, value("", Values.STRING, "https:443//a.b/c", 0));
        assertThat(tolerates(below, url("a", "https:443//a.b/c/d"))).isTrue();
        assertThat(tolerates(below, url("a", "https:443//a.b/d"))).isFalse();
        assertThat(tolerates(below, url("a", ""))).isFalse();
        Conjunct host = conjunct(Conjunct.HOST, value("", Values.STRING, "https:443//a.b/c", 0));
        assertThat(tolerates(host, url("a", "https:443//a.b/c"))).isFalse();
    }

    @Test
    void onlyNumbersAndTextsThatSpellOneAreInARange() {
        for (int kind : new int[] {Conjunct.MIN, Conjunct.MAX}) {
            Conjunct range = conjunct(kind, value("", Values.DECIMAL, "1.5", 0));
            for (int type : new int[] {Values.INT, Values.DECIMAL, Values.STRING}) {
                assertThat(tolerates(range, value("a", type, "1.5", 0))).isTrue();
                assertThat(tolerates(range, value("a", type, "1", 0))).isEqualTo(kind == Conjunct.MAX);
                assertThat(tolerates(range, value("a", type, "2", 0))).isEqualTo(kind == Conjunct.MIN);
                assertThat(tolerates(range, value("a", type, "1.50x", 0))).isFalse();
            }
            for (int type : new int[] {Values.NULL, Values.BOOL, Values.EMPTY}) {
                assertThat(tolerates(range, value("a", type, "1.5", 0))).isFalse();
            }
            Conjunct text = conjunct(kind, value("", Values.STRING, "1.5", 0));
            assertThat(tolerates(text, value("a", Values.STRING, "1.5", 0))).isFalse();
            Conjunct whole = conjunct(kind, value("", Values.INT, "1", 1));
            assertThat(tolerates(whole, value("a", Values.INT, "1", 1))).isTrue();
            assertThat(tolerates(whole, value("a", Values.DECIMAL, "1", 1))).isFalse();
            assertThat(tolerates(whole, value("a", Values.INT, "0", 0))).isEqualTo(kind == Conjunct.MAX);
            assertThat(tolerates(whole, value("a", Values.INT, "2", 2))).isEqualTo(kind == Conjunct.MIN);
        }
    }

    @Test
    void aLengthWithoutALimitRefuses() {
        Conjunct length = conjunct(Conjunct.MAX_LENGTH, NOTHING);
        assertThat(tolerates(length, value("a", Values.STRING, "", 0))).isFalse();
        assertThat(length.bounds(value("a/*", Values.STRING, "", 0))).isFalse();
        assertThat(length.bounds(value("b/*", Values.STRING, "", 0))).isTrue();
        Conjunct text = conjunct(Conjunct.MAX_LENGTH, value("", Values.STRING, "9", 9));
        assertThat(tolerates(text, value("a", Values.STRING, "", 0))).isFalse();
        Conjunct one = conjunct(Conjunct.MAX_LENGTH, value("", Values.INT, "1", 1));
        assertThat(tolerates(one, value("a", Values.STRING, "\u00ff", 0))).isTrue();
        assertThat(tolerates(one, value("a", Values.STRING, "\u00ff\u00c0", 0))).isFalse();
        assertThat(tolerates(one, value("a", Values.INT, "", 0))).isFalse();
    }

    @Test
    void somethingBelowIsSpokenOfByThreeKindsAlone() {
        for (int kind : ALL) {
            Conjunct conjunct = conjunct(kind, value("", Values.STRING, "x", 0));
            boolean more = kind == Conjunct.ANY || kind == Conjunct.SUBSET || kind == Conjunct.MAX_LENGTH;
            for (String below : new String[] {"a/*", "a/b", "a/*/b"}) {
                Values found = value(below, Values.STRING, "x", 0);
                assertThat(conjunct.meets(found, 0)).as("%d, %s", kind, below).isEqualTo(more);
                assertThat(conjunct.names(found, 0)).as("%d, %s", kind, below).isEqualTo(more);
            }
            for (String beside : new String[] {"b", "*", "ab", "*/a", "b/*"}) {
                Values found = value(beside, Values.EMPTY, "", 0);
                assertThat(conjunct.meets(found, 0)).isFalse();
                assertThat(conjunct.names(found, 0)).isFalse();
            }
            assertThat(conjunct.meets(value("a", Values.NULL, "", 0), 0)).isTrue();
        }
    }

    @Test
    void anEmptyShellIsNamedByWhatWouldBeInIt() {
        Conjunct inside = new Conjunct(Naive.bytes("a/b"), Conjunct.EQ, false, NOTHING);
        assertThat(inside.names(value("a", Values.EMPTY, "", 0), 0)).isTrue();
        assertThat(inside.names(value("a", Values.NULL, "", 0), 0)).isFalse();
        assertThat(inside.names(value("a/b/c", Values.EMPTY, "", 0), 0)).isFalse();
        assertThat(inside.meets(value("a", Values.EMPTY, "", 0), 0)).isFalse();
        assertThat(tolerates(inside, value("a", Values.EMPTY, "", 0))).isTrue();
        assertThat(tolerates(inside, value("a", Values.NULL, "", 0))).isFalse();
    }

    @Test
    void theAnswerNamesTheItem() {
        Conjunct any = new Conjunct(Naive.bytes("a"), Conjunct.ANY, true, NOTHING);
        Conjunct needed = new Conjunct(Naive.bytes("b"), Conjunct.ANY, false, NOTHING);
        Conjunct length = new Conjunct(Naive.bytes("c"), Conjunct.MAX_LENGTH, true, value("", Values.INT, "0", 0));
        Block block = new Block(0, 9, true, true, new Conjunct[] {any, needed, length});
        assertThat(block.missing(NOTHING)).isEqualTo(1);
        assertThat(block.violated(value("c/*", Values.NULL, "", 0), new Received()))
                .isEqualTo(2);
        Values two = Naive.values(List.of(
                new Naive.Argument("b", new Naive.Value(Values.NULL, "")),
                new Naive.Argument("x", new Naive.Value(Values.NULL, ""))));
        assertThat(block.unnamed(two)).isEqualTo(1);
        assertThat(Chain.code(new Chain(new Block[] {block}).evaluate(two, new Received(), 9)))
                .isEqualTo(Codes.EXPIRED);
    }

    @Test
    void pathsAndTextsAtTheirEdges() {
        for (String clean : new String[] {"/", "/a", "/.a", "/..a", "/a.", "/a/...", "/a/b"}) {
            assertThat(Texts.isCleanPath(Naive.bytes(clean))).as(clean).isTrue();
        }
        for (String odd :
                new String[] {"", "a", "//", "/a/", "/.", "/..", "/./a", "/../a", "/a/.", "/a/..", "/\\", "/\0", "a/"
                }) {
            assertThat(Texts.isCleanPath(Naive.bytes(odd))).as(odd).isFalse();
        }
        assertThat(Texts.characters(Naive.bytes("\u00ff\u007f\u0080\ud83d\ude00")))
                .isEqualTo(4);
    }
}
