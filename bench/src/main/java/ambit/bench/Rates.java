package ambit.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How often acts are done in a second by several callers, in stretches that take turns: a load that comes and goes is on all alike. */
final class Rates {
    private static final int STRETCHES = 6;
    private static final long STRETCH_NANOS = 500_000_000;
    private static final int NUMBERS_OF_A_STRETCH = 1_000_000;
    private static final int NUMBERS_OF_A_CALLER = 100_000;

    private Rates() {}

    /** What a caller does again and again. No number comes twice. */
    @FunctionalInterface
    interface Numbered {
        void once(int number) throws Exception;
    }

    /**
     * The rates of each side.
     *
     * @param sides what each of its callers does; all have as many
     */
    static List<Samples> of(List<List<Numbered>> sides) throws Exception {
        List<List<Double>> rates = new ArrayList<>();
        sides.forEach(_ -> rates.add(new ArrayList<>()));
        try (ExecutorService threads =
                Executors.newFixedThreadPool(sides.getFirst().size())) {
            // the first stretch warms up
            for (int stretch = 0; stretch <= STRETCHES; stretch++) {
                for (int side = 0; side < sides.size(); side++) {
                    double rate = rate(threads, stretch * NUMBERS_OF_A_STRETCH, sides.get(side));
                    if (stretch > 0) {
                        rates.get(side).add(rate);
                    }
                }
            }
        }
        return rates.stream().map(Samples::of).toList();
    }

    private static double rate(ExecutorService threads, int first, List<Numbered> callers) throws Exception {
        long began = System.nanoTime();
        List<Callable<Integer>> loops = new ArrayList<>();
        for (int caller = 0; caller < callers.size(); caller++) {
            Numbered act = callers.get(caller);
            int start = first + caller * NUMBERS_OF_A_CALLER;
            loops.add(() -> {
                int done = 0;
                while (System.nanoTime() - began < STRETCH_NANOS) {
                    act.once(start + done++);
                }
                return done;
            });
        }
        int done = 0;
        for (Future<Integer> loop : threads.invokeAll(loops)) {
            done += loop.get();
        }
        return done * 1e9 / (System.nanoTime() - began);
    }
}
