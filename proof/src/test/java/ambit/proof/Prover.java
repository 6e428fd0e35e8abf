package ambit.proof;

import de.uka.ilkd.key.nparser.ProofReplayer;
import de.uka.ilkd.key.proof.Proof;
import de.uka.ilkd.key.proof.init.ProofInputException;
import de.uka.ilkd.key.proof.io.IntermediatePresentationProofFileParser;
import de.uka.ilkd.key.proof.io.IntermediateProofReplayer;
import de.uka.ilkd.key.proof.io.OutputStreamProofSaver;
import de.uka.ilkd.key.rule.OneStepSimplifier;
import de.uka.ilkd.key.speclang.Contract;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.antlr.v4.runtime.CharStreams;

/** Proves one contract, by search or by repeating the steps of an earlier proof. */
final class Prover {

    /** What came of it. Without open goals the contract is proved. */
    record Outcome(boolean searched, int open, int nodes, long milliseconds) {

        boolean isProved() {
            return open == 0;
        }

        @Override
        public String toString() {
            String what = !isProved() ? open + " goals open" : searched ? "proved" : "replayed";
            return what + ", " + nodes + " nodes, " + milliseconds + " ms";
        }
    }

    /** An outcome, and the steps of the proof if it is one. */
    record Found(Outcome outcome, Optional<String> steps) {}

    private Prover() {}

    /** By one strategy after the other, until one finds a proof. */
    static Found search(Kernel kernel, Contract contract)
            throws ProofInputException, IOException, InterruptedException {
        Found found = search(kernel, contract, Strategy.OPAQUE);
        return found.outcome().isProved() ? found : search(kernel, contract, Strategy.OPEN);
    }

    private static Found search(Kernel kernel, Contract contract, Strategy strategy)
            throws ProofInputException, IOException, InterruptedException {
        long start = System.nanoTime();
        Proof proof = kernel.begin(contract);
        try {
            strategy.beginWith(proof);
            kernel.search(proof);
            kernel.unfoldInvariants(proof);
            strategy.applyTo(proof);
            kernel.search(proof);
            Outcome outcome = outcome(proof, true, start);
            return new Found(outcome, outcome.isProved() ? Optional.of(steps(proof)) : Optional.empty());
        } finally {
            proof.dispose();
        }
    }

    /** Each step is a rule that KeY applies, or refuses, like any other: what is left of a proof that does not fit is open goals. */
    static Outcome replay(Kernel kernel, Contract contract, String steps) throws ProofInputException {
        long start = System.nanoTime();
        Proof proof = kernel.begin(contract);
        try {
            Strategy.OPEN.applyTo(proof);
            OneStepSimplifier.refreshOSS(proof);
            IntermediatePresentationProofFileParser parser = new IntermediatePresentationProofFileParser(proof);
            ProofReplayer.run(CharStreams.fromString(steps), parser, 0, URI.create("memory:///proof"));
            new IntermediateProofReplayer(null, proof, parser.getResult()).replay(null, null);
            return outcome(proof, false, start);
        } finally {
            proof.dispose();
        }
    }

    private static Outcome outcome(Proof proof, boolean searched, long start) {
        return new Outcome(
                searched, proof.openGoals().size(), proof.countNodes(), (System.nanoTime() - start) / 1_000_000);
    }

    private static String steps(Proof proof) throws IOException {
        StringBuilder steps = new StringBuilder();
        new OutputStreamProofSaver(proof).node2Proof(proof.root(), steps);
        return steps.toString();
    }
}
