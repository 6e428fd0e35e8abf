package ambit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code scripts/simulate} runs the first test with fresh seeds for longer, and one seed again. */
class SimulationTest {
    /** Seeds after which a mistake should have been found. */
    private static final int ENOUGH = 300;

    /** Seeds that every run has, so that each says what it should cover. */
    private static final int ALWAYS = 20;

    private final Map<String, Integer> answers = new TreeMap<>();
    private String hash = "";
    private long seeds;
    private long events;
    private long recoveries;
    private long fromSnapshot;
    private long refusals;

    @Test
    void whateverBreaksInWhateverOrderNothingAcknowledgedIsLostAndNothingIsAllowedTwice() {
        long one = Long.getLong("simulation.seed", -1);
        if (one >= 0) {
            simulate(one);
        } else {
            long first = System.currentTimeMillis();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("simulation.seconds", 90));
            for (long seed = 0; seed < ALWAYS; seed++) {
                simulate(seed);
            }
            for (long seed = first; System.nanoTime() < end; seed++) {
                simulate(seed);
            }
            covers();
        }
        System.out.printf(
                "simulation: %d seeds, %d events, %d recoveries of which %d from a snapshot, %d logs refused for what was not synced%n",
                seeds, events, recoveries, fromSnapshot, refusals);
        System.out.println("simulation: the core answered " + answers + "; the last run was " + hash);
    }

    private void simulate(long seed) {
        try {
            Simulation.Result result = new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run();
            hash = result.hash();
            seeds++;
            events += result.events();
            recoveries += result.recoveries();
            fromSnapshot += result.fromSnapshot();
            refusals += result.refusals();
            result.answers().forEach((answer, times) -> answers.merge(answer, times, Integer::sum));
        } catch (Violation e) {
            throw new AssertionError("found; again with: scripts/simulate --seed " + seed, e);
        }
    }

    private void covers() {
        assertThat(fromSnapshot).isPositive();
        assertThat(answers.keySet())
                .contains("Admitted", "Permitted", "Ended", "ToKill")
                .contains("USES_EXHAUSTED", "RATE_LIMITED", "CONSTRAINT", "UNKNOWN_HANDLE")
                .contains("EXPIRED", "REVOKED", "REPLAYED", "CONTEXT_ENDED")
                .contains("LOG_UNAVAILABLE", "DRIVER_UNAVAILABLE");
    }

    @Test
    void oneSeedIsOneRun() {
        for (long seed = 0; seed < 3; seed++) {
            Simulation.Result once = new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run();
            assertThat(new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run())
                    .isEqualTo(once);
        }
    }

    /** One short run, again for each operation of its disk: that one fails, or the process or the power goes in it. */
    @Test
    void anyOperationOfTheDiskMayFailOrBeTheLastOne() {
        Simulation.Plan quiet = Simulation.Plan.QUIET;
        long operations = new Simulation(1, quiet, Simulation.Fault.NONE).run().operations();
        for (long n = 1; n <= operations; n++) {
            simulate(new Simulation.Plan(quiet.steps(), false, n, 0, Optional.empty()));
            simulate(new Simulation.Plan(quiet.steps(), false, 0, n, Optional.empty()));
            simulate(new Simulation.Plan(quiet.steps(), false, 0, n, Optional.of(SimulatedDisk.Loss.NOTHING_STAYS)));
            simulate(new Simulation.Plan(quiet.steps(), false, 0, n, Optional.of(SimulatedDisk.Loss.TORN)));
        }
        System.out.println("simulation: each of " + operations + " operations of the disk failed and was the last one");
    }

    private static void simulate(Simulation.Plan plan) {
        try {
            new Simulation(1, plan, Simulation.Fault.NONE).run();
        } catch (Violation e) {
            throw new AssertionError(plan.toString(), e);
        }
    }

    static Stream<Mistake> mistakes() {
        return Mistake.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeInTheProductIsFound(Mistake mistake) {
        MistakenBuild build = new MistakenBuild(mistake);
        long began = System.nanoTime();
        long seed = 0;
        String found = build.find(seed);
        while (found.isEmpty() && seed < ENOUGH) {
            found = build.find(++seed);
        }
        System.out.printf(
                "simulation: a core that %s is found by seed %d after %d ms: %s%n",
                mistake.words(), seed, (System.nanoTime() - began) / 1_000_000, found);
        assertThat(found).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aMistakeBelowTheProductIsFound(Simulation.Fault fault) {
        String found = "";
        for (long seed = 0; found.isEmpty() && seed < ENOUGH; seed++) {
            try {
                new Simulation(seed, Simulation.Plan.RANDOM, fault).run();
            } catch (Violation e) {
                found = Arrays.asList(e.getMessage().split("\n", 2)).getFirst();
            }
        }
        System.out.println("simulation: " + fault + " is found: " + found);
        assertThat(found).isNotEmpty();
    }
}
