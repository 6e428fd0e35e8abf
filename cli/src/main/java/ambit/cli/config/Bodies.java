package ambit.cli.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which bodies of calls are kept, encrypted, beside the log.
 *
 * @param keep of the calls of agents and tools that say nothing themselves
 * @param retention how long
 * @param atMost bytes, all together
 * @param redact what is taken out before anything is kept
 * @param patterns what else is: name → pattern
 */
public record Bodies(
        Position at,
        Set<Kept> keep,
        Duration retention,
        long atMost,
        List<String> redact,
        Map<String, String> patterns) {

    /** What can be kept. */
    public enum Kept {
        PARAMETERS(1),
        RESULTS(2),
        /** Parameters and results of model calls. */
        CONVERSATIONS(4);

        private final long number;

        Kept(long number) {
            this.number = number;
        }

        /** What several of them are added up to. */
        public long number() {
            return number;
        }

        static Optional<Kept> of(String word) {
            return List.of(values()).stream()
                    .filter(kept -> kept.word().equals(word))
                    .findFirst();
        }

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The rules for redaction that have a name, all of which apply where the file says nothing. */
    static final List<String> RULES = List.of("secrets", "emails", "ibans", "cards", "phones");
}
