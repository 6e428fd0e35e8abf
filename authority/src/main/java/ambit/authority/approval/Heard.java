package ambit.authority.approval;

import ambit.wire.Bounds.Max;
import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.Limits;

/**
 * What an approver's newest word about a call is good for. Times are milliseconds since 1970.
 *
 * @param issuedAtMs by the approver's clock; an older word than this is one that was used before
 * @param untilMs by the core's clock; from then on it counts for nothing
 * @param left how many calls it still approves, {@link #REFUSED} for a refusal
 * @param why the reason of a refusal
 */
public record Heard(
        long issuedAtMs,
        long untilMs,
        @Range(from = REFUSED) long left,
        @Max(Limits.SENTENCE) String why) implements Cbor.Message {
    public static final long REFUSED = -1;

    /** Of an approver who said nothing. */
    public static final Heard NOTHING = new Heard(Long.MIN_VALUE, Long.MIN_VALUE, 0, "");

    /** What is left of it after a call. */
    public Heard used() {
        return left > 0 ? new Heard(issuedAtMs, untilMs, left - 1, why) : this;
    }

    public boolean approves() {
        return left > 0;
    }

    public boolean refuses() {
        return left == REFUSED;
    }

    public boolean isOver(long nowMs) {
        return untilMs <= nowMs;
    }

    /** Whether it is so old that the word it came from is too old for every core. */
    public boolean isForgotten(long nowMs) {
        return untilMs + Word.CLOCKS_MS < nowMs;
    }
}
