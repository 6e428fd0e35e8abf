package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpNamesTheCommand() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Usage: ambit");
    }

    @Test
    void versionIsTheOneOfTheBuild() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().trim()).matches("ambit \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }

    @Test
    void aMisuseIsOneErrorAndOneHint() {
        assertThat(run("--no-such-option")).isEqualTo(Main.USAGE);
        assertThat(err.toString().lines())
                .containsExactly(
                        "ambit: error: unknown option: '--no-such-option'",
                        "ambit: hint: 'ambit --help' lists what there is");
    }

    private int run(String... args) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }
}
