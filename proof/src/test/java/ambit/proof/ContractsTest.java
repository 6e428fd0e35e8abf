package ambit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import de.uka.ilkd.key.proof.init.ProofInputException;
import de.uka.ilkd.key.speclang.Contract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every contract in the sources of the kernel is proved, or stands in the list of those that are not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractsTest {

    private static final boolean FROM_SCRATCH = Boolean.getBoolean("proof.rewrite");
    private static final Path DIRECTORY =
            Path.of(System.getProperty("ambit.root", "..")).resolve("proof");
    private static final SavedProofs SAVED = new SavedProofs(DIRECTORY.resolve("proofs"));

    private final AtomicInteger proved = new AtomicInteger();
    private Kernel kernel;
    private SortedSet<String> open;

    @BeforeAll
    void read(@TempDir Path directory) throws Exception {
        open = OpenContracts.read(DIRECTORY.resolve("open.txt"));
        kernel = Kernel.read(directory);
    }

    @AfterAll
    void count() {
        System.out.printf("proof: %d contracts proved, %d open%n", proved.get(), open.size());
        kernel.close();
    }

    @Test
    void theOpenOnesAreContracts() {
        assertThat(kernel.contracts().keySet()).containsAll(open);
    }

    @Test
    void everyContractHasEitherAProofOrALineAmongTheOpenOnes() throws IOException {
        SortedSet<String> unproved = new TreeSet<>();
        for (String name : kernel.contracts().keySet()) {
            if (SAVED.read(name).isEmpty()) {
                unproved.add(name);
            }
        }
        assertThat(open).isEqualTo(unproved);
    }

    @Test
    void theDocumentsSayWhatIsProvedAndWhatIsOpen() throws IOException {
        SortedSet<String> all = new TreeSet<>(kernel.contracts().keySet());
        SortedSet<String> closed = new TreeSet<>(all);
        closed.removeAll(open);
        String reference = document("docs/reference/proofs.md");
        assertThat(reference)
                .contains("There are %d contracts: **%d are proved** in every build (module `proof`), **%d are open**"
                        .formatted(all.size(), closed.size(), open.size()));
        assertThat(names(reference, "What is proved", "^\\| `([^`]+)` \\|")).isEqualTo(closed);
        assertThat(names(reference, "What is open", "`(\\w+\\.\\w+\\([^`]*\\))`"))
                .isEqualTo(open);
        String count = (open.isEmpty() ? "all" : closed.size() + " of the")
                + " %d contracts of the decision kernel".formatted(all.size());
        assertThat(document("ARCHITECTURE.md")).contains("KeY proves " + count);
        assertThat(document("SECURITY.md")).contains("KeY proves " + count);
    }

    private static String document(String name) throws IOException {
        return Files.readString(DIRECTORY.resolveSibling(name));
    }

    /** What the pattern finds between this heading and the next. */
    private static SortedSet<String> names(String document, String heading, String pattern) {
        String section = document.split("\n## " + heading + "\n", 2)[1].split("\n## ", 2)[0];
        SortedSet<String> names = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(section);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    @TestFactory
    Stream<DynamicTest> everyOtherContractIsProved() {
        return kernel.contracts().entrySet().stream()
                .filter(entry -> !open.contains(entry.getKey()))
                .map(entry ->
                        dynamicTest(entry.getKey() + " is proved", () -> prove(entry.getKey(), entry.getValue())));
    }

    private void prove(String name, Contract contract) throws ProofInputException, IOException, InterruptedException {
        Prover.Outcome outcome = FROM_SCRATCH ? anew(name, contract) : replay(name, contract);
        System.out.printf("proof: %s: %s%n", name, outcome);
        assertThat(outcome.isProved()).as("%s: %s", name, outcome).isTrue();
        proved.incrementAndGet();
    }

    /** By a search; where it ends without a proof, the steps that were saved stay, and are repeated. */
    private Prover.Outcome anew(String name, Contract contract)
            throws ProofInputException, IOException, InterruptedException {
        Prover.Outcome outcome = search(name, contract);
        if (outcome.isProved()) {
            return outcome;
        }
        System.out.printf("proof: %s: not found again, so the saved proof stays: %s%n", name, outcome);
        return Prover.replay(kernel, contract, SAVED.read(name).orElseThrow());
    }

    private Prover.Outcome replay(String name, Contract contract)
            throws ProofInputException, IOException, InterruptedException {
        Prover.Outcome outcome =
                Prover.replay(kernel, contract, SAVED.read(name).orElseThrow());
        if (outcome.isProved()) {
            return outcome;
        }
        System.out.printf("proof: %s: the saved proof does not fit%n", name);
        return search(name, contract);
    }

    private Prover.Outcome search(String name, Contract contract)
            throws ProofInputException, IOException, InterruptedException {
        Prover.Found found = Prover.search(kernel, contract);
        if (FROM_SCRATCH && found.steps().isPresent()) {
            SAVED.write(name, found.steps().get());
        }
        return found.outcome();
    }
}
