package ambit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.cli.config.ConfigFile;
import ambit.cli.config.ConfigFile.Outcome;
import ambit.cli.config.Problem;
import java.util.List;

/** Any text is a configuration, or there is something to say of it that has a place in it and one line; what is read is read so again. */
final class YamlTarget {
    private YamlTarget() {}

    static void check(byte[] input) {
        String text = new String(input, UTF_8);
        Outcome outcome = ConfigFile.parse("ambit.yaml", text);
        switch (outcome) {
            case Outcome.Good(var config, List<Problem> warnings) -> {
                warnings.forEach(warning -> hasAPlace(warning, text));
                assertThat(ConfigFile.parse("ambit.yaml", text)).isEqualTo(new Outcome.Good(config, warnings));
            }
            case Outcome.Bad(List<Problem> errors) -> {
                assertThat(errors).isNotEmpty();
                errors.forEach(error -> hasAPlace(error, text));
            }
        }
    }

    private static void hasAPlace(Problem problem, String text) {
        assertThat(problem.what()).isNotBlank();
        assertThat(problem.at().line()).isBetween(1, 2 + (int) text.lines().count());
    }
}
