package ambit.core;

import ambit.authority.signing.SigningKey;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The state machine that decides. Thread-safe. Whatever goes wrong is a denial, and an answer leaves only after what it says is an
 * entry of the log.
 */
final class Core {
    private final State state;
    private final Admission admission;
    private final Calls calls;
    private final Ending ending;
    private final Administration administration;

    /** Who asks for what, for the entry of a denial. */
    private record Attempt(Blob context, String transaction, int syscall, String capability, Blob digest) {}

    /**
     * Folds the log. Transactions that lived when the core last stopped are recorded as crashed.
     *
     * @param keys the directory of the core's own keys
     */
    Core(
            String origin,
            Journal journal,
            Drivers drivers,
            SigningKey key,
            Path keys,
            Partitions partitions,
            InstantSource wall,
            LongSupplier nanos,
            SecureRandom random) {
        state = new State(journal, wall, nanos, random);
        ending = new Ending(state, drivers);
        admission = new Admission(state, drivers, partitions, ending);
        calls = new Calls(state, drivers, key);
        administration = new Administration(state, origin, key, keys, partitions);
        long booted =
                state.record(new Entry.Boot(state.clock.millis(), origin, key.publicKey(), journal.recoveredFrom()));
        journal.awaitDurable(ending.recover(booted));
    }

    /** Answers the broker. */
    CoreToBroker answer(BrokerToCore message) {
        Attempt attempt = attempt(message);
        try {
            return switch (message) {
                case BrokerToCore.Admit m -> admission.admit(m);
                case BrokerToCore.Decide m -> calls.decide(m, attempt.digest());
                case BrokerToCore.Spawn m -> admission.spawn(m);
                case BrokerToCore.LogEvent m -> calls.logEvent(m);
                case BrokerToCore.EndContext m -> ending.end(m);
                case BrokerToCore.Poll() -> ending.poll();
            };
        } catch (Refused | MalformedException | RuntimeException e) {
            return refuse(attempt, Refused.of(e));
        }
    }

    private Attempt attempt(BrokerToCore message) {
        return switch (message) {
            case BrokerToCore.Admit m ->
                new Attempt(Blob.EMPTY, "", 0, "", m.request().sha256());
            case BrokerToCore.Decide m ->
                attempt(m.context(), m.syscall(), m.handle(), m.params().sha256());
            case BrokerToCore.Spawn m ->
                attempt(
                        m.context(),
                        Syscall.SPAWN_CHILD,
                        m.handle(),
                        m.narrowing().sha256());
            case BrokerToCore.LogEvent m ->
                attempt(m.context(), Syscall.LOG, Blob.EMPTY, m.event().sha256());
            case BrokerToCore.EndContext m -> attempt(m.context(), Syscall.LOG, Blob.EMPTY, m.resultDigest());
            case BrokerToCore.Poll() -> new Attempt(Blob.EMPTY, "", 0, "", Blob.EMPTY);
        };
    }

    private Attempt attempt(Blob id, Syscall syscall, Blob handle, Blob digest) {
        synchronized (state) {
            Context context = state.live.get(id);
            return context == null
                    ? new Attempt(id, "", syscall.number(), "", digest)
                    : new Attempt(id, context.transaction, syscall.number(), context.nameOf(handle), digest);
        }
    }

    private CoreToBroker.Denied refuse(Attempt a, Refused why) {
        long index;
        try {
            index = state.record(new Entry.Denied(
                    state.clock.millis(),
                    a.context,
                    a.transaction,
                    a.syscall,
                    a.capability,
                    a.digest,
                    why.code().number(),
                    why.sentence()));
        } catch (JournalException e) {
            index = -1;
        }
        return new CoreToBroker.Denied(why.code(), why.sentence(), index);
    }

    /** Takes the receipt of a driver that is known by {@code receiptKey} and carries {@code names}. */
    CoreToDriver outcome(Blob receiptKey, List<String> names, DriverToCore.Outcome m) {
        try {
            return calls.outcome(receiptKey, names, m);
        } catch (Refused | MalformedException | JournalException e) {
            Refused why = Refused.of(e);
            refuse(new Attempt(Blob.EMPTY, "", 0, "receipt", m.receipt().sha256()), why);
            return new CoreToDriver.Denied(why.code(), why.sentence());
        }
    }

    /** Records what drivers say that they have shredded. */
    CoreToDriver shredded(DriverToCore.Shredded m) {
        try {
            long index = state.recordDurably(at -> new Entry.Shredded(at, m.transaction(), m.bodies(), m.why()));
            return new CoreToDriver.Recorded(Blob.EMPTY, index);
        } catch (JournalException e) {
            return new CoreToDriver.Denied(Refused.of(e).code(), Refused.of(e).sentence());
        }
    }

    /** Drivers have just connected: what became of commits that a crash interrupted? */
    void settle() throws IOException {
        ending.settle();
    }

    /** There is no broker any more, so there are no guests. */
    void brokerGone() {
        ending.brokerGone();
    }

    CoreToAdmin administer(AdminToCore m, List<String> driverNames) {
        try {
            return administration.answer(m, driverNames);
        } catch (Refused | IOException | JournalException e) {
            Refused why = Refused.of(e);
            return new CoreToAdmin.Denied(why.code(), why.sentence());
        }
    }
}
