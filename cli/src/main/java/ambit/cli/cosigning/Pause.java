package ambit.cli.cosigning;

import java.time.Duration;

/** How long a witness is left alone after it was asked. Not thread-safe. */
final class Pause {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_AFTER_REREADING = Duration.ofHours(1);

    private Duration next = FIRST;
    private Duration nextAfterRereading = FIRST;

    /**
     * The time to wait, which doubles as long as the witness does not cosign.
     *
     * @param reread whether it had the log read again from before what it has cosigned: a witness that forgets costs that each time, so these pauses
     *     double and never shrink
     */
    Duration after(Cosigning.Answer answer, boolean reread) {
        Duration pause = answer.anotherLog() ? LONGEST : answer.problem().isEmpty() ? Duration.ZERO : next;
        next = answer.problem().isEmpty() ? FIRST : doubled(next, LONGEST);
        if (reread) {
            nextAfterRereading = doubled(nextAfterRereading, LONGEST_AFTER_REREADING);
            pause = pause.compareTo(nextAfterRereading) > 0 ? pause : nextAfterRereading;
        }
        return pause;
    }

    private static Duration doubled(Duration pause, Duration longest) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(longest) < 0 ? twice : longest;
    }
}
