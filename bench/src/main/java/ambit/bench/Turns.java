package ambit.bench;

import java.util.ArrayList;
import java.util.List;

/** Times acts turn about, so that a load of the machine that comes and goes is on all of them alike. */
final class Turns {

    private Turns() {}

    /** What is timed. */
    @FunctionalInterface
    interface Act {
        void once() throws Exception;
    }

    /** Nanoseconds of each act, a sample for each of {@code count} turns after those that warm up. */
    static List<Samples> times(int warmUp, int count, List<Act> acts) throws Exception {
        return times(warmUp, count, 1, acts);
    }

    /** The same for acts too short for the clock: a sample is the mean of {@code many} in a row. */
    static List<Samples> times(int warmUp, int count, int many, List<Act> acts) throws Exception {
        List<List<Double>> times = new ArrayList<>();
        acts.forEach(_ -> times.add(new ArrayList<>()));
        for (int turn = 0; turn < warmUp + count; turn++) {
            for (int i = 0; i < acts.size(); i++) {
                long began = System.nanoTime();
                for (int n = 0; n < many; n++) {
                    acts.get(i).once();
                }
                double mean = (double) (System.nanoTime() - began) / many;
                if (turn >= warmUp) {
                    times.get(i).add(mean);
                }
            }
        }
        return times.stream().map(Samples::of).toList();
    }
}
