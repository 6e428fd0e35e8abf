package ambit.core;

import ambit.authority.Permit;
import ambit.log.Journal;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Limits;
import ambit.wire.SteadyClock;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * What the core knows. Its monitor is the core's one lock, which nobody holds while waiting for the disk, a driver or a signature;
 * whoever reads or changes a part of it holds it, unless the part is thread-safe by itself.
 */
final class State {
    /** A permit without a receipt. */
    record Issued(Context context, Permit permit, long atMs, int cap, Map<Integer, Long> charges) {}

    final Journal journal;
    final SteadyClock clock;
    final History history = new History();
    final Accounts accounts;
    final Map<Blob, Context> live = new LinkedHashMap<>();
    final Map<Blob, Issued> permits = new LinkedHashMap<>();
    private final SecureRandom random;

    /** Folds the log. */
    State(Journal journal, InstantSource wall, LongSupplier nanos, SecureRandom random) {
        this.journal = journal;
        this.random = random;
        journal.forEach(history);
        this.clock = new SteadyClock(wall, nanos, history.lastMs());
        this.accounts = new Accounts(history, clock::millis);
    }

    /** Appends an entry and lets it take effect, both or neither. Durable only later. */
    synchronized long record(Entry entry) {
        long index = journal.append(Entry.encode(entry));
        history.apply(entry);
        if (entry instanceof Entry.Revoked) {
            live.values().stream()
                    .filter(it -> isRevoked(it.owner().tenant(), it.chain()))
                    .forEach(it -> accounts.revoke(it.chain()));
        }
        return index;
    }

    /** Records what needs nothing else of the state, and returns when it is durable. */
    long recordDurably(LongFunction<Entry> entry) {
        long index;
        synchronized (this) {
            index = record(entry.apply(clock.millis()));
        }
        journal.awaitDurable(index);
        return index;
    }

    /** The context, if it may still act. */
    synchronized Context alive(Blob id) throws Refused {
        Context context = live.get(id);
        if (context == null || context.progress().ending || context.progress().stopped) {
            throw new Refused(Denial.CONTEXT_ENDED);
        }
        if (clock.millis() >= context.chain().expiresAtMs) {
            context.progress().expired = true;
        }
        Refused.when(context.progress().expired, Denial.EXPIRED);
        accounts.refuseRevoked(context.chain());
        return context;
    }

    synchronized boolean isRevoked(String tenant, Chain chain) {
        return history.isRevoked(tenant, chain.names(), chain.generation());
    }

    synchronized Owner owner(String transaction) {
        return history.owner(transaction);
    }

    /** 16 bytes that nobody can guess. */
    Blob id() {
        byte[] bytes = new byte[Limits.ID];
        random.nextBytes(bytes);
        return Blob.of(bytes);
    }
}
