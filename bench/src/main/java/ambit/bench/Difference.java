package ambit.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.hipparchus.stat.inference.MannWhitneyUTest;

/**
 * Whether two sets of times differ, and by how much. The times are pairs: each of the first was taken beside the one of the second that
 * has its number.
 *
 * @param p how likely a U as extreme as this one is where both are of one distribution (Mann–Whitney, two-sided)
 * @param delta Cliff's: how much likelier a value of the second is larger than one of the first than smaller, from -1 to 1; below 0.147
 *     it is called negligible, below 0.33 small
 * @param least the lower end of its 95 % interval (bootstrap of the pairs)
 * @param most the upper end
 * @param low of the difference of the medians, second less first: the lower end of its 95 % interval (the same bootstrap)
 * @param high the upper end
 */
record Difference(double p, double delta, double least, double most, double low, double high) {
    static final double NEGLIGIBLE = 0.147;
    static final double SMALL = 0.33;
    private static final int RESAMPLES = 1000;
    private static final int LOWER = (int) (0.025 * RESAMPLES);
    private static final int UPPER = (int) (0.975 * RESAMPLES) - 1;

    static Difference of(double[] first, double[] second) {
        // the test gives the smaller of both U, which does not say which side is larger
        double p = new MannWhitneyUTest().mannWhitneyUTest(first, second, false);
        Random random = new Random(1);
        double[] medians = new double[RESAMPLES];
        double[] deltas = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            int[] pairs = random.ints(first.length, 0, first.length).toArray();
            double[] one = chosen(first, pairs);
            double[] other = chosen(second, pairs);
            deltas[i] = delta(one, other);
            medians[i] = median(other) - median(one);
        }
        Arrays.sort(medians);
        Arrays.sort(deltas);
        return new Difference(p, delta(first, second), deltas[LOWER], deltas[UPPER], medians[LOWER], medians[UPPER]);
    }

    private static double[] chosen(double[] values, int[] which) {
        return Arrays.stream(which).mapToDouble(i -> values[i]).toArray();
    }

    /**
     * Whether the times are shown to be the same, but for what is negligible. That a test finds no difference would not show it: it finds
     * none where there is too little to see one by.
     */
    boolean isSame() {
        return least > -NEGLIGIBLE && most < NEGLIGIBLE;
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

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "Cliff's delta = %+.3f (95 %%: %+.3f to %+.3f, %s), Mann–Whitney p = %.3g, the medians differ by %+.1f"
                        + " to %+.1f µs (95 %%)",
                delta,
                least,
                most,
                isSame() ? "the same within ±" + NEGLIGIBLE : "not shown to be the same within ±" + NEGLIGIBLE,
                p,
                low / 1e3,
                high / 1e3);
    }
}
