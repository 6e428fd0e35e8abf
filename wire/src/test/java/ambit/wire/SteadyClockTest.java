package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private long wallMs = 1_000_000;
    private long nanos = -5;

    private SteadyClock clock(long leastMs) {
        return new SteadyClock(() -> Instant.ofEpochMilli(wallMs), () -> nanos, leastMs);
    }

    @Test
    void aClockThatIsSetBackDoesNotTurnTimeBack() {
        SteadyClock clock = clock(0);
        wallMs += 50;
        assertThat(clock.millis()).isEqualTo(1_000_050);
        nanos += 100_000_000;
        wallMs -= 900_000;
        assertThat(clock.millis()).isEqualTo(1_000_100);
        assertThat(clock.instant().toEpochMilli()).isEqualTo(1_000_100);
    }

    @Test
    void aClockThatIsSetForwardIsFollowedAndLetGoAgain() {
        SteadyClock clock = clock(0);
        wallMs += 900_000;
        assertThat(clock.millis()).isEqualTo(1_900_000);
        wallMs -= 900_000;
        assertThat(clock.millis()).isEqualTo(1_000_000);
    }

    @Test
    void whatIsKnownToHavePassedHasPassed() {
        SteadyClock clock = clock(2_000_000);
        assertThat(clock.millis()).isEqualTo(2_000_000);
        nanos += 3_000_000;
        assertThat(clock.millis()).isEqualTo(2_000_003);
    }
}
