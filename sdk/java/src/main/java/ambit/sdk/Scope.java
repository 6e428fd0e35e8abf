package ambit.sdk;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Whose proofs count, of which context, and which of them were shown. Thread-safe. */
final class Scope {
    private static final int CONTEXT = 16;

    /** What this process was shown, by context: it is in one, whatever number of objects are made for it. */
    private static final Map<String, Sequences> SHOWN = new ConcurrentHashMap<>();

    private final CoreKey core;
    private final String context;

    private Scope(CoreKey core, String context) {
        this.core = core;
        this.context = context;
    }

    /**
     * The scope that the kernel tells; nothing where it tells none.
     *
     * @param pinned the only core that counts, if the caller knows it
     * @throws Unproved if it is another than the kernel's
     */
    static Optional<Scope> of(Map<String, String> environment, Optional<CoreKey> pinned) throws Unproved {
        try {
            Optional<CoreKey> told =
                    Optional.ofNullable(environment.get("AMBIT_CORE_KEY")).map(CoreKey::new);
            if (pinned.isPresent() && told.isPresent() && !pinned.equals(told)) {
                throw new Unproved("the kernel here has another core than the pinned one");
            }
            String context = environment.getOrDefault("AMBIT_CONTEXT", "").toLowerCase(Locale.ROOT);
            if (HexFormat.of().parseHex(context).length != CONTEXT) {
                return Optional.empty();
            }
            return pinned.or(() -> told).map(key -> new Scope(key, context));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Takes an answer's proof, once, and says what it says.
     *
     * @param results texts of which one is the result
     */
    Proof require(String proof, String params, List<String> results) throws Unproved {
        Proof said = Proof.verified(proof, core);
        if (!said.context().equals(context)) {
            throw new Unproved("its proof is another context's");
        }
        if (!said.params().equals(sha256(params))) {
            throw new Unproved("its proof is for other parameters");
        }
        if (results.stream().map(Scope::sha256).noneMatch(said.result()::equals)) {
            throw new Unproved("its proof is for another result");
        }
        if (said.status() != 0) {
            throw new Unproved("its proof is of a failure");
        }
        if (!SHOWN.computeIfAbsent(context, _ -> new Sequences()).add(said.sequence())) {
            throw new Unproved("its proof was shown before");
        }
        return said;
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Sequences that came. Those far behind the newest are forgotten and refused all together. */
    private static final class Sequences {
        private static final int WINDOW = 1 << 17;

        private final TreeSet<Long> seen = new TreeSet<>();
        private long oldest = -1; // no sequence up to this one is taken any more

        /** Whether this one came for the first time. */
        synchronized boolean add(long sequence) {
            if (sequence <= oldest || !seen.add(sequence)) {
                return false;
            }
            while (seen.size() > WINDOW) {
                oldest = seen.removeFirst();
            }
            return true;
        }
    }
}
