package ambit.proof;

import de.uka.ilkd.key.proof.Proof;
import de.uka.ilkd.key.settings.StrategySettings;
import de.uka.ilkd.key.strategy.StrategyProperties;

/** How KeY searches, and how long. What it finds is a proof whatever the strategy was. */
enum Strategy {
    /** Model methods stay names: for methods that only hand on what others answer. */
    OPAQUE(StrategyProperties.CLASS_AXIOM_OFF, 15_000),

    /** Definitions of model methods are put in where they occur. */
    OPEN(StrategyProperties.CLASS_AXIOM_DELAYED, 40_000);

    private static final int STEPS = 20_000;

    private final String definitions;
    private final int milliseconds;

    Strategy(String definitions, int milliseconds) {
        this.definitions = definitions;
        this.milliseconds = milliseconds;
    }

    void applyTo(Proof proof) {
        StrategySettings settings = proof.getSettings().getStrategySettings();
        StrategyProperties properties = settings.getActiveStrategyProperties();
        properties.setProperty(StrategyProperties.METHOD_OPTIONS_KEY, StrategyProperties.METHOD_CONTRACT);
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
        settings.setMaxSteps(STEPS);
        settings.setTimeout(milliseconds);
    }
}
