package ambit.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainTest {
    /** Random cases; scripts/mutants takes fewer, and runs them a thousand times. */
    private static final int CASES = Integer.getInteger("decision.cases", 60_000);

    private static final String[] PATHS = {"a", "b", "ab", "a/b", "a/c", "a/*", "a/*/b", "b/*", "*", "a/b/c"};
    private static final String[] TEXTS = {
        "",
        "/",
        "/r",
        "/r/a",
        "/r/a.py",
        "/rx",
        "/r/../x",
        "r",
        "a/b",
        "//",
        "/r/",
        "10.2.3.4",
        "10.3.0.1",
        "11.0.0.0",
        "a.b",
        "x.a.b",
        "xa.b",
        "1.5",
        "-2",
        "01",
        "\u20ac"
    };
    private static final String[] NETWORKS = {"10.0.0.0/8", "10.2.0.0/15", "10.2.3.4/32", "0.0.0.0/0", "10.2.3.4/31"};
    private static final String[] HOSTS = {"a.b", "*.a.b", "*.b", "b"};
    private static final String[] NUMBERS = {"1.5", "1.50", "-1.5", "0.0", "-0", "2", "10", "9.99", "-10"};
    private static final String[] GLOBS = {"*", "**", "/r/*", "/r/**", "?r", "/r/*.py", "r?", "**/a*", "/*/a"};

    private static final String[] SOURCES = {"bills.read#iban", "contacts.search#mail", "never#read"};

    private static Naive.Value string(String text) {
        return new Naive.Value(Values.STRING, text);
    }

    private static Naive.Value integer(long number) {
        return new Naive.Value(Values.INT, Long.toString(number));
    }

    private static Naive.Condition condition(String path, int kind, Naive.Value... operands) {
        return new Naive.Condition(path, kind, false, List.of(operands));
    }

    private static Naive.Condition optional(String path, int kind, Naive.Value... operands) {
        return new Naive.Condition(path, kind, true, List.of(operands));
    }

    private static int closed(List<Naive.Argument> arguments, Naive.Condition... conditions) {
        return code(true, arguments, conditions);
    }

    private static int open(List<Naive.Argument> arguments, Naive.Condition... conditions) {
        return code(false, arguments, conditions);
    }

    private static int code(boolean closed, List<Naive.Argument> arguments, Naive.Condition... conditions) {
        Chain chain = Naive.chain(List.of(new Naive.Rules(closed, List.of(conditions))));
        return Chain.code(chain.evaluate(Naive.values(arguments), Naive.received(), 0));
    }

    private static List<Naive.Argument> with(String path, Naive.Value value) {
        return List.of(new Naive.Argument(path, value));
    }

    @Test
    void anArgumentThatNoConjunctNamesIsRefusedUnlessOthersAreAllowed() {
        List<Naive.Argument> arguments =
                List.of(new Naive.Argument("repo", string("/repo")), new Naive.Argument("extra", integer(1)));
        Naive.Condition repo = condition("repo", Conjunct.EQ, string("/repo"));
        assertThat(closed(arguments, repo)).isEqualTo(Codes.ARGUMENT_NOT_NAMED);
        assertThat(open(arguments, repo)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(arguments.subList(0, 1), repo)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(arguments)).isEqualTo(Codes.ARGUMENT_NOT_NAMED);
        assertThat(closed(List.of())).isEqualTo(Codes.ALLOWED);
    }

    @Test
    void aMissingArgumentIsRefusedUnlessItMayBeLeftOut() {
        assertThat(closed(List.of(), condition("a", Conjunct.ANY))).isEqualTo(Codes.ARGUMENT_MISSING);
        assertThat(closed(List.of(), optional("a", Conjunct.ANY))).isEqualTo(Codes.ALLOWED);
        assertThat(closed(List.of(), condition("a", Conjunct.ABSENT))).isEqualTo(Codes.ALLOWED);
    }

    @Test
    void valuesOfAnotherTypeAreNeverEqual() {
        Naive.Condition one = condition("a", Conjunct.EQ, integer(1));
        assertThat(closed(with("a", integer(1)), one)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("a", string("1")), one)).isEqualTo(Codes.CONSTRAINT);
        assertThat(closed(with("a", new Naive.Value(Values.BOOL, "true")), one)).isEqualTo(Codes.CONSTRAINT);
        assertThat(closed(with("a", new Naive.Value(Values.DECIMAL, "1")), one)).isEqualTo(Codes.CONSTRAINT);
        assertThat(closed(with("a", new Naive.Value(Values.NULL, "")), one)).isEqualTo(Codes.CONSTRAINT);
        Naive.Condition nothing = condition("a", Conjunct.EQ, new Naive.Value(Values.NULL, ""));
        assertThat(closed(with("a", new Naive.Value(Values.NULL, "")), nothing)).isEqualTo(Codes.ALLOWED);
    }

    @Test
    void rangesCompareIntegersOnly() {
        Naive.Condition atMost = condition("a", Conjunct.MAX, integer(50));
        assertThat(closed(with("a", integer(50)), atMost)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("a", integer(51)), atMost)).isEqualTo(Codes.CONSTRAINT);
        assertThat(closed(with("a", integer(Long.MIN_VALUE)), atMost)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("a", string("5")), atMost)).isEqualTo(Codes.CONSTRAINT);
        assertThat(closed(with("a", new Naive.Value(Values.DECIMAL, "5")), atMost))
                .isEqualTo(Codes.CONSTRAINT);
        Naive.Condition atLeast = condition("a", Conjunct.MIN, integer(Long.MAX_VALUE));
        assertThat(closed(with("a", integer(Long.MAX_VALUE)), atLeast)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("a", integer(-1)), atLeast)).isEqualTo(Codes.CONSTRAINT);
    }

    @ParameterizedTest
    @CsvSource({
        "/repo, /repo, true",
        "/repo/x, /repo, true",
        "/repo/x/y.z, /repo, true",
        "/repository, /repo, false",
        "/repo/, /repo, false",
        "/repo/../etc, /repo, false",
        "/repo/.., /repo, false",
        "/repo/./x, /repo, false",
        "/repo/..x, /repo, true",
        "/repo/...,/repo, true",
        "/repo//x, /repo, false",
        "//repo, /repo, false",
        "repo, /repo, false",
        "'', /repo, false",
        "/, /, true",
        "/x, /, true",
        "//, /, false",
        "/repo\\x, /repo, false",
        "/rep, /repo, false",
        "/repo/x, repo, false",
        "/repo/x, /repo/, false",
        "/x, '', false",
        "/.., /, false",
        "/., /, false"
    })
    void underMeansThePathItselfOrBelowIt(String path, String base, boolean expected) {
        assertThat(Texts.isUnder(Naive.bytes(path), Naive.bytes(base))).isEqualTo(expected);
        assertThat(Naive.under(path, base)).isEqualTo(expected);
    }

    @Test
    void aNulInAPathIsRefused() {
        assertThat(Texts.isUnder(Naive.bytes("/repo/x\0.py"), Naive.bytes("/repo")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/r/a.py, /r/*.py, true",
        "/r/x/a.py, /r/*.py, false",
        "/r/x/a.py, /r/**.py, true",
        "/r/.py, /r/*.py, true",
        "abc, a?c, true",
        "a/c, a?c, false",
        "abc, abc, true",
        "abc, ab, false",
        "ab, abc, false",
        "'', '', true",
        "'', *, true",
        "'', ?, false",
        "a, '', false",
        "a/b/c, **, true",
        "a/b/c, *, false",
        "a/b/c, *****, true",
        "x.y, x?y, true"
    })
    void aStarStaysWithinASegmentAndTwoDoNot(String text, String glob, boolean expected) {
        assertThat(Texts.matches(Naive.bytes(text), Naive.bytes(glob))).isEqualTo(expected);
    }

    @Test
    void aGlobRefusesValuesThatAreTooLong() {
        assertThat(Texts.matches(Naive.bytes("a".repeat(Texts.MAX_GLOB_VALUE)), Naive.bytes("**")))
                .isTrue();
        assertThat(Texts.matches(Naive.bytes("a".repeat(Texts.MAX_GLOB_VALUE + 1)), Naive.bytes("**")))
                .isFalse();
    }

    /** What a star cannot mend here it cannot mend further on in the line either; without that, this takes minutes. */
    @Test
    void aGlobTakesAFewTimesPatternTimesTextSteps() {
        byte[] text = Naive.bytes("a".repeat(Texts.MAX_GLOB_VALUE));
        byte[] glob = Naive.bytes("**a*" + "a".repeat(Texts.MAX_GLOB_VALUE / 2) + "b**");
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 50; i++) {
                assertThat(Texts.matches(text, glob)).isFalse();
            }
        });
    }

    @Test
    void randomGlobsMatchWhatTheRegularExpressionMatches() {
        SplittableRandom random = new SplittableRandom(11);
        int matched = 0;
        for (int i = 0; i < CASES / 3; i++) {
            String text = random(random, "ab/", 12);
            String glob = random(random, "ab/*?*", 9);
            boolean expected = Naive.glob(glob).matcher(text).matches();
            matched += expected ? 1 : 0;
            assertThat(Texts.matches(Naive.bytes(text), Naive.bytes(glob)))
                    .as("%s ~ %s", text, glob)
                    .isEqualTo(expected);
        }
        assertThat(matched).isGreaterThan(CASES / 120);
    }

    @Test
    void aConditionOnListElementsHoldsForEachOfThem() {
        Naive.Condition each = condition("xs/*", Conjunct.PREFIX, string("a"));
        List<Naive.Argument> good =
                List.of(new Naive.Argument("xs/*", string("a1")), new Naive.Argument("xs/*", string("a2")));
        List<Naive.Argument> bad =
                List.of(new Naive.Argument("xs/*", string("a1")), new Naive.Argument("xs/*", string("b")));
        assertThat(closed(good, each)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(bad, each)).isEqualTo(Codes.CONSTRAINT);
        List<Naive.Argument> empty = with("xs", new Naive.Value(Values.EMPTY, ""));
        assertThat(closed(empty, each)).isEqualTo(Codes.ARGUMENT_MISSING);
        assertThat(closed(empty, optional("xs/*", Conjunct.PREFIX, string("a"))))
                .isEqualTo(Codes.ALLOWED);
    }

    @Test
    void anotherShapeDoesNotSlipPastAnOptionalConditionInAnOpenWorld() {
        Naive.Condition file = optional("file", Conjunct.UNDER, string("/repo"));
        assertThat(open(with("file", string("/etc")), file)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("file/*", string("/etc")), file)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("file/x", string("/etc")), file)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("file", new Naive.Value(Values.EMPTY, "")), file)).isEqualTo(Codes.CONSTRAINT);
        Naive.Condition files = optional("files/*", Conjunct.UNDER, string("/repo"));
        assertThat(open(with("files", string("/etc")), files)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("files/x", string("/etc")), files)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("files/*/*", string("/etc")), files)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("files/*", string("/repo/x")), files)).isEqualTo(Codes.ALLOWED);
        Naive.Condition nested = optional("filter/path", Conjunct.UNDER, string("/repo"));
        assertThat(open(with("filter/*/path", string("/etc")), nested)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("filter", string("/etc")), nested)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("filter/other", string("/etc")), nested)).isEqualTo(Codes.ALLOWED);
        assertThat(open(with("filterx", string("/etc")), nested)).isEqualTo(Codes.ALLOWED);
    }

    @Test
    void absentMeansNothingThereNorBelow() {
        Naive.Condition absent = condition("a", Conjunct.ABSENT);
        assertThat(open(with("a", integer(1)), absent)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("a", new Naive.Value(Values.NULL, "")), absent)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("a/b", integer(1)), absent)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("b", integer(1)), absent)).isEqualTo(Codes.ALLOWED);
    }

    @Test
    void anyFreesTheArgumentAndEverythingBelow() {
        Naive.Condition any = condition("a", Conjunct.ANY);
        assertThat(closed(with("a", integer(1)), any)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("a/b/*", integer(1)), any)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("ab", integer(1)), any)).isEqualTo(Codes.ARGUMENT_MISSING);
    }

    @Test
    void kindsAndOperandsThatMakeNoSenseRefuse() {
        for (int kind : new int[] {-1, 0, 16, Integer.MAX_VALUE}) {
            assertThat(open(with("a", integer(1)), condition("a", kind, integer(1))))
                    .isEqualTo(Codes.CONSTRAINT);
        }
        for (int kind :
                new int[] {Conjunct.EQ, Conjunct.IN, Conjunct.MIN, Conjunct.MAX, Conjunct.PREFIX, Conjunct.GLOB}) {
            assertThat(open(with("a", integer(1)), condition("a", kind))).isEqualTo(Codes.CONSTRAINT);
        }
        assertThat(open(with("a", string("x")), condition("a", Conjunct.PREFIX, integer(0))))
                .isEqualTo(Codes.CONSTRAINT);
    }

    @ParameterizedTest
    @CsvSource({
        "https:443//a.b/, https:443//a.b/, true",
        "https:443//a.b/v1/x, https:443//a.b/v1, true",
        "https:443//a.b/v1, https:443//a.b/v1, true",
        "https:443//a.b/v10, https:443//a.b/v1, false",
        "https:443//a.b/v1/../x, https:443//a.b/v1, false",
        "https:443//x.a.b/v1, https:443//a.b/v1, false",
        "https:443//x.a.b/v1, https:443//*.a.b/v1, true",
        "https:443//a.b/v1, https:443//*.a.b/v1, false",
        "https:443//xa.b/v1, https:443//*.a.b/v1, false",
        "https:443//a.b.c/v1, https:443//a.b/v1, false",
        "http:80//a.b/, https:443//a.b/, false",
        "https:8443//a.b/, https:443//a.b/, false",
        "'', https:443//a.b/, false",
        "'', '', false",
        "/, /, false",
        "//, //, false"
    })
    void aUrlLiesWithinAnotherOfTheSameSchemePortAndHost(String url, String pattern, boolean expected) {
        assertThat(Networks.isWithin(Naive.bytes(url), Naive.bytes(pattern))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "1, 2, -1",
        "10, 9, 1",
        "-1, 1, -1",
        "-2, -10, 1",
        "1.5, 1.50, 0",
        "1.5, 1.49, 1",
        "0.1, 0.09, 1",
        "-0, 0, 0",
        "-0.0, 0.00, 0",
        "-0.1, 0, -1",
        "123456789012345678901234567890.1, 123456789012345678901234567890.2, -1",
        "1, 1.0, 0",
        "1.001, 1.01, -1",
        "-1.001, -1.01, 1",
        "100, 99.99, 1"
    })
    void decimalsCompareExactly(String a, String b, int order) {
        assertThat(Decimals.isPlain(Naive.bytes(a)) && Decimals.isPlain(Naive.bytes(b)))
                .isTrue();
        assertThat(Decimals.compare(Naive.bytes(a), Naive.bytes(b))).isEqualTo(order);
        assertThat(Decimals.compare(Naive.bytes(b), Naive.bytes(a))).isEqualTo(-order);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-", "01", "1.", ".5", "1e3", "+1", " 1", "1 ", "1.2.3", "0x1", "--1", "1-", "-.1", "\u0661"
            })
    void whatIsNotPlainDigitsIsNoNumber(String text) {
        assertThat(Decimals.isPlain(Naive.bytes(text))).isFalse();
    }

    @Test
    void aListIsNothingButTheseAndNoLonger() {
        Naive.Condition to = condition("to", Conjunct.SUBSET, string("a"), string("b"));
        Naive.Condition two = condition("to", Conjunct.MAX_LENGTH, integer(2));
        List<Naive.Argument> one = with("to/*", string("a"));
        List<Naive.Argument> three = List.of(one.getFirst(), one.getFirst(), new Naive.Argument("to/*", string("b")));
        assertThat(closed(one, to)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(three, to)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(three, to, two)).isEqualTo(Codes.CONSTRAINT);
        assertThat(closed(three.subList(0, 2), to, two)).isEqualTo(Codes.ALLOWED);
        assertThat(closed(with("to", new Naive.Value(Values.EMPTY, "")), to, two))
                .isEqualTo(Codes.ALLOWED);
        assertThat(closed(List.of(), to)).isEqualTo(Codes.ARGUMENT_MISSING);
        for (Naive.Argument other : List.of(
                new Naive.Argument("to/*", string("c")),
                new Naive.Argument("to", string("a")),
                new Naive.Argument("to/x", string("a")),
                new Naive.Argument("to/*/*", string("a")),
                new Naive.Argument("to/*/x", string("a")))) {
            assertThat(open(List.of(other), to)).as("%s", other).isEqualTo(Codes.CONSTRAINT);
        }
        assertThat(open(with("to/*/x", string("a")), two)).isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("to", string("\u20ac\ud83d\ude00")), two)).isEqualTo(Codes.ALLOWED);
        assertThat(open(with("to", string("abc")), two)).isEqualTo(Codes.CONSTRAINT);
    }

    @Test
    void aLengthCountsPlainValuesAndNeedsANumber() {
        Naive.Value empty = new Naive.Value(Values.EMPTY, "");
        Naive.Condition two = condition("to", Conjunct.MAX_LENGTH, integer(2));
        assertThat(open(with("to/*", empty), two)).as("a list in a list").isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("to", empty), condition("to", Conjunct.MAX_LENGTH, integer(0))))
                .isEqualTo(Codes.ALLOWED);
        assertThat(open(with("to", empty), condition("to", Conjunct.MAX_LENGTH, integer(-1))))
                .isEqualTo(Codes.CONSTRAINT);
        assertThat(open(with("to", empty), condition("to", Conjunct.MAX_LENGTH, string("2"))))
                .isEqualTo(Codes.CONSTRAINT);
    }

    @Test
    void theAnswerNamesTheBlockAndTheConjunctThatRefused() {
        Naive.Rules grant = new Naive.Rules(true, List.of(condition("a", Conjunct.ANY), optional("b", Conjunct.ANY)));
        Naive.Rules request =
                new Naive.Rules(false, List.of(optional("b", Conjunct.ANY), condition("a", Conjunct.MAX, integer(5))));
        Chain chain = Naive.chain(List.of(grant, request));
        long answer = chain.evaluate(Naive.values(with("a", integer(6))), Naive.received(), 0);
        assertThat(Chain.code(answer)).isEqualTo(Codes.CONSTRAINT);
        assertThat(Chain.block(answer)).isEqualTo(1);
        assertThat(Chain.item(answer)).isEqualTo(1);
        assertThat(chain.evaluate(Naive.values(with("a", integer(5))), Naive.received(), 0))
                .isZero();
    }

    @Test
    void timeIsHalfOpenAndEveryBlockCounts() {
        Block grant = new Block(100, 200, true, false, new Conjunct[0]);
        Block request = new Block(0, 150, true, false, new Conjunct[0]);
        Chain chain = new Chain(new Block[] {grant, request});
        assertThat(Chain.code(chain.atTime(99))).isEqualTo(Codes.NOT_YET_VALID);
        assertThat(chain.atTime(100)).isZero();
        assertThat(chain.atTime(149)).isZero();
        assertThat(Chain.code(chain.atTime(150))).isEqualTo(Codes.EXPIRED);
        assertThat(Chain.block(chain.atTime(150))).isEqualTo(1);
        assertThat(Chain.block(chain.atTime(200))).isEqualTo(0);
        Block only = new Block(0, 200, false, false, new Conjunct[0]);
        assertThat(Chain.code(new Chain(new Block[] {only}).atTime(1))).isEqualTo(Codes.MAY_NOT_USE);
    }

    @Test
    void randomChainsDecideAsTheNaiveRulesDo() {
        SplittableRandom random = new SplittableRandom(12);
        int[] seen = new int[16];
        for (int i = 0; i < CASES; i++) {
            List<Naive.Rules> chain = new ArrayList<>();
            for (int b = random.nextInt(3); b >= 0; b--) {
                chain.add(rules(random));
            }
            List<Naive.Argument> arguments = arguments(random);
            int expected = Naive.decide(chain, arguments);
            seen[expected]++;
            long answer = Naive.chain(chain).evaluate(Naive.values(arguments), Naive.received(), 0);
            assertThat(Chain.code(answer)).as("%s on %s", chain, arguments).isEqualTo(expected);
        }
        assertThat(seen[Codes.ALLOWED]).isGreaterThan(CASES / 60);
        assertThat(seen[Codes.CONSTRAINT]).isGreaterThan(CASES / 60);
        assertThat(seen[Codes.ARGUMENT_MISSING]).isGreaterThan(CASES / 60);
        assertThat(seen[Codes.ARGUMENT_NOT_NAMED]).isGreaterThan(CASES / 60);
    }

    @Test
    void aChildNeverAllowsWhatItsParentRefuses() {
        SplittableRandom random = new SplittableRandom(13);
        int narrower = 0;
        for (int i = 0; i < CASES; i++) {
            List<Naive.Rules> parent = List.of(rules(random));
            List<Naive.Rules> child = List.of(parent.getFirst(), rules(random));
            Values arguments = Naive.values(arguments(random));
            boolean parentAllows = Naive.chain(parent).evaluate(arguments, Naive.received(), 0) == 0;
            boolean childAllows = Naive.chain(child).evaluate(arguments, Naive.received(), 0) == 0;
            assertThat(childAllows && !parentAllows).isFalse();
            narrower += parentAllows && !childAllows ? 1 : 0;
        }
        assertThat(narrower).isGreaterThan(CASES / 60);
    }

    private static Naive.Rules rules(SplittableRandom random) {
        List<Naive.Condition> conditions = new ArrayList<>();
        for (int c = random.nextInt(4); c > 0; c--) {
            int kind = 1 + random.nextInt(17);
            if (kind == Conjunct.URL) {
                continue; // has tests of its own
            }
            List<Naive.Value> operands = new ArrayList<>();
            for (int o = random.nextInt(3); o >= 0; o--) {
                operands.add(
                        switch (kind) {
                            case Conjunct.GLOB -> string(pick(random, GLOBS));
                            case Conjunct.CIDR -> string(pick(random, NETWORKS));
                            case Conjunct.HOST -> string(pick(random, HOSTS));
                            case Conjunct.FROM -> string(pick(random, SOURCES));
                            default -> value(random);
                        });
            }
            boolean optional = random.nextInt(3) > 0;
            conditions.add(new Naive.Condition(pick(random, PATHS), kind, optional, operands));
        }
        return new Naive.Rules(random.nextInt(3) == 0, conditions);
    }

    private static List<Naive.Argument> arguments(SplittableRandom random) {
        List<Naive.Argument> arguments = new ArrayList<>();
        for (int a = random.nextInt(4); a > 0; a--) {
            arguments.add(new Naive.Argument(pick(random, PATHS), value(random)));
        }
        return arguments;
    }

    private static Naive.Value value(SplittableRandom random) {
        int type = random.nextInt(3) == 0 ? random.nextInt(6) : 2 + random.nextInt(2);
        String text = switch (type) {
            case Values.BOOL -> String.valueOf(random.nextBoolean());
            case Values.INT -> String.valueOf(random.nextInt(-2, 3));
            case Values.STRING -> pick(random, TEXTS);
            case Values.DECIMAL -> pick(random, NUMBERS);
            default -> "";
        };
        return new Naive.Value(type, text);
    }

    private static String pick(SplittableRandom random, String[] from) {
        return from[random.nextInt(from.length)];
    }

    private static String random(SplittableRandom random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(most + 1); n > 0; n--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
