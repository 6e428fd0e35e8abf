package ambit.cli.cosigning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PauseTest {
    private static final Cosigning.Answer GOOD = new Cosigning.Answer("w", 5, "", false, true);
    private static final Cosigning.Answer BAD = new Cosigning.Answer("w", 5, "no answer", false, false);

    private final Pause pause = new Pause();

    @Test
    void pausesDoubleUpToAMinuteUntilTheWitnessCosigns() {
        assertThat(pause.after(BAD, false)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pause.after(BAD, false)).isEqualTo(Duration.ofSeconds(2));
        for (int i = 0; i < 10; i++) {
            pause.after(BAD, false);
        }
        assertThat(pause.after(BAD, false)).isEqualTo(Duration.ofMinutes(1));
        assertThat(pause.after(GOOD, false)).isZero();
        assertThat(pause.after(BAD, false)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whoHasTheLogReadAgainIsLeftAloneLongerEachTimeAlsoIfItCosigns() {
        assertThat(pause.after(GOOD, true)).isEqualTo(Duration.ofSeconds(2));
        assertThat(pause.after(GOOD, false)).isZero();
        assertThat(pause.after(GOOD, true)).isEqualTo(Duration.ofSeconds(4));
        for (int i = 0; i < 20; i++) {
            pause.after(GOOD, true);
        }
        assertThat(pause.after(BAD, true)).isEqualTo(Duration.ofHours(1));
    }
}
