package ambit.core;

import ambit.authority.Arguments;
import ambit.authority.Cap;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Receipt;
import ambit.authority.approval.Question;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.decision.Ledger;
import ambit.decision.Received;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A call from its decision to its receipt. */
record Calls(State state, Drivers drivers, Approvals approvals, SigningKey key) {
    private static final int MAX_PERMITS = 1 << 16;

    /** So that one context cannot keep the others from calling. */
    private static final int MAX_PERMITS_OF_ONE = 1 << 13;

    /** The digest of {@code {}}: what an answer that says nothing is proved as. */
    private static final Blob NOTHING = Blob.of(new byte[] {'{', '}'}).sha256();

    private static final long MAX_EVENT_BYTES = 16 << 20;
    private static final long PERMIT_MS = 10_000;

    /** A signed permit for one call, whose exact bytes have this {@code digest}; or the result of a child. */
    CoreToBroker decide(BrokerToCore.Decide m, Blob digest) throws Refused, MalformedException {
        Context context = state.alive(m.context());
        if (m.syscall() == Syscall.TOOL_CALL && context.progress().children.containsKey(m.handle())) {
            return childResult(context, m.handle(), digest);
        }
        synchronized (state) {
            cheaply(context, m.syscall(), m.handle());
        }
        if (!(Json.parse(m.params()) instanceof Json.Obj params)) {
            throw new Refused(Denial.MALFORMED, "parameters are a JSON object");
        }
        return switch (m.syscall()) {
            case TOOL_CALL -> allow(m, params, digest);
            case MEMORY_READ, MEMORY_WRITE -> release(allowMemory(m, params, digest));
            case SPAWN_CHILD, LOG -> throw new Refused(Denial.MALFORMED, "not a syscall to be decided here");
        };
    }

    private static Values arguments(Json.Obj params, boolean derived) throws Refused, MalformedException {
        Values arguments = derived ? Arguments.withDigests(params) : Arguments.of(params);
        Refused.when(arguments.size() > Arguments.MAX, Denial.TOO_LARGE, "more than " + Arguments.MAX + " arguments");
        return arguments;
    }

    /** A permit that is recorded, and not yet signed; {@code durable}: it waits for the disk, {@code revoked} is how many approvers were. */
    private record Decision(
            Context context, Cap cap, Permit permit, boolean durable, long left, long logIndex, long revoked) {}

    /** What needs neither parsing nor cryptography. Also asked again when the decision is made. */
    private void cheaply(Context context, Syscall syscall, Blob handle) throws Refused {
        String driver = "memory";
        if (syscall == Syscall.TOOL_CALL) {
            int index = context.held(handle, Bound.TOOL);
            driver = context.chain().cap(index).driver();
            state.accounts.check(context.chain(), index, Map.of());
        } else if (context.progress().connection != drivers.connection()) {
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "the memory driver was restarted under the context");
        }
        Refused.when(!drivers.has(driver), Denial.DRIVER_UNAVAILABLE);
        boolean many = state.permits.size() >= MAX_PERMITS || context.progress().inFlight >= MAX_PERMITS_OF_ONE;
        Refused.when(many, Denial.TOO_LARGE, "too many calls are in flight");
    }

    private CoreToBroker allow(BrokerToCore.Decide m, Json.Obj params, Blob digest) throws Refused, MalformedException {
        Context context = state.alive(m.context());
        int index = context.held(m.handle(), Bound.TOOL);
        Chain chain = context.chain();
        Cap cap = chain.cap(index);
        Values arguments = arguments(params, chain.isDerived(index));
        Map<Integer, Long> charges = charges(cap, arguments);
        Blob approval = Question.digest(chain.grantHash(), context.owner().principal(), cap, digest);
        Call call = new Call(m.syscall(), index, cap, chain.fields(index), digest, approval);
        Optional<Decision> decision = Optional.empty();
        while (decision.isEmpty()) {
            Received known;
            synchronized (state) {
                known = chain.isDerived(index) ? context.known() : new Received();
            }
            // Without the lock: a guest's arguments and constraints can keep this busy for long.
            chain.judge(index, arguments, known, state.clock.millis());
            chain.mark(index, arguments, known);
            synchronized (state) {
                cheaply(state.alive(m.context()), m.syscall(), m.handle());
                if (context.agreesWith(known)) {
                    state.accounts.check(chain, index, charges);
                    Optional<CoreToBroker> pending =
                            approval.isEmpty() ? Optional.empty() : approvals.ask(context, cap, m.params());
                    if (pending.isPresent()) {
                        return pending.get();
                    }
                    List<Debit> debits = state.accounts.take(chain, index, charges);
                    decision = Optional.of(permit(context, call, debits, charges, context.act(known)));
                }
            }
        }
        return release(decision.get());
    }

    static Map<Integer, Long> charges(Cap cap, Values arguments) throws Refused {
        try {
            return cap.charges(arguments);
        } catch (ArithmeticException e) {
            throw new Refused(Denial.CONSTRAINT, "an argument that is to say what the call spends says no amount");
        }
    }

    /** What is called, with parameters that have this {@code digest}; {@code index} is −1 for what is none of the grant's. */
    private record Call(Syscall syscall, int index, Cap cap, List<String> fields, Blob digest, Blob approval) {
        static Call of(Syscall syscall, String name, String driver, Blob digest) {
            Cap cap = new Cap(name, Cap.TOOL, driver, Cap.USE | Cap.READ, -1, List.of(), true, Blob.EMPTY);
            return new Call(syscall, -1, cap, List.of(), digest, Blob.EMPTY);
        }
    }

    private Decision allowMemory(BrokerToCore.Decide m, Json.Obj params, Blob digest) throws Refused {
        synchronized (state) {
            Context context = state.alive(m.context());
            cheaply(context, m.syscall(), m.handle());
            context.memory().check(params, m.syscall() == Syscall.MEMORY_WRITE ? MemoryMap.WRITE : MemoryMap.READ);
            Call call = Call.of(m.syscall(), m.syscall().label(), "memory", digest);
            return permit(context, call, List.of(), Map.of(), List.of());
        }
    }

    private Decision permit(
            Context context, Call call, List<Debit> debits, Map<Integer, Long> charges, List<Long> origins) {
        long now = state.clock.millis();
        Permit permit = new Permit(
                state.id(),
                call.cap().driver(),
                context.id(),
                ++context.progress().sequence,
                call.cap().name(),
                call.digest(),
                now + PERMIT_MS,
                call.cap().definition(),
                call.syscall().number(),
                Limits.RESULT,
                call.fields());
        long index = record(context, call, permit.id(), debits, origins);
        context.progress().inFlight++;
        state.permits.put(permit.id(), new State.Issued(context, permit, now, call.index(), charges));
        long left = call.index() < 0 ? Ledger.UNLIMITED : state.accounts.left(context.chain(), call.index());
        // What is counted counts also after a crash, although nothing outside is changed by it.
        boolean durable = !call.cap().isRead() || debits.stream().anyMatch(it -> it.limit() >= 0 || it.openedMs() > 0);
        return new Decision(context, call.cap(), permit, durable, left, index, approvals.revoked(context, call.cap()));
    }

    private long record(Context context, Call call, Blob permit, List<Debit> debits, List<Long> origins) {
        return state.record(new Entry.Allowed(
                state.clock.millis(),
                context.id(),
                context.transaction(),
                context.progress().sequence,
                call.syscall().number(),
                call.cap().name(),
                call.digest(),
                permit,
                call.cap().driver(),
                !call.cap().isRead(),
                debits,
                origins,
                call.approval()));
    }

    /** Nothing revoked or ended meanwhile gets the permit, although its use is spent. */
    private CoreToBroker release(Decision decision) throws Refused {
        if (decision.durable()) {
            state.journal.awaitDurable(decision.logIndex());
        }
        Blob permit = Signed.sign(Domain.PERMIT, key, decision.permit().toBlob());
        synchronized (state) {
            try {
                state.alive(decision.context().id());
                boolean more = approvals.revoked(decision.context(), decision.cap()) > decision.revoked();
                Refused.when(more, Denial.REVOKED, "an approver's key was revoked meanwhile");
            } catch (Refused e) {
                state.permits.remove(decision.permit().id());
                decision.context().progress().inFlight--;
                throw e;
            }
        }
        return new CoreToBroker.Permitted(
                permit, decision.permit().driver(), decision.permit().sequence(), decision.left(), decision.logIndex());
    }

    private CoreToBroker childResult(Context context, Blob child, Blob digest) throws Refused {
        Call call = Call.of(Syscall.TOOL_CALL, "child", "", digest);
        Blob result;
        long sequence;
        long index;
        synchronized (state) {
            state.alive(context.id());
            result = context.progress().children.getOrDefault(child, Blob.EMPTY);
            Refused.when(result.isEmpty(), Denial.UNKNOWN_HANDLE, "the child has no result");
            sequence = ++context.progress().sequence;
            index = record(context, call, state.id(), List.of(), List.of());
        }
        return new CoreToBroker.ChildResult(
                child, sequence, index, prove(context, sequence, digest, result, 0, index, Blob.EMPTY));
    }

    /** Records what a guest says. */
    CoreToBroker logEvent(BrokerToCore.LogEvent m) throws Refused, MalformedException {
        Json.parse(m.event());
        Context context;
        long sequence;
        long index;
        synchronized (state) {
            context = state.alive(m.context());
            context.progress().eventBytes += m.event().size();
            Refused.when(context.progress().eventBytes > MAX_EVENT_BYTES, Denial.QUOTA, "too much was logged");
            sequence = ++context.progress().sequence;
            index = state.record(
                    new Entry.GuestEvent(state.clock.millis(), context.id(), context.transaction(), m.event()));
        }
        Blob proof = prove(context, sequence, m.event().sha256(), NOTHING, 0, index, Blob.EMPTY);
        return new CoreToBroker.Logged(sequence, index, proof);
    }

    /** The signed word that a result belongs to one call of this context, once the log has it for ever. */
    Blob prove(Context of, long sequence, Blob params, Blob result, int status, long index, Blob scope) {
        state.journal.awaitDurable(index);
        Proof it = new Proof(of.id(), sequence, params, result, status, index, of.transaction(), scope);
        return Signed.sign(Domain.PROOF, key, it.toBlob());
    }

    /** Records what the boundary of a context's guest is. */
    CoreToBroker report(BrokerToCore.Report m) throws Refused, MalformedException {
        Json.parse(m.report());
        synchronized (state) {
            Context context = state.alive(m.context());
            Refused.when(context.progress().reported, Denial.REPLAYED, "its boundary has been reported");
            context.progress().reported = true;
            long index = state.record(
                    new Entry.BoundaryReport(state.clock.millis(), context.id(), context.transaction(), m.report()));
            return new CoreToBroker.Logged(0, index, Blob.EMPTY);
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
            boolean other = !names.contains(issued.permit().driver())
                    || !receipt.paramsDigest().equals(issued.permit().paramsDigest());
            Refused.when(other, Denial.BAD_SIGNATURE, "the receipt is not for what was permitted");
            state.permits.remove(receipt.permit());
            issued.context().progress().inFlight--;
            index = state.record(new Entry.Outcome(
                    state.clock.millis(),
                    receipt.permit(),
                    receipt.status(),
                    receipt.resultDigest(),
                    receipt.resultBytes(),
                    Math.max(0, state.clock.millis() - issued.atMs()),
                    settled(issued, receipt)));
            receive(issued, receipt, index);
        }
        Blob proof = prove(
                issued.context(),
                issued.permit().sequence(),
                issued.permit().paramsDigest(),
                receipt.resultDigest(),
                receipt.status(),
                index,
                receipt.scope());
        return new CoreToDriver.Recorded(proof, index);
    }

    private List<Debit> settled(State.Issued issued, Receipt receipt) {
        List<Debit> settled = new ArrayList<>();
        if (!issued.charges().isEmpty()) {
            Chain chain = issued.context().chain();
            chain.cap(issued.cap()).spent(issued.charges(), receipt).forEach((budget, spent) -> {
                long reserved = issued.charges().getOrDefault(budget, 0L);
                if (spent != reserved) {
                    settled.addAll(state.accounts.settle(chain, budget, reserved, spent));
                }
            });
        }
        return settled;
    }

    /** The context may act on what the result says in the fields that the permit asked for. */
    private static void receive(State.Issued issued, Receipt receipt, long index) {
        for (Receipt.Field field : receipt.fields()) {
            if (issued.permit().fields().contains(field.path()) && receipt.status() == 0) {
                String source = issued.context().chain().cap(issued.cap()).name() + "#" + field.path();
                field.digests().forEach(digest -> issued.context().receive(source, digest, index));
            }
        }
    }
}
