package ambit.boundary;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every limit stops a guest that passes it, and says which it was where the kernel tells. */
final class LimitsTest {
    private static final long MIB = 1L << 20;

    @SuppressWarnings("NullAway.Init")
    private static ProcessBoundary boundary;

    @BeforeAll
    static void open() throws BoundaryRefused {
        boundary = ProcessBoundary.open();
    }

    @AfterAll
    static void close() {
        boundary.close();
    }

    private static Limits limits(long memory, int processes, int cpu, Duration wall) {
        return new Limits(memory, processes, 64, 4 * MIB, cpu, wall, 8 * MIB);
    }

    private static Limits usual() {
        return limits(256 * MIB, 24, 20, Duration.ofSeconds(30));
    }

    @Test
    void aForkBombStopsAtTheProcessLimit() throws Exception {
        Guests.Outcome outcome =
                Guests.run(boundary, Guests.python("""
                        import os, time
                        n = 0
                        try:
                            while n < 500:
                                if os.fork() == 0:
                                    time.sleep(60)
                                    os._exit(0)
                                n += 1
                        except OSError as e:
                            print("stopped", n, e.errno)
                        """).limits(usual()).build());
        assertThat(outcome.out()).startsWith("stopped ").endsWith(" 11\n");
        int forks = Integer.parseInt(outcome.out().split(" ", -1)[1]);
        assertThat(forks).isBetween(15, 24);
    }

    @Test
    void aMemoryHogIsEnded() throws Exception {
        Guests.Outcome outcome = Guests.run(
                boundary,
                Guests.python("""
                        import time
                        kept = []
                        for i in range(400):
                            kept.append(bytearray(b"x" * (1 << 20)))
                            time.sleep(0.002)
                        print("had it all")
                        """)
                        .limits(limits(100 * MIB, 24, 20, Duration.ofSeconds(30)))
                        .build());
        assertThat(outcome.exit().how()).isEqualTo(Exit.How.MEMORY_LIMIT);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void temporaryFilesEndAtTheirSize() throws Exception {
        Guests.Outcome outcome = Guests.run(
                boundary,
                Guests.shell(
                                "for d in /tmp /home/agent /dev/shm; do"
                                        + " for i in 1 2 3 4; do head -c 3000000 /dev/zero > $d/$i || echo full; done; rm $d/*; done")
                        .limits(usual())
                        .build());
        assertThat(outcome.out()).isEqualTo("full\nfull\nfull\nfull\nfull\nfull\n");
    }

    @Test
    void noFileGrowsPastItsLimit() throws Exception {
        Guests.Outcome outcome = Guests.run(
                boundary,
                Guests.shell("head -c 6000000 /dev/zero > /tmp/f; stat -c %s /tmp/f")
                        .limits(usual())
                        .build());
        assertThat(outcome.out()).isEqualTo("4194304\n");
    }

    @Test
    void processorTimeIsLimitedOverAllProcesses() throws Exception {
        Guests.Outcome one = Guests.run(
                boundary,
                Guests.shell("while :; do :; done")
                        .limits(limits(64 * MIB, 24, 1, Duration.ofSeconds(60)))
                        .build());
        assertThat(one.exit().how()).isEqualTo(Exit.How.CPU_LIMIT);
        Guests.Outcome many = Guests.run(
                boundary,
                Guests.shell("while :; do (i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done); done")
                        .limits(limits(64 * MIB, 24, 1, Duration.ofSeconds(60)))
                        .build());
        assertThat(many.exit().how()).isEqualTo(Exit.How.CPU_LIMIT);
    }

    @Test
    void theWallClockEndsAGuestThatOnlyWaits() throws Exception {
        long before = System.nanoTime();
        Guests.Outcome outcome = Guests.run(
                boundary,
                Guests.shell("sleep 60")
                        .limits(limits(64 * MIB, 24, 20, Duration.ofMillis(300)))
                        .build());
        assertThat(outcome.exit().how()).isEqualTo(Exit.How.WALL_LIMIT);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void whatAGuestSaidBeforeItWasKilledCanBeReadAfterIt() throws Exception {
        try (RunningGuest guest = boundary.start(Guests.shell("echo last words; sleep 60")
                .limits(limits(64 * MIB, 24, 20, Duration.ofMillis(300)))
                .build())) {
            assertThat(guest.waitFor().how()).isEqualTo(Exit.How.WALL_LIMIT);
            guest.kill();
            assertThat(new String(guest.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("last words\n");
        }
    }

    @Test
    void openFilesAreLimited() throws Exception {
        Guests.Outcome outcome =
                Guests.run(boundary, Guests.python("""
                        import os
                        held = []
                        try:
                            while True:
                                held.append(os.open("/dev/null", os.O_RDONLY))
                        except OSError as e:
                            print(len(held) + 3, e.errno)
                        """).limits(usual()).build());
        assertThat(outcome.out()).isEqualTo("64 24\n");
    }
}
