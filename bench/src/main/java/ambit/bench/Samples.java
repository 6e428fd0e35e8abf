package ambit.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Measured values in ascending order. Immutable. */
final class Samples {

    private final double[] sorted;

    private Samples(double[] values) {
        sorted = values;
        Arrays.sort(sorted);
    }

    static Samples of(List<? extends Number> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        return new Samples(values.stream().mapToDouble(Number::doubleValue).toArray());
    }

    static Samples of(double[] values) {
        return new Samples(values.clone());
    }

    double p50() {
        return at(0.50);
    }

    double p95() {
        return at(0.95);
    }

    double p99() {
        return at(0.99);
    }

    /** What all but one in twenty of the values exceed. */
    double p5() {
        return at(0.05);
    }

    /** The smallest value that at least this share of the values does not exceed. */
    private double at(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    /** Rates per second, where these are nanoseconds of so many. */
    Samples perSecond(int many) {
        return new Samples(
                Arrays.stream(sorted).map(nanos -> many * 1e9 / nanos).toArray());
    }

    int count() {
        return sorted.length;
    }

    /** Nanoseconds in the unit that suits them. */
    static String time(double nanos) {
        if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.1f µs", nanos / 1e3);
        }
        return nanos < 1e9
                ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
