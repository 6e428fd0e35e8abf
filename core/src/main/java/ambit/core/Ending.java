package ambit.core;

import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How contexts end: commit or nothing, by whoever ends them. */
record Ending(State state, Drivers drivers) {
    private static final long RECEIPT_MS = 3_600_000;

    /** Records as crashed what lived when the core last stopped, and answers the index of the last entry about it, or {@code index}. */
    long recover(long index) {
        for (Map.Entry<Blob, History.Open> open : state.history.open().entrySet()) {
            if (!open.getValue().committing()) {
                index = recordEnd(open.getKey(), open.getValue().transaction(), End.CRASHED, 0, Blob.EMPTY, List.of());
            }
        }
        return index;
    }

    /** Ends a context as the broker says, as far as it may say so. */
    CoreToBroker end(BrokerToCore.EndContext m) throws Refused {
        Context context;
        synchronized (state) {
            context = state.live.get(m.context());
        }
        if (context == null) {
            throw new Refused(Denial.CONTEXT_ENDED);
        }
        return finish(context, m.how(), m.exitCode(), m.resultDigest());
    }

    /** Ends the children, then the context; only a success that is neither stopped, revoked nor late commits. */
    CoreToBroker finish(Context context, End asked, int exitCode, Blob resultDigest) throws Refused {
        List<Context> children;
        synchronized (state) {
            Refused.when(context.progress().ending, Denial.CONTEXT_ENDED);
            children = state.live.values().stream()
                    .filter(c -> context.progress().children.containsKey(c.id()))
                    .toList();
            if (asked == End.SUCCESS && mayCommit(context) != End.SUCCESS) {
                asked = mayCommit(context);
                resultDigest = Blob.EMPTY;
            }
            context.progress().ending = true;
        }
        for (Context child : children) {
            finishQuietly(child, End.KILLED);
        }
        if (asked == End.SUCCESS) {
            return commit(context, exitCode, resultDigest);
        }
        return over(context, asked, exitCode, resultDigest, List.of());
    }

    private void finishQuietly(Context context, End how) {
        try {
            finish(context, how, 0, Blob.EMPTY);
        } catch (Refused | JournalException e) {
            // Another thread is ending it, or the log has failed: then it is over all the same, and the next start
            // records it as crashed.
        }
    }

    private End mayCommit(Context context) {
        try {
            state.alive(context.id());
            return End.SUCCESS;
        } catch (Refused e) {
            return e.code == Denial.EXPIRED ? End.TIMED_OUT : End.KILLED;
        }
    }

    private CoreToBroker commit(Context context, int exitCode, Blob resultDigest) throws Refused {
        if (context.progress().connection != drivers.connection()) {
            over(context, End.CRASHED, exitCode, Blob.EMPTY, List.of());
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "the memory driver lost what the context wrote");
        }
        state.recordDurably(at -> new Entry.CommitIntended(at, context.id(), context.transaction()));
        try {
            DriverToCore reply = drivers.ask(new CoreToDriver.CommitContext(context.id()));
            if (reply instanceof DriverToCore.Verdicts(List<Verdict> verdicts)) {
                return over(context, End.SUCCESS, exitCode, resultDigest, verdicts);
            }
            over(context, End.CRASHED, exitCode, Blob.EMPTY, List.of());
            throw new Refused(Denial.DRIVER_FAILED, reply.sentence());
        } catch (IOException e) {
            synchronized (state) {
                forget(context);
            }
            throw new Refused(Denial.DRIVER_FAILED, "whether it committed is asked when the memory driver is back");
        }
    }

    private CoreToBroker over(Context context, End how, int exitCode, Blob resultDigest, List<Verdict> verdicts) {
        try {
            if (how != End.SUCCESS) {
                drivers.ask(new CoreToDriver.DropContext(context.id()));
            }
        } catch (IOException e) {
            // A driver that is gone has lost what was to be dropped.
        }
        long index;
        synchronized (state) {
            index = recordEnd(context.id(), context.transaction(), how, exitCode, resultDigest, verdicts);
            state.live.values().forEach(it -> it.progress().children.replace(context.id(), resultDigest));
            forget(context);
        }
        state.journal.requestCheckpoint();
        state.journal.awaitDurable(index);
        return new CoreToBroker.Ended(verdicts, index);
    }

    private void forget(Context context) {
        state.live.remove(context.id());
        state.accounts.close(context.chain());
    }

    private long recordEnd(
            Blob context, String transaction, End how, int exitCode, Blob resultDigest, List<Verdict> verdicts) {
        List<Entry.Written> written = verdicts.stream()
                .map(v -> new Entry.Written(
                        v.key(), v.committed(), v.denial().map(Denial::number).orElse(0), v.version()))
                .toList();
        int from = 0;
        for (; written.size() - from > Entry.MAX_WRITTEN; from += Entry.MAX_WRITTEN) {
            state.record(new Entry.Wrote(
                    state.clock.millis(), context, transaction, written.subList(from, from + Entry.MAX_WRITTEN)));
        }
        List<Entry.Written> rest = written.subList(from, written.size());
        long now = state.clock.millis();
        return state.record(new Entry.Ended(now, context, transaction, how.number(), exitCode, resultDigest, rest));
    }

    /** The contexts that the broker is to kill, and end. */
    CoreToBroker poll() {
        synchronized (state) {
            long old = state.clock.millis() - RECEIPT_MS;
            state.permits
                    .values()
                    .removeIf(p -> p.atMs() < old
                            && !state.live.containsKey(p.context().id()));
            return new CoreToBroker.ToKill(state.live.values().stream()
                    .filter(c -> !c.progress().ending && mayCommit(c) != End.SUCCESS)
                    .map(c -> c.id())
                    .toList());
        }
    }

    /** There is no broker any more, so there are no guests. */
    void brokerGone() {
        List<Context> orphans;
        synchronized (state) {
            orphans = List.copyOf(state.live.values());
        }
        orphans.forEach(context -> finishQuietly(context, End.CRASHED));
    }

    /** Asks drivers that have just connected what became of commits that a crash interrupted. */
    void settle() throws IOException {
        Map<Blob, History.Open> unsettled;
        synchronized (state) {
            unsettled = state.history.open();
            unsettled.keySet().removeAll(state.live.keySet());
        }
        for (Map.Entry<Blob, History.Open> open : unsettled.entrySet()) {
            String transaction = open.getValue().transaction();
            DriverToCore reply = drivers.ask(new CoreToDriver.WasCommitted(transaction));
            synchronized (state) {
                // Drivers that connected again meanwhile may have been asked, too.
                if (reply instanceof DriverToCore.Committed(boolean yes)
                        && state.history.open().containsKey(open.getKey())) {
                    state.record(new Entry.Recovered(state.clock.millis(), transaction, yes));
                    recordEnd(open.getKey(), transaction, yes ? End.SUCCESS : End.CRASHED, 0, Blob.EMPTY, List.of());
                }
            }
        }
    }
}
