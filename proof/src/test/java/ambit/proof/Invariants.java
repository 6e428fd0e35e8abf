package ambit.proof;

import de.uka.ilkd.key.logic.PosInOccurrence;
import de.uka.ilkd.key.macros.FilterStrategy;
import de.uka.ilkd.key.macros.StrategyProofMacro;
import de.uka.ilkd.key.proof.Goal;
import de.uka.ilkd.key.proof.Proof;
import de.uka.ilkd.key.rule.RuleApp;
import org.key_project.logic.Name;

/**
 * Puts in what the invariants of the objects at hand say, before anything else is done. KeY's strategy does it last, and splits the proof
 * over and over meanwhile: whether an array is null that is none.
 */
final class Invariants extends StrategyProofMacro {
    private static final String NAME = "invariants";

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getCategory() {
        return NAME;
    }

    @Override
    public String getDescription() {
        return NAME;
    }

    @Override
    protected de.uka.ilkd.key.strategy.Strategy createStrategy(Proof proof, PosInOccurrence position) {
        return new FilterStrategy(proof.getActiveStrategy()) {
            @Override
            public boolean isApprovedApp(RuleApp rule, PosInOccurrence where, Goal goal) {
                String name = rule.rule().name().toString();
                return name.startsWith("Partial_inv")
                        && !name.endsWith("_EQ")
                        && super.isApprovedApp(rule, where, goal);
            }

            @Override
            public Name name() {
                return new Name(NAME);
            }

            @Override
            public boolean isStopAtFirstNonCloseableGoal() {
                return false;
            }
        };
    }
}
