package ambit.cli.config;

import java.time.Duration;

/**
 * What one run of an agent may take of the machine.
 *
 * @param memory bytes
 * @param processes processes and threads at once
 * @param time wall-clock time
 * @param cpu processor time
 * @param disk bytes of scratch space
 * @param output bytes on standard output and standard error together
 */
public record Limits(long memory, long processes, Duration time, Duration cpu, long disk, long output) {

    public static final Limits DEFAULT =
            new Limits(2L << 30, 256, Duration.ofMinutes(5), Duration.ofMinutes(2), 64L << 20, 8L << 20);

    /** The same with another wall-clock time. */
    Limits within(Duration other) {
        return new Limits(memory, processes, other, cpu, disk, output);
    }
}
