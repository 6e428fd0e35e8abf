package ambit.proof;

import de.uka.ilkd.key.proof.Proof;
import de.uka.ilkd.key.settings.StrategySettings;
import de.uka.ilkd.key.strategy.StrategyProperties;

/**
 * How KeY searches, and how long. What it finds is a proof whatever the strategy was. What a method answers is taken from its contract, never
 * from its body: with KeY's own setting (query axioms) the search would put bodies in wherever a contract names a method, and end nowhere.
 */
enum Strategy {
    /** What is to be shown of an object's invariant stays a name: for methods that change no object. */
    OPAQUE(StrategyProperties.CLASS_AXIOM_OFF, 60_000),

    /** Invariants are put in where they are to be shown. */
    OPEN(StrategyProperties.CLASS_AXIOM_DELAYED, 40_000);

    /** So many steps bring the premises of a contract to the place where {@link Invariants} finds them. */
    private static final int BEGINNING = 45;

    private static final int STEPS = 20_000;

    private final String definitions;
    private final int milliseconds;

    Strategy(String definitions, int milliseconds) {
        this.definitions = definitions;
        this.milliseconds = milliseconds;
    }

    void beginWith(Proof proof) {
        apply(proof, BEGINNING);
    }

    void applyTo(Proof proof) {
        apply(proof, STEPS);
    }

    private void apply(Proof proof, int steps) {
        StrategySettings settings = proof.getSettings().getStrategySettings();
        StrategyProperties properties = settings.getActiveStrategyProperties();
        properties.setProperty(StrategyProperties.METHOD_OPTIONS_KEY, StrategyProperties.METHOD_CONTRACT);
        properties.setProperty(StrategyProperties.LOOP_OPTIONS_KEY, StrategyProperties.LOOP_SCOPE_INV_TACLET);
        properties.setProperty(StrategyProperties.QUERYAXIOM_OPTIONS_KEY, StrategyProperties.QUERYAXIOM_OFF);
        properties.setProperty(StrategyProperties.DEP_OPTIONS_KEY, StrategyProperties.DEP_ON);
        properties.setProperty(StrategyProperties.QUERY_OPTIONS_KEY, StrategyProperties.QUERY_OFF);
        properties.setProperty(StrategyProperties.NON_LIN_ARITH_OPTIONS_KEY, StrategyProperties.NON_LIN_ARITH_DEF_OPS);
        properties.setProperty(
                StrategyProperties.QUANTIFIERS_OPTIONS_KEY, StrategyProperties.QUANTIFIERS_NON_SPLITTING_WITH_PROGS);
        properties.setProperty(StrategyProperties.STOPMODE_OPTIONS_KEY, StrategyProperties.STOPMODE_DEFAULT);
        properties.setProperty(StrategyProperties.SPLITTING_OPTIONS_KEY, StrategyProperties.SPLITTING_NORMAL);
        properties.setProperty(StrategyProperties.OSS_OPTIONS_KEY, StrategyProperties.OSS_ON);
        properties.setProperty(StrategyProperties.CLASS_AXIOM_OPTIONS_KEY, definitions);
        settings.setActiveStrategyProperties(properties);
        settings.setMaxSteps(steps);
        settings.setTimeout(milliseconds);
        proof.setActiveStrategy(
                proof.getServices().getProfile().getDefaultStrategyFactory().create(proof, properties));
    }
}
