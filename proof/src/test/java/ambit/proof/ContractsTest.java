package ambit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import de.uka.ilkd.key.proof.init.ProofInputException;
import de.uka.ilkd.key.speclang.Contract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every contract in the sources of the kernel is proved. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractsTest {

    private static final boolean FROM_SCRATCH = Boolean.getBoolean("proof.rewrite");
    private static final SavedProofs SAVED =
            new SavedProofs(Path.of(System.getProperty("ambit.root", "..")).resolve("proof/proofs"));

    private final AtomicInteger proved = new AtomicInteger();
    private Kernel kernel;

    @BeforeAll
    void read(@TempDir Path directory) throws Exception {
        kernel = Kernel.read(directory);
    }

    @AfterAll
    void count() {
        System.out.printf("proof: %d contracts proved%n", proved.get());
        kernel.close();
    }

    @TestFactory
    Stream<DynamicTest> everyContractIsProved() {
        return kernel.contracts().entrySet().stream()
                .map(entry -> dynamicTest(entry.getKey() + " is proved", () -> prove(entry.getKey(), entry.getValue())));
    }

    private void prove(String name, Contract contract) throws ProofInputException, IOException {
        Optional<String> earlier = FROM_SCRATCH ? Optional.empty() : SAVED.read(name);
        Prover.Outcome outcome = earlier.isPresent()
                ? Prover.replay(kernel, contract, earlier.get())
                : search(name, contract);
        if (!outcome.isProved() && earlier.isPresent()) {
            System.out.printf("proof: %s: the saved proof does not fit%n", name);
            outcome = search(name, contract);
        }
        System.out.printf("proof: %s: %s%n", name, outcome);
        assertThat(outcome.isProved()).as("%s: %s", name, outcome).isTrue();
        proved.incrementAndGet();
    }

    private Prover.Outcome search(String name, Contract contract) throws ProofInputException, IOException {
        Prover.Found found = Prover.search(kernel, contract, Strategy.of(name));
        if (FROM_SCRATCH && found.steps().isPresent()) {
            SAVED.write(name, found.steps().get());
        }
        return found.outcome();
    }
}
