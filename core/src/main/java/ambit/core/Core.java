package ambit.core;

import ambit.authority.approval.Docket;
import ambit.authority.keyfile.SecretDirectory;
import ambit.authority.signing.SigningKey;
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
import java.util.List;

/**
 * The state machine that decides. Thread-safe. Whatever goes wrong is a denial, and an answer leaves only after what it says is an
 * entry of the log.
 */
final class Core {
    /** As many refusals of one context are entries, so that it cannot fill the disk, which is everybody's. */
    private static final int MAX_REFUSALS = 10_000;

    private final State state;
    private final Admission admission;
    private final Calls calls;
    final Ending ending;
    private final Administration administration;

    /** Who asks for what, for the entry of a denial. */
    private record Attempt(Blob context, String transaction, int syscall, String capability, Blob digest) {
        static Attempt of(String what, Blob body) {
            return new Attempt(Blob.EMPTY, "", 0, what, body.sha256());
        }
    }

    /**
     * Transactions that lived when the core last stopped are recorded as crashed.
     *
     * @param keys the core's own
     */
    Core(String origin, State state, Drivers drivers, SigningKey key, SecretDirectory keys, Partitions partitions) {
        this.state = state;
        ending = new Ending(state, drivers);
        Approvals approvals = new Approvals(state, key.publicKey(), new Docket());
        calls = new Calls(state, drivers, approvals, key);
        admission = new Admission(state, drivers, partitions, ending, calls);
        administration = new Administration(state, drivers, approvals, partitions, origin, key, keys);
        long booted = state.record(
                new Entry.Boot(state.clock.millis(), origin, key.publicKey(), state.journal.recoveredFrom()));
        state.journal.awaitDurable(ending.recover(booted));
    }

    /** Says in the log what its checkpoints are signed with beside the key of the boot. */
    void names(Blob postQuantum) {
        state.record(new Entry.PostQuantumKey(state.clock.millis(), postQuantum));
        state.journal.requestCheckpoint();
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
                case BrokerToCore.Report m -> calls.report(m);
                case BrokerToCore.Handles(Blob context) -> admission.list(context);
            };
        } catch (Refused | IOException | RuntimeException e) {
            return refuse(attempt, Refused.of(e));
        }
    }

    private Attempt attempt(BrokerToCore message) {
        return switch (message) {
            case BrokerToCore.Admit m -> Attempt.of("", m.request());
            case BrokerToCore.Decide m -> attempt(m.context(), m.syscall().number(), m.handle(), m.params());
            case BrokerToCore.Spawn m -> attempt(m.context(), Syscall.SPAWN_CHILD.number(), m.handle(), m.params());
            case BrokerToCore.LogEvent m -> attempt(m.context(), Syscall.LOG.number(), Blob.EMPTY, m.event());
            case BrokerToCore.EndContext m -> attempt(m.context(), Syscall.LOG.number(), Blob.EMPTY, m.resultDigest());
            case BrokerToCore.Poll() -> Attempt.of("", Blob.EMPTY);
            case BrokerToCore.Report m -> attempt(m.context(), Syscall.LOG.number(), Blob.EMPTY, m.report());
            case BrokerToCore.Handles(Blob context) -> attempt(context, Syscall.HANDLES, Blob.EMPTY, Blob.EMPTY);
        };
    }

    private Attempt attempt(Blob id, int syscall, Blob handle, Blob body) {
        Blob digest = body.sha256();
        synchronized (state) {
            Context context = state.live.get(id);
            return context == null
                    ? new Attempt(id, "", syscall, "", digest)
                    : new Attempt(id, context.transaction(), syscall, context.nameOf(handle), digest);
        }
    }

    private CoreToBroker.Denied refuse(Attempt a, Refused why) {
        long index = -1;
        try {
            synchronized (state) {
                Context context = state.live.get(a.context);
                if (context == null || ++context.progress().refusals <= MAX_REFUSALS) {
                    long now = state.clock.millis();
                    int code = why.code.number();
                    index = state.record(new Entry.Denied(
                            now, a.context, a.transaction, a.syscall, a.capability, a.digest, code, why.sentence));
                }
            }
        } catch (JournalException e) {
            // It stays −1, as where it is not recorded: refused it is all the same.
        }
        return new CoreToBroker.Denied(why.code, why.sentence, index);
    }

    /** Takes the receipt of a driver that is known by {@code receiptKey} and carries {@code names}. */
    CoreToDriver outcome(Blob receiptKey, List<String> names, DriverToCore.Outcome m) {
        try {
            return calls.outcome(receiptKey, names, m);
        } catch (Refused | MalformedException | JournalException e) {
            Refused why = Refused.of(e);
            refuse(Attempt.of("receipt", m.receipt()), why);
            return new CoreToDriver.Denied(why.code, why.sentence);
        }
    }

    /** Records what drivers say that they have shredded. */
    CoreToDriver shredded(DriverToCore.Shredded m) {
        try {
            long index = state.recordDurably(at -> new Entry.Shredded(at, m.transaction(), m.bodies(), m.why()));
            return new CoreToDriver.Recorded(Blob.EMPTY, index);
        } catch (JournalException e) {
            return new CoreToDriver.Denied(Refused.of(e).code, Refused.of(e).sentence);
        }
    }

    CoreToAdmin administer(AdminToCore m, List<String> driverNames) {
        try {
            return administration.answer(m, driverNames);
        } catch (Refused | IOException | JournalException e) {
            return new CoreToAdmin.Denied(Refused.of(e).code, Refused.of(e).sentence);
        }
    }
}
