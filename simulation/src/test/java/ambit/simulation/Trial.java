package ambit.simulation;

/** One seed, for a build that is loaded beside this one. */
public final class Trial {
    private Trial() {}

    /** The first line of what is wrong, or empty. */
    public static String violation(long seed) {
        try {
            new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run();
            return "";
        } catch (Violation e) {
            return e.getMessage().lines().findFirst().orElse("?");
        }
    }
}
