package ambit.boundary;

import java.time.Duration;

/**
 * What a program and all its descendants may use, together unless said otherwise.
 *
 * @param memoryBytes resident memory
 * @param processes processes and threads
 * @param openFiles open files per process
 * @param fileBytes size of any one file
 * @param cpuSeconds processor time
 * @param wall time from start to end
 * @param tmpBytes size of each of the writable places {@code /tmp}, the home directory and {@code /dev/shm}
 */
public record Limits(
        long memoryBytes, int processes, int openFiles, long fileBytes, int cpuSeconds, Duration wall, long tmpBytes) {

    /** One GiB, 256 processes, 1024 files of 256 MiB, ten minutes of processor, an hour, 256 MiB of each tmpfs. */
    public static final Limits DEFAULT =
            new Limits(1L << 30, 256, 1024, 256L << 20, 600, Duration.ofHours(1), 256L << 20);

    /** The launcher's own processes count too: it needs this many of {@code processes}. */
    static final int LAUNCHER_PROCESSES = 2;

    public Limits {
        if (memoryBytes <= 0
                || processes <= 0
                || openFiles <= 0
                || fileBytes <= 0
                || cpuSeconds <= 0
                || tmpBytes <= 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
        if (wall.isNegative() || wall.isZero() || wall.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException("the wall limit must be positive and at most a year");
        }
    }
}
