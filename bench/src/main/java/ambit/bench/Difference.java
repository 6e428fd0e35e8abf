package ambit.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.hipparchus.stat.inference.MannWhitneyUTest;

/**
 * Whether two sets of times differ, and by how much.
 *
 * @param p how likely a U as extreme as this one is where both are of one distribution (Mann–Whitney, two-sided)
 * @param delta Cliff's: how much likelier a value of the second is larger than one of the first than smaller, from -1 to 1; below 0.147
 *     it is called negligible, below 0.33 small
 * @param low of the difference of the medians, second less first: the lower end of its 95 % interval (bootstrap)
 * @param high the upper end
 */
record Difference(double p, double delta, double low, double high) {
    static final double NEGLIGIBLE = 0.147;
    static final double SMALL = 0.33;
    private static final int RESAMPLES = 1000;

    static Difference of(double[] first, double[] second) {
        // the test gives the smaller of both U, which does not say which side is larger
        double p = new MannWhitneyUTest().mannWhitneyUTest(first, second, false);
        double[] medians = bootstrap(first, second);
        return new Difference(
                p, delta(first, second), medians[(int) (0.025 * RESAMPLES)], medians[(int) (0.975 * RESAMPLES) - 1]);
    }

    private static double delta(double[] first, double[] second) {
        double[] sorted = first.clone();
        Arrays.sort(sorted);
        long sum = 0;
        for (double one : second) {
            int below = bound(sorted, one, false);
            int above = sorted.length - bound(sorted, one, true);
            sum += below - above;
        }
        return (double) sum / ((double) first.length * second.length);
    }

    /** How many values are smaller than this one, or not larger. */
    private static int bound(double[] sorted, double value, boolean equalToo) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            boolean before = equalToo ? sorted[middle] <= value : sorted[middle] < value;
            low = before ? middle + 1 : low;
            high = before ? high : middle;
        }
        return low;
    }

    private static double[] bootstrap(double[] first, double[] second) {
        Random random = new Random(1);
        double[] differences = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            differences[i] = median(resample(random, second)) - median(resample(random, first));
        }
        Arrays.sort(differences);
        return differences;
    }

    private static double[] resample(Random random, double[] values) {
        double[] sample = new double[values.length];
        Arrays.setAll(sample, _ -> values[random.nextInt(values.length)]);
        return sample;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "Mann–Whitney p = %.3g, Cliff's delta = %+.3f (%s), the medians differ by %+.1f to %+.1f µs (95 %%)",
                p,
                delta,
                Math.abs(delta) < NEGLIGIBLE ? "negligible" : Math.abs(delta) < SMALL ? "small" : "not small",
                low / 1e3,
                high / 1e3);
    }
}
