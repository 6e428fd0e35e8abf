package ambit.core;

import ambit.authority.Grant;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Denial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a core should answer, by lists and sums: no ledger, no chain of the product, no log. */
final class Model {
    /** One block of a chain and what was used of it. */
    static final class Block {
        final Set<Integer> dropped = new HashSet<>();
        final long[] limits;
        final long[] used;
        final String[] prefixes;

        Block(int caps) {
            limits = new long[caps];
            used = new long[caps];
            prefixes = new String[caps];
            for (int cap = 0; cap < caps; cap++) {
                limits[cap] = -1;
                prefixes[cap] = "";
            }
        }

        boolean isSpent(int cap) {
            return limits[cap] >= 0 && used[cap] >= limits[cap];
        }
    }

    /** A grant as it was given. */
    record Given(Grant grant, Blob bytes, Block block) {}

    /** A transaction. */
    static final class Run {
        final Admitted admitted;
        final Given given;
        final List<Block> chain;
        final List<Integer> held = new ArrayList<>();
        final Set<Blob> names = new HashSet<>();
        final List<Run> children = new ArrayList<>();
        final long expiresMs;
        boolean over;
        boolean stopped;
        boolean expired;

        Run(Admitted admitted, Given given, List<Block> chain, long expiresMs) {
            this.admitted = admitted;
            this.given = given;
            this.chain = chain;
            this.expiresMs = expiresMs;
            for (int cap = 0; cap < given.grant().caps().size(); cap++) {
                int index = cap;
                if (chain.stream().noneMatch(block -> block.dropped.contains(index))) {
                    held.add(cap);
                }
            }
        }

        boolean isSpent(int cap) {
            return chain.stream().anyMatch(block -> block.isSpent(cap));
        }

        void use(int cap) {
            chain.forEach(block -> block.used[cap]++);
        }

        void end() {
            over = true;
            children.forEach(Run::end);
        }
    }

    final List<Run> runs = new ArrayList<>();
    final Set<Blob> revoked = new HashSet<>();
    private long startMs;

    void started(long atMs) {
        startMs = atMs;
    }

    /** The core's time: never before it started. */
    long time(long wallMs) {
        return Math.max(wallMs, startMs);
    }

    /** The core looked at the clock: what has expired has expired for good. */
    void look(long wallMs) {
        for (Run run : runs) {
            run.expired |= !run.over && !run.stopped && time(wallMs) >= run.expiresMs;
        }
    }

    /** Why the run may do nothing at all. */
    Optional<Denial> dead(Run run, long wallMs) {
        if (run.over || run.stopped) {
            return Optional.of(Denial.CONTEXT_ENDED);
        }
        if (run.expired || time(wallMs) >= run.expiresMs) {
            return Optional.of(Denial.EXPIRED);
        }
        return run.names.stream().anyMatch(revoked::contains) ? Optional.of(Denial.REVOKED) : Optional.empty();
    }

    /** What comes of a call of one of its capabilities with this path. */
    Optional<Denial> call(Run run, int cap, String path, long wallMs) {
        Optional<Denial> dead = dead(run, wallMs);
        if (dead.isPresent()) {
            return dead;
        }
        if (run.isSpent(cap)) {
            return Optional.of(Denial.USES_EXHAUSTED);
        }
        if (time(wallMs) < run.given.grant().notBefore() * 1000) {
            return Optional.of(Denial.NOT_YET_VALID);
        }
        boolean allowed = (path.equals("/repo") || path.startsWith("/repo/"))
                && run.chain.stream().allMatch(block -> path.startsWith(block.prefixes[cap]));
        return allowed ? Optional.empty() : Optional.of(Denial.CONSTRAINT);
    }

    /** What comes of a child by this capability. */
    Optional<Denial> spawn(Run run, int cap, long wallMs) {
        Optional<Denial> dead = dead(run, wallMs);
        if (dead.isPresent()) {
            return dead;
        }
        if (run.isSpent(cap)) {
            return Optional.of(Denial.USES_EXHAUSTED);
        }
        int delegations = run.chain.size() - 2;
        return delegations >= run.given.grant().depth() ? Optional.of(Denial.DEPTH_EXCEEDED) : Optional.empty();
    }

    /** What comes of a fresh request that was issued now by the wall's clock. */
    Optional<Denial> admit(Given given, long wallMs) {
        long now = time(wallMs);
        long issuedMs = wallMs / 1000 * 1000;
        if (now < given.grant().notBefore() * 1000 || now < issuedMs - 300_000) {
            return Optional.of(Denial.NOT_YET_VALID);
        }
        if (now >= Math.min(given.grant().expires() * 1000, issuedMs + 600_000) || now > issuedMs + 300_000) {
            return Optional.of(Denial.EXPIRED);
        }
        boolean gone = revoked.contains(given.grant().id())
                || revoked.contains(given.bytes().sha256())
                || revoked.contains(given.grant().holder());
        return gone ? Optional.of(Denial.REVOKED) : Optional.empty();
    }
}
