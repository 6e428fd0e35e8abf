package ambit.bench;

import java.util.Locale;

/** One line of the result: what was measured, beside its baseline of the same run. */
record Row(String what, String p50, String p95, String baseline, String baseP50, String baseP95, double ratio) {

    private static final int KIBIBYTE = 1 << 10;
    private static final int MEBIBYTE = 1 << 20;

    static final String HEAD = "| Measured | p50 | p95 | Baseline | p50 | p95 | Ratio |\n|---|--:|--:|---|--:|--:|--:|";

    /** Times in nanoseconds; the ratio is that of the medians. */
    static Row ofTimes(String what, Samples measured, String baseline, Samples base) {
        return new Row(
                what + " (n=" + measured.count() + ")",
                Samples.time(measured.p50()),
                Samples.time(measured.p95()),
                baseline + " (n=" + base.count() + ")",
                Samples.time(base.p50()),
                Samples.time(base.p95()),
                measured.p50() / base.p50());
    }

    /** Rates per second, one sample for each stretch of time; 95 of 100 stretches were faster than what stands below p95. */
    static Row ofRates(String what, Samples measured, String baseline, Samples base) {
        return new Row(
                what,
                rate(measured.p50()),
                rate(measured.p5()),
                baseline,
                rate(base.p50()),
                rate(base.p5()),
                measured.p50() / base.p50());
    }

    /** Bytes; the ratio is that of the medians. */
    static Row ofBytes(String what, Samples measured, String baseline, Samples base) {
        return new Row(
                what,
                bytes(measured.p50()),
                bytes(measured.p95()),
                baseline,
                bytes(base.p50()),
                bytes(base.p95()),
                measured.p50() / base.p50());
    }

    /** Bytes of which there is one value; the ratio is that of both. */
    static Row ofBytes(String what, double measured, String baseline, double base) {
        return new Row(what, bytes(measured), "-", baseline, bytes(base), "-", measured / base);
    }

    private static String bytes(double bytes) {
        if (bytes < 10 * KIBIBYTE) {
            return String.format(Locale.ROOT, "%,.0f B", bytes);
        }
        return bytes < MEBIBYTE
                ? String.format(Locale.ROOT, "%,.1f KiB", bytes / KIBIBYTE)
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / MEBIBYTE);
    }

    private static String rate(double perSecond) {
        return String.format(Locale.ROOT, "%,.0f/s", perSecond);
    }

    String markdown() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %.2f |",
                what,
                p50,
                p95,
                baseline,
                baseP50,
                baseP95,
                ratio);
    }
}
