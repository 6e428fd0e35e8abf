package ambit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The proofs bite: a mistake in a method leaves its contract open. All mistakes are made in one copy of the sources, because a method is
 * proved with the contracts of what it calls, not with their bodies: each mistake shows in its own method alone.
 */
@Tag("seeded-bugs") // a command of its own, see docs/reference/proofs.md
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeededBugsTest {

    /** A mistake: what stands in the source, once, what stands there instead, and the contract that must stay open. */
    private record Bug(String what, String file, String right, String wrong, String contract) {}

    private static final List<Bug> BUGS = List.of(
            new Bug(
                    "a block is valid for a millisecond too long",
                    "Block",
                    "return now < expires ?",
                    "return now <= expires ?",
                    "Block.atTime(long)"),
            new Bug("an answer overflows", "Chain", "8388608L * item", "8388608 * item", "Chain.answer(int, int, int)"),
            new Bug(
                    "what was used is not taken off what is left",
                    "Ledger",
                    "amount <= most - used[node]",
                    "amount <= most",
                    "Ledger.covers(int, long)"),
            new Bug(
                    "a node beyond the last is looked for",
                    "Ledger",
                    "return node >= 0 && node < parent.length",
                    "return node >= 0 && node <= parent.length",
                    "Ledger.isLive(int)"),
            new Bug(
                    "/.. is a clean path",
                    "Texts",
                    "(path[start + 1] != DOT || !endsAt(path, start + 2))",
                    "(path[start + 1] == DOT || !endsAt(path, start + 2))",
                    "Texts.isNamed(byte[], int)"),
            new Bug(
                    "ab is inside a",
                    "Paths",
                    "if (same == named.length && argument[same] == SLASH)",
                    "if (same == named.length)",
                    "Paths.relate(byte[], byte[])"),
            new Bug(
                    "a value is too long by one",
                    "Conjunct",
                    "operands.type(0) == Values.INT && length <=",
                    "operands.type(0) == Values.INT && length - 1 <=",
                    "Conjunct.fitsWithin(int)"));

    private Kernel kernel;

    @BeforeAll
    void seed(@TempDir Path directory) throws Exception {
        kernel = Kernel.read(directory, SeededBugsTest::seed);
    }

    private static String seed(String file, String source) {
        String seeded = source;
        for (Bug bug : BUGS) {
            if (file.equals(bug.file() + ".java")) {
                assertThat(seeded.split(Pattern.quote(bug.right()), -1))
                        .as("%s has once %s", file, bug.right())
                        .hasSize(2);
                seeded = seeded.replace(bug.right(), bug.wrong());
            }
        }
        return seeded;
    }

    @AfterAll
    void close() {
        kernel.close();
    }

    @TestFactory
    Stream<DynamicTest> everyMistakeLeavesItsContractOpen() {
        return BUGS.stream()
                .map(bug -> dynamicTest(bug.what(), () -> {
                    Prover.Outcome outcome = Prover.search(kernel, kernel.contract(bug.contract()))
                            .outcome();
                    System.out.printf("proof: %s, so %s stays open: %s%n", bug.what(), bug.contract(), outcome);
                    assertThat(outcome.isProved())
                            .as("%s: %s", bug.what(), outcome)
                            .isFalse();
                }));
    }
}
