package ambit.wire;

import ambit.wire.Bounds.Max;
import java.util.Optional;

/**
 * What became of one key that a transaction wrote.
 *
 * @param denial why it was dropped, or that it is held; empty exactly when it was committed
 * @param version the version it has now, or would have once it is approved; 0 where it was dropped
 */
public record Verdict(@Max(Limits.MEMORY_KEY) String key, Optional<Denial> denial, long version)
        implements Cbor.Message {
    public static Verdict committed(String key, long version) {
        return new Verdict(key, Optional.empty(), version);
    }

    public static Verdict dropped(String key, Denial why) {
        return new Verdict(key, Optional.of(why), 0);
    }

    public boolean committed() {
        return denial.isEmpty();
    }
}
