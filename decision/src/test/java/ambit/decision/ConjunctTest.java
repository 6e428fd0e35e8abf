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

    @Test
    void equalMeansOfOneTypeAndOneValue() {
        int[] types = {Values.NULL, Values.BOOL, Values.INT, Values.STRING, Values.DECIMAL, Values.EMPTY};
        for (int type : types) {
            for (int other : types) {
                Conjunct equal = conjunct(Conjunct.EQ, value("", other, "1", 1));
                boolean comparable = type == other && type != Values.DECIMAL && type != Values.EMPTY;
                assertThat(tolerates(equal, value("a", type, "1", 1))).isEqualTo(comparable);
                boolean byNumber = type == Values.BOOL || type == Values.INT;
                assertThat(tolerates(equal, value("a", type, "1", 0))).isEqualTo(comparable && !byNumber);
                assertThat(tolerates(equal, value("a", type, "2", 1))).isEqualTo(comparable && type != Values.STRING);
            }
        }
    }

    @Test
    void textsAreComparedWithTextsByTheirKind() {
        Values operand = value("", Values.STRING, "/a", 0);
        for (int kind : ALL) {
            boolean named = kind == Conjunct.PREFIX
                    || kind == Conjunct.UNDER
                    || kind == Conjunct.ANY
                    || kind == Conjunct.NOT_IN;
            assertThat(tolerates(conjunct(kind, operand), value("a", Values.STRING, "/a/b", 0)))
                    .as("kind %d", kind)
                    .isEqualTo(named);
        }
        Conjunct glob = conjunct(Conjunct.GLOB, value("", Values.STRING, "/a/*", 0));
        assertThat(tolerates(glob, value("a", Values.STRING, "/a/b", 0))).isTrue();
        assertThat(tolerates(glob, value("a", Values.STRING, "/a/b/c", 0))).isFalse();
        for (int kind : new int[] {Conjunct.PREFIX, Conjunct.UNDER, Conjunct.GLOB}) {
            assertThat(tolerates(conjunct(kind, operand), value("a", Values.INT, "/a", 0)))
                    .isFalse();
            assertThat(tolerates(conjunct(kind, value("", Values.INT, "/a", 0)), value("a", Values.STRING, "/a", 0)))
                    .isFalse();
        }
    }

    @Test
    void anAddressIsComparedWithNetworks() {
        byte[][] none = {new byte[0]};
        byte[] ten = Naive.address("10.0.0.0");
        byte[][] path = {Naive.bytes("a")};
        byte[][] text = {Naive.bytes("10.1.2.3")};
        byte[][] address = {Naive.address("10.1.2.3")};
        int[] string = {Values.STRING};
        Values found = new Values(path, string, new long[1], text, address, none, none, none);
        Values network = new Values(none, string, new long[] {104}, new byte[][] {ten}, none, none, none, none);
        assertThat(tolerates(conjunct(Conjunct.CIDR, network), found)).isTrue();
        assertThat(tolerates(conjunct(Conjunct.HOST, network), found)).isFalse();
        Values narrow = new Values(none, string, new long[] {112}, new byte[][] {ten}, none, none, none, none);
        assertThat(tolerates(conjunct(Conjunct.CIDR, narrow), found)).isFalse();
    }

    private static Values digested(String path) {
        byte[][] none = {new byte[0]};
        byte[][] digest = {Naive.bytes("digest")};
        byte[][] paths = {Naive.bytes(path)};
        return new Values(paths, new int[] {Values.STRING}, new long[1], none, none, none, none, digest);
    }

    @Test
    void onlyWhatIsAtThePathOfOneThatAsksWhereItIsFromIsMarked() {
        Values source = value("", Values.STRING, "tool#field", 1);
        Sighting sighting = new Sighting(Naive.bytes("tool#field"), Naive.bytes("digest"), 7);
        Received received = new Received();
        conjunct(Conjunct.FROM, source).mark(digested("a"), received);
        received.add(sighting);
        for (int kind : ALL) {
            conjunct(kind, source).mark(digested("a"), received);
            assertThat(sighting.act()).as("kind %d", kind).isEqualTo(kind == Conjunct.FROM);
        }
        Received more = new Received();
        Sighting fresh = new Sighting(Naive.bytes("tool#field"), Naive.bytes("digest"), 7);
        more.add(fresh);
        conjunct(Conjunct.FROM, source).mark(digested("b"), more);
        assertThat(fresh.act()).isFalse();
        assertThat(conjunct(Conjunct.FROM, source).tolerates(digested("a"), 0, more))
                .isTrue();
        assertThat(conjunct(Conjunct.FROM, value("", Values.INT, "tool#field", 1))
                        .tolerates(digested("a"), 0, more))
                .isFalse();
        assertThat(conjunct(Conjunct.FROM, value("", Values.STRING, "tool#field", -1))
                        .tolerates(digested("a"), 0, more))
                .isFalse();
        assertThat(conjunct(Conjunct.FROM, NOTHING).tolerates(digested("a"), 0, more))
                .isFalse();
    }
}
