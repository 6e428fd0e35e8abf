package ambit.wire;

import java.util.Optional;

/**
 * What became of one key that a transaction wrote.
 *
 * @param denial why it was dropped; empty exactly when it was committed
 * @param version the version it has now, 0 where it was dropped
 */
public record Verdict(String key, Optional<Denial> denial, long version) {
    public static Verdict committed(String key, long version) {
        return new Verdict(key, Optional.empty(), version);
    }

    public static Verdict dropped(String key, Denial why) {
        return new Verdict(key, Optional.of(why), 0);
    }

    public boolean committed() {
        return denial.isEmpty();
    }

    Cbor toCbor() {
        return Cbor.array(Cbor.of(key), Wire.denial(denial), Cbor.of(version));
    }

    static Verdict fromCbor(Cbor cbor) throws MalformedException {
        Fields in = Fields.ofMessage(cbor);
        Verdict verdict = new Verdict(in.text(Limits.MEMORY_KEY), in.optionalDenial(), in.integer());
        in.end();
        return verdict;
    }
}
