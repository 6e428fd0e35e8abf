package ambit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {
    private static final int ENOUGH = 300;

    @Test
    void seeds() {
        long n = Long.getLong("simulation.seeds", 50);
        long first = Long.getLong("simulation.seed", 0);
        long ev = 0, rec = 0, ref = 0;
        long t = System.nanoTime();
        for (long seed = first; seed < first + n; seed++) {
            try {
                Simulation.Result r = new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run();
                ev += r.events(); rec += r.recoveries(); ref += r.refusals();
                if (n < 5) System.out.println(r);
            } catch (Violation e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        System.out.printf("%d seeds, %d events, %d recoveries, %d refusals, %.1f s%n", n, ev, rec, ref, (System.nanoTime()-t)/1e9);
    }

    static Stream<Mistake> mistakes() {
        return Mistake.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void findsAMistakeInTheProduct(Mistake mistake) {
        long began = System.nanoTime();
        MistakenBuild build = new MistakenBuild(mistake);
        String found = "";
        long seed = 0;
        while (found.isEmpty() && seed < ENOUGH) {
            found = build.find(seed++);
        }
        System.out.printf("simulation: a core that %s is found by seed %d after %d ms: %s%n", mistake.words(), seed - 1, (System.nanoTime() - began) / 1_000_000, found);
        assertThat(found).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void findsAMistakeBelowTheProduct(Simulation.Fault fault) {
        String found = "";
        long seed = 0;
        while (found.isEmpty() && seed < ENOUGH) {
            try {
                new Simulation(seed++, Simulation.Plan.RANDOM, fault).run();
            } catch (Violation e) {
                found = e.getMessage().lines().findFirst().orElse("?");
            }
        }
        System.out.printf("simulation: %s is found by seed %d: %s%n", fault, seed - 1, found);
        assertThat(found).isNotEmpty();
    }

    @Test
    void oneSeedIsOneRun() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run())
                    .isEqualTo(new Simulation(seed, Simulation.Plan.RANDOM, Simulation.Fault.NONE).run());
        }
    }
}
