package ambit.core;

import ambit.authority.Arguments;
import ambit.authority.Cap;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Receipt;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.decision.Values;
import ambit.log.entry.Entry;
import ambit.log.entry.Entry.Debit;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.Json;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.util.List;

/** A call from its decision to its receipt. */
final class Calls {
    private static final int MAX_PERMITS = 1 << 16;
    private static final long MAX_EVENT_BYTES = 16 << 20;
    private static final long PERMIT_MS = 10_000;

    private final State state;
    private final Drivers drivers;
    private final SigningKey key;

    Calls(State state, Drivers drivers, SigningKey key) {
        this.state = state;
        this.drivers = drivers;
        this.key = key;
    }

    /** A signed permit for one call, whose exact bytes have this {@code digest}; or the result of a child. */
    CoreToBroker decide(BrokerToCore.Decide m, Blob digest) throws Refused, MalformedException {
        synchronized (state) {
            Context context = state.alive(m.context());
            if (m.syscall() == Syscall.TOOL_CALL && context.children.contains(m.handle())) {
                return childResult(context, m.handle(), digest);
            }
            cheaply(context, m.syscall(), m.handle());
        }
        if (!(Json.parse(m.params()) instanceof Json.Obj params)) {
            throw new Refused(Denial.MALFORMED, "parameters are a JSON object");
        }
        return switch (m.syscall()) {
            case TOOL_CALL -> release(allow(m, arguments(params), digest));
            case MEMORY_READ, MEMORY_WRITE -> release(allowMemory(m, params, digest));
            case SPAWN_CHILD, LOG -> throw new Refused(Denial.MALFORMED, "not a syscall to be decided here");
        };
    }

    private static Values arguments(Json.Obj params) throws Refused {
        Values arguments = Arguments.of(params);
        if (arguments.size() > Arguments.MAX) {
            throw new Refused(Denial.TOO_LARGE, "more than " + Arguments.MAX + " arguments");
        }
        return arguments;
    }

    /** A permit that is recorded, and not yet signed. */
    private record Decision(
            Context context, Permit permit, boolean effect, List<CoreToBroker.Count> counts, long logIndex) {
        Decision with(List<CoreToBroker.Count> left) {
            return new Decision(context, permit, effect, left, logIndex);
        }
    }

    /** What needs neither parsing nor cryptography. Also asked again when the decision is made. */
    private void cheaply(Context context, Syscall syscall, Blob handle) throws Refused {
        String driver = "memory";
        if (syscall == Syscall.TOOL_CALL) {
            int index = context.held(handle, Bound.TOOL);
            driver = context.chain.cap(index).driver();
            state.accounts.check(context.chain, index);
        } else if (context.connection != drivers.connection()) {
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "the memory driver was restarted under the context");
        }
        if (!drivers.has(driver)) {
            throw new Refused(Denial.DRIVER_UNAVAILABLE);
        }
        if (state.permits.size() >= MAX_PERMITS) {
            throw new Refused(Denial.TOO_LARGE, "too many calls are in flight");
        }
    }

    private Decision allow(BrokerToCore.Decide m, Values arguments, Blob digest) throws Refused {
        synchronized (state) {
            Context context = state.alive(m.context());
            cheaply(context, m.syscall(), m.handle());
            int index = context.held(m.handle(), Bound.TOOL);
            context.chain.judge(index, arguments, state.clock.millis());
            Cap cap = context.chain.cap(index);
            List<Debit> debits = state.accounts.use(context.chain, index);
            Decision decision = permit(
                    context, m.syscall(), cap.name(), cap.driver(), cap.definition(), digest, !cap.isRead(), debits);
            return decision.with(state.accounts.counts(context.chain, index));
        }
    }

    private Decision allowMemory(BrokerToCore.Decide m, Json.Obj params, Blob digest) throws Refused {
        synchronized (state) {
            Context context = state.alive(m.context());
            cheaply(context, m.syscall(), m.handle());
            context.memory.check(params, m.syscall() == Syscall.MEMORY_WRITE ? MemoryMap.WRITE : MemoryMap.READ);
            return permit(context, m.syscall(), m.syscall().label(), "memory", Blob.EMPTY, digest, false, List.of());
        }
    }

    private Decision permit(
            Context context,
            Syscall syscall,
            String name,
            String driver,
            Blob definition,
            Blob digest,
            boolean effect,
            List<Debit> debits) {
        long now = state.clock.millis();
        Permit permit = new Permit(
                state.id(),
                driver,
                context.id,
                ++context.sequence,
                name,
                digest,
                now + PERMIT_MS,
                definition,
                syscall.number(),
                Limits.RESULT);
        long index = state.record(new Entry.Allowed(
                now,
                context.id,
                context.transaction,
                context.sequence,
                syscall.number(),
                name,
                digest,
                permit.id(),
                driver,
                effect,
                debits));
        state.permits.put(permit.id(), new State.Issued(context, context.sequence, digest, driver, now));
        return new Decision(context, permit, effect, List.of(), index);
    }

    /** Nothing revoked or ended meanwhile gets the permit, although its use is spent. */
    private CoreToBroker release(Decision decision) throws Refused {
        if (decision.effect()) {
            state.journal.awaitDurable(decision.logIndex());
        }
        Blob permit = Signed.sign(Domain.PERMIT, key, decision.permit().toBlob());
        synchronized (state) {
            try {
                state.alive(decision.context().id);
            } catch (Refused e) {
                state.permits.remove(decision.permit().id());
                throw e;
            }
        }
        return new CoreToBroker.Permitted(
                permit,
                decision.permit().driver(),
                decision.permit().sequence(),
                decision.counts(),
                decision.logIndex());
    }

    private CoreToBroker childResult(Context context, Blob child, Blob digest) {
        long index = state.record(new Entry.Allowed(
                state.clock.millis(),
                context.id,
                context.transaction,
                ++context.sequence,
                Syscall.TOOL_CALL.number(),
                "child",
                digest,
                state.id(),
                "",
                false,
                List.of()));
        return new CoreToBroker.ChildResult(child, index);
    }

    /** Records what a guest says. */
    CoreToBroker logEvent(BrokerToCore.LogEvent m) throws Refused, MalformedException {
        Json.parse(m.event());
        synchronized (state) {
            Context context = state.alive(m.context());
            context.eventBytes += m.event().size();
            if (context.eventBytes > MAX_EVENT_BYTES) {
                throw new Refused(Denial.QUOTA, "the context has logged too much");
            }
            long index = state.record(
                    new Entry.GuestEvent(state.clock.millis(), context.id, context.transaction, m.event()));
            return new CoreToBroker.Logged(index);
        }
    }

    /** Takes the receipt of a driver that is known by {@code receiptKey} and carries {@code names}. */
    CoreToDriver outcome(Blob receiptKey, List<String> names, DriverToCore.Outcome m)
            throws Refused, MalformedException {
        Receipt receipt = Receipt.parse(Refused.verified(Domain.RECEIPT, receiptKey, m.receipt()));
        State.Issued issued;
        long index;
        synchronized (state) {
            issued = state.permits.get(receipt.permit());
            if (issued == null) {
                throw new Refused(Denial.REPLAYED, "there is no such permit without a receipt");
            }
            if (!names.contains(issued.driver()) || !receipt.paramsDigest().equals(issued.digest())) {
                throw new Refused(Denial.BAD_SIGNATURE, "the receipt is not for what was permitted");
            }
            state.permits.remove(receipt.permit());
            index = state.record(new Entry.Outcome(
                    state.clock.millis(),
                    receipt.permit(),
                    receipt.status(),
                    receipt.resultDigest(),
                    receipt.resultBytes(),
                    Math.max(0, state.clock.millis() - issued.atMs())));
        }
        state.journal.awaitDurable(index);
        Proof proof = new Proof(
                issued.context().id,
                issued.sequence(),
                issued.digest(),
                receipt.resultDigest(),
                receipt.status(),
                index,
                issued.context().transaction);
        return new CoreToDriver.Recorded(Signed.sign(Domain.PROOF, key, proof.toBlob()), index);
    }
}
