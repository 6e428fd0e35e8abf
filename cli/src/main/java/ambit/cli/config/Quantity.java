package ambit.cli.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times, written with their unit: {@code 64 MiB}, {@code 5 min}. */
public final class Quantity {

    static final String SIZE_EXAMPLE = "a size with its unit, such as 64 KiB, 1 MiB or 2 GiB";
    static final String TIME_EXAMPLE = "a time with its unit, such as 500 ms, 30 s, 5 min, 2 h or 30 d";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,12}) ?([A-Za-z]{1,3})");

    private static final Map<String, Long> SIZES = Map.of(
            "B",
            1L,
            "kB",
            1_000L,
            "MB",
            1_000_000L,
            "GB",
            1_000_000_000L,
            "KiB",
            1L << 10,
            "MiB",
            1L << 20,
            "GiB",
            1L << 30);

    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private Quantity() {}

    /** The bytes that {@code text} names, unless it is not a size or is zero. */
    public static Optional<Long> bytes(String text) {
        return times(text, SIZES);
    }

    /** The time that {@code text} names, unless it is not a time or is zero. */
    public static Optional<Duration> duration(String text) {
        return times(text, MILLIS).map(Duration::ofMillis);
    }

    /** A size in the largest unit that keeps it whole. */
    public static String ofBytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB"};
        int unit = 0;
        long amount = bytes;
        while (unit < 3 && amount != 0 && amount % 1024 == 0) {
            amount /= 1024;
            unit++;
        }
        return amount + " " + units[unit];
    }

    private static Optional<Long> times(String text, Map<String, Long> units) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Long unit = units.get(matcher.group(2));
        long amount = Long.parseLong(matcher.group(1));
        if (unit == null || amount == 0 || Math.multiplyHigh(amount, unit) != 0 || amount * unit < 0) {
            return Optional.empty();
        }
        return Optional.of(amount * unit);
    }
}
