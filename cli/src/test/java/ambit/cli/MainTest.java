package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {

    @TempDir
    private Path directory;

    @Test
    void helpNamesTheCommandAndItsExitCodes() {
        Shell shell = new Shell(directory);
        assertThat(shell.run("--help")).isZero();
        assertThat(shell.out())
                .contains("Usage: ambit")
                .contains("130   interrupted")
                .contains("grant");
        assertThat(shell.out()).doesNotContain("supervise");
    }

    @Test
    void versionIsTheOneOfTheBuild() {
        Shell shell = new Shell(directory);
        assertThat(shell.run("--version")).isZero();
        assertThat(shell.out().trim()).matches("ambit \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
        assertThat(shell.run("version")).isZero();
    }

    @Test
    void aMisuseIsOneErrorAndOneHint() {
        Shell shell = new Shell(directory);
        assertThat(shell.run("--no-such-option")).isEqualTo(2);
        assertThat(shell.err().lines())
                .containsExactly(
                        "ambit: error: unknown option: '--no-such-option'",
                        "ambit: hint: 'ambit --help' lists what there is");
    }

    @Test
    void aMistypedCommandIsAnsweredWithTheNearestOne() {
        Shell shell = new Shell(directory);
        assertThat(shell.run("statsu")).isEqualTo(2);
        assertThat(shell.err()).contains("ambit: error: ").contains("ambit: hint: did you mean 'status'?");
    }

    @Test
    void completionIsAScriptForBashAndZshOnly() {
        Shell shell = new Shell(directory);
        assertThat(shell.run("completion", "bash")).isZero();
        assertThat(shell.out()).contains("complete -F").contains("revoke");
        assertThat(shell.run("completion", "fish")).isEqualTo(2);
    }
}
