package ambit.cli;

import ambit.cli.config.Quantity;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Times as people write them. */
final class Moment {

    static final String EXPECTED = "2026-11-25T07:30:00Z, '2026-11-25 07:30', 2026-11-25, 07:30 or 2h (ago)";

    private Moment() {}

    /** The time that a text names: an instant, a local date, time or both, or how long before {@code now}. */
    static Optional<Instant> parse(String text, Instant now, ZoneId zone) {
        String dated = text.replace(' ', 'T');
        List<Function<String, Instant>> forms = List.of(
                it -> OffsetDateTime.parse(dated).toInstant(),
                it -> LocalDateTime.parse(dated).atZone(zone).toInstant(),
                it -> LocalDate.parse(it).atStartOfDay(zone).toInstant(),
                it -> LocalTime.parse(it)
                        .atDate(LocalDate.ofInstant(now, zone))
                        .atZone(zone)
                        .toInstant());
        for (Function<String, Instant> form : forms) {
            try {
                return Optional.of(form.apply(text));
            } catch (DateTimeException _) {
                // Another form, or none.
            }
        }
        return Quantity.duration(text).map(now::minus);
    }
}
