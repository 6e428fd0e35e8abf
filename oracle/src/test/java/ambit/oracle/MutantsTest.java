package ambit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle bites: each of these mistakes in the kernel is found by the cases that find none in the kernel itself. */
class MutantsTest {
    private static final long SEED = 1;
    private static final long MOST_CASES = 200_000;
    private static final long MOST_SEQUENCES = 300;

    private static final List<Mutant> DECISIONS = List.of(
            Mutant.of("Conjunct.java", "number >= operands.number(0)", "number > operands.number(0)"),
            Mutant.of("Conjunct.java", "number <= operands.number(0)", "number < operands.number(0)"),
            Mutant.of("Conjunct.java", "order >= 0 : order <= 0", "order > 0 : order <= 0"),
            Mutant.of("Conjunct.java", "isOfTheirTypes(arguments, i) && !isOneOf", "!isOneOf"),
            Mutant.of("Conjunct.java", "kind == ABSENT || arguments.type(i)", "arguments.type(i)"),
            Mutant.of("Conjunct.java", "kind == MAX_LENGTH && arguments.type(i) != Values.EMPTY", "kind == MAX_LENGTH"),
            Mutant.of("Conjunct.java", "return !optional && kind != ABSENT", "return !optional"),
            Mutant.of("Conjunct.java", "return relation == Paths.UNRELATED", "return relation != Paths.BELOW"),
            new Mutant("Conjunct.java", "boolean holds(", "&& fitsWithin(0)", ""),
            Mutant.of("Conjunct.java", "elements == 0 || fits", "elements <= 1 || fits"),
            Mutant.of("Conjunct.java", "length <= operands.number(0)", "length < operands.number(0)"),
            Mutant.of("Conjunct.java", "mark(operands.number(0) > 0)", "mark(operands.number(0) > 1)"),
            Mutant.of("Paths.java", "isElement(named, start) || isElement(argument, start)", "isElement(named, start)"),
            Mutant.of("Paths.java", "start = same + 1", "start = same"),
            Mutant.of(
                    "Texts.java",
                    "length == 1 || path[start + length] == SLASH",
                    "length == 1 || path.length - start > length"),
            Mutant.of("Texts.java", "length == 1 || path[start + length]", "path[start + length]"),
            Mutant.of("Texts.java", "MAX_GLOB_VALUE = 4096", "MAX_GLOB_VALUE = 4095"),
            Mutant.of("Texts.java", "text[i] > LAST_CONTINUATION", "text[i] >= LAST_CONTINUATION"),
            Mutant.of("Texts.java", "end < text.length && text[end] != SLASH", "end < text.length"),
            Mutant.of("Texts.java", "QUESTION ? text[t + i] == SLASH :", "QUESTION ? false :"),
            Mutant.of("Texts.java", "(path[start + 1] != DOT || !endsAt(path, start + 2))", "path[start + 1] != DOT"),
            Mutant.of("Texts.java", "path[i] == 0 || ", ""),
            Mutant.of("Decimals.java", "isZero(a) && isZero(b) ? 0 : belowZero", "belowZero"),
            Mutant.of("Decimals.java", "belowZero ? -larger : larger", "larger"),
            Mutant.of("Decimals.java", " || (text[start] == ZERO && point > start + 1)", ""),
            Mutant.of("Decimals.java", "point + 1 < text.length && digitsEnd", "digitsEnd"),
            Mutant.of("Networks.java", "high(address[whole], rest) == high(network[whole], rest)", "true"),
            Mutant.of(
                    "Networks.java",
                    "pattern[first] == STAR ? first + 1 : first;",
                    "pattern[first] == STAR ? first + 2 : first;"),
            Mutant.of("Networks.java", "return same(url, 0, pattern, 0, host)", "return true"),
            Mutant.of("Networks.java", "&& Texts.isUnder(url, path, pattern, base)", ""),
            Mutant.of("Block.java", "now < notBefore", "now <= notBefore"),
            Mutant.of("Block.java", "return now < expires", "return now <= expires"),
            new Mutant("Chain.java", "long evaluate(", "b < blocks.length; b++", "b < blocks.length && b < 9; b++"),
            new Mutant("Chain.java", "long evaluate(", "unnamed >= 0", "unnamed > 0"),
            Mutant.of("Sighting.java", " && Texts.equal(source, from)", ""),
            new Mutant("Sighting.java", "boolean isFresh", "acted < times", "acted <= times"),
            Mutant.of("Sighting.java", "counted = counted || counts", "counted = true"));

    private static final List<Mutant> COUNTS = List.of(
            Mutant.of("Ledger.java", "|| above == Codes.REVOKED", ""),
            Mutant.of(
                    "Ledger.java",
                    "amount >= 0 && amount <= most - used[node]",
                    "amount >= 0 && amount <= most - used[node] + 1"),
            Mutant.of("Ledger.java", "amount >= 0 && amount", "amount"),
            Mutant.of("Ledger.java", "charge(parent[node], amount, now)", "charge(parent[node], 1, now)"),
            new Mutant(
                    "Ledger.java",
                    "void spend(",
                    "now - window[node] >= opened[node]",
                    "now - window[node] > opened[node]"),
            Mutant.of(
                    "Ledger.java",
                    "boolean fresh = now - window[node] >= opened[node]",
                    "boolean fresh = now - window[node] > opened[node]"),
            new Mutant("Ledger.java", "void spend(", "within[node] = 0;", ""),
            Mutant.of("Ledger.java", "used < reserved ? 0 : used - reserved", "used - reserved"),
            Mutant.of("Ledger.java", "spent > most - before ? most : before + spent", "before + spent"),
            Mutant.of("Ledger.java", "|| children[node] > 0", ""),
            Mutant.of("Ledger.java", "children[parent[node]]--;", ""),
            Mutant.of("Ledger.java", "most != UNLIMITED && most < taken ? most : taken", "taken"),
            Mutant.of("Ledger.java", "revoked[node] = false;", ""),
            Mutant.of("Ledger.java", "MAX_DEPTH = 66", "MAX_DEPTH = 67"),
            Mutant.of("Ledger.java", "|| above == Codes.USES_EXHAUSTED", ""),
            Mutant.of("Ledger.java", "if (now < 0)", "if (now < -1)"));

    @TempDir
    private Path directory;

    @Test
    void everyMistakeInDecisionsIsFound()
            throws IOException, InterruptedException, ReflectiveOperationException, URISyntaxException {
        Map<Mutant, Kernel> unfound = load(DECISIONS);
        try (Oracle oracle = Oracle.start()) {
            Readings readings = new Readings();
            for (long from = 0; from < MOST_CASES && !unfound.isEmpty(); from += Oracle.AT_ONCE) {
                List<Case> cases = new ArrayList<>();
                for (long number = from; number < from + Oracle.AT_ONCE; number++) {
                    cases.add(Cases.of(SEED, number));
                }
                readings.learn(oracle, cases);
                for (Case it : cases) {
                    oracle.ask(it);
                }
                oracle.send();
                for (Case it : cases) {
                    Verdict expected = oracle.verdict(it.received().size());
                    unfound.values().removeIf(kernel -> differs(kernel, it, readings, expected));
                }
            }
        }
        assertThat(unfound.keySet()).as("mistakes that no case shows").isEmpty();
        System.out.printf("Oracle: found all %d mistaken decisions%n", DECISIONS.size());
    }

    private static boolean differs(Kernel kernel, Case it, Readings readings, Verdict expected) {
        try {
            return !kernel.evaluate(it, readings).equals(expected);
        } catch (RuntimeException e) {
            return true; // the kernel never throws
        }
    }

    @Test
    void everyMistakeInCountsIsFound()
            throws IOException, InterruptedException, ReflectiveOperationException, URISyntaxException {
        Map<Mutant, Kernel> unfound = load(COUNTS);
        try (Oracle oracle = Oracle.start()) {
            for (long number = 0; number < MOST_SEQUENCES && !unfound.isEmpty(); number++) {
                for (Mutant mutant : List.copyOf(unfound.keySet())) {
                    Kernel kernel = unfound.get(mutant);
                    if (kernel != null
                            && new Sequence(SEED, number, kernel, oracle, new int[256])
                                    .difference()
                                    .isPresent()) {
                        unfound.remove(mutant);
                    }
                }
            }
        }
        assertThat(unfound.keySet()).as("mistakes that no operation shows").isEmpty();
        System.out.printf("Oracle: found all %d mistaken counts%n", COUNTS.size());
    }

    private Map<Mutant, Kernel> load(List<Mutant> mutants)
            throws IOException, ReflectiveOperationException, URISyntaxException {
        Map<Mutant, Kernel> kernels = new HashMap<>();
        for (Mutant mutant : mutants) {
            kernels.put(mutant, mutant.load(Files.createTempDirectory(directory, "mutant")));
        }
        return kernels;
    }
}
