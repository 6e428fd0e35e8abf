package ambit.core;

import ambit.authority.Cap;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Permit;
import ambit.authority.Proof;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.Share;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.decision.Values;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.entry.Entry.Debit;
import ambit.wire.AdminToCore;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToDriver;
import ambit.wire.CoreToDriver.MapEntry;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.Json;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import ambit.wire.Verdict;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state machine that decides. Thread-safe: one lock, which nobody holds while waiting for the disk, a driver or a
 * signature. Whatever goes wrong is a denial, and an answer leaves only after what it says is an entry of the log.
 */
final class Core {
    private static final int MAX_LIVE = 4096;
    private static final int MAX_PERMITS = 1 << 16;
    private static final int MAX_GRANTS = 1024;
    private static final long MAX_EVENT_BYTES = 16 << 20;
    private static final long REQUEST_WINDOW_MS = 300_000;
    private static final long PERMIT_MS = 10_000;
    private static final long RECEIPT_MS = 3_600_000;
    private static final long OWN_QUOTA = 64 << 20;

    private final Journal journal;
    private final Drivers drivers;
    private final SigningKey key;
    private final Partitions partitions;
    private final InstantSource clock;
    private final SecureRandom random;

    private final Object lock = new Object();
    private final History history = new History();
    private final Accounts accounts = new Accounts(history);
    private final Map<Blob, Context> live = new LinkedHashMap<>();
    private final Map<Blob, Grant> grants = new HashMap<>();
    private final Map<Blob, Issued> permits = new LinkedHashMap<>();

    /** A permit without a receipt. */
    private record Issued(Context context, long sequence, Blob digest, String driver, long atMs) {}

    /** Who asks for what, for the entry of a denial. */
    private record Attempt(Blob context, String transaction, int syscall, String capability, Blob digest) {}

    @FunctionalInterface
    private interface Body {
        CoreToBroker run() throws Refused, MalformedException;
    }

    /** Folds the log. Transactions that lived when the core last stopped are recorded as crashed. */
    Core(
            String origin,
            Journal journal,
            Drivers drivers,
            SigningKey key,
            Partitions partitions,
            InstantSource clock,
            SecureRandom random) {
        this.journal = journal;
        this.drivers = drivers;
        this.key = key;
        this.partitions = partitions;
        this.clock = clock;
        this.random = random;
        journal.forEach((_, bytes) -> history.apply(Entry.decode(bytes)));
        long index = record(new Entry.Boot(clock.millis(), origin, key.publicKey(), journal.recoveredFrom()));
        for (Map.Entry<Blob, History.Open> open : history.open().entrySet()) {
            if (!open.getValue().committing()) {
                index = recordEnd(open.getKey(), open.getValue().transaction(), End.CRASHED, 0, Blob.EMPTY, List.of());
            }
        }
        journal.awaitDurable(index);
    }

    // ---- admission

    CoreToBroker admit(BrokerToCore.Admit m) {
        Attempt attempt = new Attempt(Blob.EMPTY, "", 0, "", m.request().sha256());
        return answer(attempt, () -> {
            if (m.grant().size() > Entry.MAX_ARTIFACT || m.request().size() > Entry.MAX_ARTIFACT) {
                throw new Refused(Denial.TOO_LARGE);
            }
            Grant grant = verifiedGrant(m.grant());
            Request request = Request.parse(verified(Domain.REQUEST, grant.holder(), m.request()));
            AgentSpec spec = AgentSpec.parse(m.agentSpec());
            if (!request.agentSpec().equals(m.agentSpec().sha256())) {
                throw new Refused(Denial.BAD_SIGNATURE, "the agent is not the one that was requested");
            }
            Chain chain = Chain.of(m.grant().sha256(), grant, m.request().sha256(), request);
            SigningKey contextKey = SigningKey.generate();
            Context context;
            long index;
            synchronized (lock) {
                context = admissible(grant, request, chain, contextKey, spec);
                if (!history.seenGrant(chain.grantHash())) {
                    record(new Entry.GrantSeen(clock.millis(), chain.grantHash(), m.grant()));
                }
                index = record(new Entry.Admitted(
                        clock.millis(),
                        context.id,
                        context.transaction,
                        grant.tenant(),
                        grant.holder(),
                        request.agent(),
                        chain.grantHash(),
                        m.request().sha256(),
                        contextKey.publicKey(),
                        m.request(),
                        chain.expiresAtMs()));
                live.put(context.id, context);
            }
            return begin(context, index);
        });
    }

    private Grant verifiedGrant(Blob bytes) throws Refused, MalformedException {
        Blob hash = bytes.sha256();
        Blob signer = Cose.parse(bytes).kid();
        String tenant;
        synchronized (lock) {
            Grant cached = grants.get(hash);
            if (cached != null) {
                return cached;
            }
            tenant = history.tenantOf(signer);
        }
        if (tenant.isEmpty()) {
            throw new Refused(Denial.UNKNOWN_TENANT);
        }
        Grant grant = Grant.parse(verified(Domain.GRANT, signer, bytes));
        if (!grant.tenant().equals(tenant)) {
            throw new Refused(Denial.UNKNOWN_TENANT, "the grant names another tenant than the one that signed it");
        }
        synchronized (lock) {
            if (grants.size() >= MAX_GRANTS) {
                grants.clear();
            }
            grants.put(hash, grant);
        }
        return grant;
    }

    private Context admissible(Grant grant, Request request, Chain chain, SigningKey contextKey, AgentSpec spec)
            throws Refused {
        long now = clock.millis();
        String transaction = request.transaction().toHex();
        Owner owner = new Owner(grant.tenant(), grant.holder());
        if (now < grant.notBefore() * 1000 || now < request.issuedAt() * 1000 - REQUEST_WINDOW_MS) {
            throw new Refused(Denial.NOT_YET_VALID);
        }
        if (now >= chain.expiresAtMs() || now > request.issuedAt() * 1000 + REQUEST_WINDOW_MS) {
            throw new Refused(Denial.EXPIRED);
        }
        if (history.seen(transaction)) {
            throw new Refused(Denial.REPLAYED, "a transaction of this id was admitted before");
        }
        refuseRevoked(owner.tenant(), chain);
        List<MapEntry> map = new ArrayList<>(namespaces(owner, transaction, grant));
        for (Request.Inherit inherit : request.inherits()) {
            if (!history.owns(owner, inherit.transaction())) {
                throw new Refused(Denial.NOT_MAPPED, "the inherited transaction is none of this principal");
            }
            map.add(partitions.inherited(owner, inherit.transaction(), inherit.key()));
        }
        return context(transaction, owner, chain, contextKey, spec, new MemoryMap(map));
    }

    private List<MapEntry> namespaces(Owner owner, String transaction, Grant grant) throws Refused {
        List<MapEntry> map = new ArrayList<>();
        map.add(partitions.own(owner, transaction, MemoryMap.READ | MemoryMap.WRITE, OWN_QUOTA));
        for (Memory memory : grant.memory()) {
            String name = memory.namespace();
            if (name.equals("own")) {
                map.set(0, partitions.own(owner, transaction, memory.rights(), memory.quota()));
            } else if (name.startsWith("user/") && name.length() > "user/".length() && !name.endsWith("/")) {
                map.add(partitions.namespace(owner, name, memory.rights(), memory.quota()));
            } else {
                throw new Refused(Denial.NOT_MAPPED, "there are no namespaces but own and user/…");
            }
        }
        return map;
    }

    private Context context(
            String transaction, Owner owner, Chain chain, SigningKey contextKey, AgentSpec spec, MemoryMap memory)
            throws Refused {
        if (live.size() >= MAX_LIVE) {
            throw new Refused(Denial.TOO_LARGE, "too many transactions are alive");
        }
        Map<Blob, Integer> handles = new LinkedHashMap<>();
        for (int cap : chain.held()) {
            Blob pinned = chain.cap(cap).definition();
            String definition = spec.tools().getOrDefault(chain.cap(cap).name(), "");
            if (!pinned.isEmpty() && !pinned.equals(utf8(definition).sha256())) {
                throw new Refused(Denial.TOOL_CHANGED);
            }
            handles.put(id(), cap);
        }
        accounts.open(chain);
        return new Context(id(), transaction, owner, chain, contextKey, spec, memory, handles);
    }

    /** What follows once the beginning is recorded: durable, mapped, answered; or ended again. */
    private CoreToBroker begin(Context context, long index) throws Refused {
        try {
            journal.awaitDurable(index);
            long connection = drivers.connection();
            if (!(drivers.ask(new CoreToDriver.MapContext(context.id, context.transaction, context.memory.entries()))
                    instanceof DriverToCore.Ok)) {
                throw new IOException("the driver refused");
            }
            boolean ended;
            synchronized (lock) {
                context.connection = connection;
                ended = context.ending;
            }
            if (ended) {
                drivers.ask(new CoreToDriver.DropContext(context.id));
            }
        } catch (IOException e) {
            finish(context, End.CRASHED, 0, Blob.EMPTY);
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "memory could not be mapped");
        }
        synchronized (lock) {
            alive(context.id);
            List<Bound> capabilities = new ArrayList<>();
            context.handles.forEach((handle, cap) -> capabilities.add(bound(context, handle, cap)));
            return new CoreToBroker.Admitted(
                    context.id,
                    context.transaction,
                    context.chain.agent(),
                    capabilities,
                    context.memory.mapped(),
                    context.chain.expiresAtMs(),
                    index,
                    Blob.EMPTY);
        }
    }

    private Bound bound(Context context, Blob handle, int index) {
        Cap cap = context.chain.cap(index);
        String definition = context.spec.tools().getOrDefault(cap.name(), "");
        long left = accounts.left(context.chain, index);
        return new Bound(handle, cap.name(), cap.kind(), cap.driver(), left, definition, cap.isRead());
    }

    // ---- decisions

    CoreToBroker decide(BrokerToCore.Decide m) {
        Blob digest = m.params().sha256();
        return answer(attempt(m.context(), m.syscall(), m.handle(), digest), () -> {
            synchronized (lock) {
                Context context = alive(m.context());
                if (m.syscall() == Syscall.TOOL_CALL && context.children.contains(m.handle())) {
                    return childResult(context, m.handle(), digest);
                }
                cheaply(context, m.syscall(), m.handle());
            }
            if (!(Json.parse(m.params()) instanceof Json.Obj params)) {
                throw new Refused(Denial.MALFORMED, "parameters are a JSON object");
            }
            return switch (m.syscall()) {
                case TOOL_CALL -> release(allow(m, Arguments.of(params), digest));
                case MEMORY_READ, MEMORY_WRITE -> release(allowMemory(m, params, digest));
                case SPAWN_CHILD, LOG -> throw new Refused(Denial.MALFORMED, "not a syscall to be decided here");
            };
        });
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
            int index = held(context, handle, Bound.TOOL);
            driver = context.chain.cap(index).driver();
            accounts.check(context.chain, index);
        } else if (context.connection != drivers.connection()) {
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "the memory driver was restarted under the context");
        }
        if (!drivers.has(driver)) {
            throw new Refused(Denial.DRIVER_UNAVAILABLE);
        }
        if (permits.size() >= MAX_PERMITS) {
            throw new Refused(Denial.TOO_LARGE, "too many calls are in flight");
        }
    }

    private int held(Context context, Blob handle, int kind) throws Refused {
        Integer index = context.handles.get(handle);
        if (index == null || context.chain.cap(index).kind() != kind) {
            throw new Refused(Denial.UNKNOWN_HANDLE);
        }
        if (!context.chain.cap(index).mayUse()) {
            throw new Refused(Denial.MAY_NOT_USE);
        }
        return index;
    }

    private Decision allow(BrokerToCore.Decide m, Values arguments, Blob digest) throws Refused {
        synchronized (lock) {
            Context context = alive(m.context());
            cheaply(context, m.syscall(), m.handle());
            int index = held(context, m.handle(), Bound.TOOL);
            context.chain.judge(index, arguments, clock.millis());
            Cap cap = context.chain.cap(index);
            List<Debit> debits = accounts.use(context.chain, index);
            Decision decision = permit(
                    context, m.syscall(), cap.name(), cap.driver(), cap.definition(), digest, !cap.isRead(), debits);
            return decision.with(accounts.counts(context.chain, index));
        }
    }

    private Decision allowMemory(BrokerToCore.Decide m, Json.Obj params, Blob digest) throws Refused {
        synchronized (lock) {
            Context context = alive(m.context());
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
        long now = clock.millis();
        Permit permit = new Permit(
                id(),
                driver,
                context.id,
                ++context.sequence,
                name,
                digest,
                now + PERMIT_MS,
                definition,
                syscall.number(),
                Limits.RESULT);
        long index = record(new Entry.Allowed(
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
        permits.put(permit.id(), new Issued(context, context.sequence, digest, driver, now));
        return new Decision(context, permit, effect, List.of(), index);
    }

    /** Nothing revoked or ended meanwhile gets the permit, although its use is spent. */
    private CoreToBroker release(Decision decision) throws Refused {
        if (decision.effect()) {
            journal.awaitDurable(decision.logIndex());
        }
        Blob permit = Signed.sign(Domain.PERMIT, key, decision.permit().toBlob());
        synchronized (lock) {
            try {
                alive(decision.context().id);
            } catch (Refused e) {
                permits.remove(decision.permit().id());
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
        long index = record(new Entry.Allowed(
                clock.millis(),
                context.id,
                context.transaction,
                ++context.sequence,
                Syscall.TOOL_CALL.number(),
                "child",
                digest,
                id(),
                "",
                false,
                List.of()));
        return new CoreToBroker.ChildResult(child, index);
    }

    /** The context, if it may still act. */
    private Context alive(Blob id) throws Refused {
        Context context = live.get(id);
        if (context == null || context.ending || context.stopped) {
            throw new Refused(Denial.CONTEXT_ENDED);
        }
        if (clock.millis() >= context.chain.expiresAtMs()) {
            throw new Refused(Denial.EXPIRED);
        }
        refuseRevoked(context.owner.tenant(), context.chain);
        return context;
    }

    private void refuseRevoked(String tenant, Chain chain) throws Refused {
        if (chain.names().stream().anyMatch(name -> history.isRevoked(tenant, name))) {
            throw new Refused(Denial.REVOKED);
        }
    }

    // ---- children and events

    CoreToBroker spawn(BrokerToCore.Spawn m) {
        Blob digest = m.narrowing().sha256();
        return answer(attempt(m.context(), Syscall.SPAWN_CHILD, m.handle(), digest), () -> {
            Context parent;
            int cap;
            synchronized (lock) {
                parent = alive(m.context());
                cap = held(parent, m.handle(), Bound.CHILD);
                accounts.check(parent.chain, cap);
            }
            AgentSpec spec = childSpec(parent, cap);
            Optional<Share> share = spec.share().isEmpty() ? Optional.empty() : Optional.of(Share.parse(spec.share()));
            Delegation delegation = parent.chain.delegation(
                    cap, id(), share, m.narrowing(), m.input().sha256());
            Blob signed = Signed.sign(Domain.DELEGATION, parent.key, delegation.toBlob());
            if (signed.size() > Entry.MAX_ARTIFACT) {
                throw new Refused(Denial.TOO_LARGE);
            }
            Chain chain = parent.chain.below(signed.sha256(), delegation);
            SigningKey contextKey = SigningKey.generate();
            Context child;
            long index;
            synchronized (lock) {
                accounts.check(alive(m.context()).chain, cap);
                child = child(parent, chain, contextKey, spec, share);
                index = record(new Entry.Spawned(
                        clock.millis(),
                        child.id,
                        child.transaction,
                        delegation.agent(),
                        parent.id,
                        signed.sha256(),
                        contextKey.publicKey(),
                        signed,
                        chain.expiresAtMs(),
                        accounts.use(parent.chain, cap)));
                live.put(child.id, child);
                parent.children.add(child.id);
            }
            return begin(child, index);
        });
    }

    private static AgentSpec childSpec(Context parent, int cap) throws Refused {
        String name = parent.chain.cap(cap).name();
        AgentSpec spec = parent.spec.children().get(name.substring(name.indexOf('.') + 1));
        if (spec == null) {
            throw new Refused(Denial.UNKNOWN_TOOL, "the agent has no child of this name");
        }
        return spec;
    }

    private Context child(Context parent, Chain chain, SigningKey contextKey, AgentSpec spec, Optional<Share> share)
            throws Refused {
        String transaction = parent.transaction + "." + (parent.children.size() + 1);
        List<MapEntry> map = new ArrayList<>(parent.memory.entries());
        map.removeIf(entry -> !entry.exactKey().isEmpty());
        share.ifPresent(it -> MemoryMap.keep(map, it.memory()));
        map.set(
                0,
                partitions.own(
                        parent.owner,
                        transaction,
                        map.getFirst().rights(),
                        map.getFirst().quotaBytes()));
        return context(transaction, parent.owner, chain, contextKey, spec, new MemoryMap(map));
    }

    CoreToBroker logEvent(BrokerToCore.LogEvent m) {
        return answer(attempt(m.context(), Syscall.LOG, Blob.EMPTY, m.event().sha256()), () -> {
            Json.parse(m.event());
            synchronized (lock) {
                Context context = alive(m.context());
                context.eventBytes += m.event().size();
                if (context.eventBytes > MAX_EVENT_BYTES) {
                    throw new Refused(Denial.QUOTA, "the context has logged too much");
                }
                long index = record(new Entry.GuestEvent(clock.millis(), context.id, context.transaction, m.event()));
                return new CoreToBroker.Logged(index);
            }
        });
    }

    // ---- the end

    CoreToBroker end(BrokerToCore.EndContext m) {
        return answer(attempt(m.context(), Syscall.LOG, Blob.EMPTY, m.resultDigest()), () -> {
            Context context;
            synchronized (lock) {
                context = live.get(m.context());
            }
            if (context == null) {
                throw new Refused(Denial.CONTEXT_ENDED);
            }
            return finish(context, m.how(), m.exitCode(), m.resultDigest());
        });
    }

    /** Ends the children, then the context; only a success that is neither stopped, revoked nor late commits. */
    private CoreToBroker finish(Context context, End asked, int exitCode, Blob resultDigest) throws Refused {
        List<Context> children;
        synchronized (lock) {
            if (context.ending) {
                throw new Refused(Denial.CONTEXT_ENDED);
            }
            children = live.values().stream()
                    .filter(c -> context.children.contains(c.id))
                    .toList();
            if (asked == End.SUCCESS) {
                asked = mayCommit(context);
            }
            context.ending = true;
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
        } catch (Refused e) {
            // Another thread is ending it.
        }
    }

    private End mayCommit(Context context) {
        try {
            alive(context.id);
            return End.SUCCESS;
        } catch (Refused e) {
            return e.code() == Denial.EXPIRED ? End.TIMED_OUT : End.KILLED;
        }
    }

    private CoreToBroker commit(Context context, int exitCode, Blob resultDigest) throws Refused {
        if (context.connection != drivers.connection()) {
            over(context, End.CRASHED, exitCode, resultDigest, List.of());
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "the memory driver lost what the context wrote");
        }
        long intended;
        synchronized (lock) {
            intended = record(new Entry.CommitIntended(clock.millis(), context.id, context.transaction));
        }
        journal.awaitDurable(intended);
        try {
            DriverToCore reply = drivers.ask(new CoreToDriver.CommitContext(context.id));
            if (reply instanceof DriverToCore.Verdicts(List<Verdict> verdicts)) {
                return over(context, End.SUCCESS, exitCode, resultDigest, verdicts);
            }
            over(context, End.CRASHED, exitCode, resultDigest, List.of());
            throw new Refused(Denial.DRIVER_FAILED, "the memory driver could not commit");
        } catch (IOException e) {
            synchronized (lock) {
                forget(context);
            }
            throw new Refused(Denial.DRIVER_FAILED, "whether it committed is asked when the memory driver is back");
        }
    }

    private CoreToBroker over(Context context, End how, int exitCode, Blob resultDigest, List<Verdict> verdicts) {
        try {
            if (how != End.SUCCESS) {
                drivers.ask(new CoreToDriver.DropContext(context.id));
            }
        } catch (IOException e) {
            // A driver that is gone has lost what was to be dropped.
        }
        long index;
        synchronized (lock) {
            index = recordEnd(context.id, context.transaction, how, exitCode, resultDigest, verdicts);
            forget(context);
        }
        journal.requestCheckpoint();
        journal.awaitDurable(index);
        return new CoreToBroker.Ended(verdicts, index);
    }

    private void forget(Context context) {
        live.remove(context.id);
        accounts.close(context.chain);
    }

    private long recordEnd(
            Blob context, String transaction, End how, int exitCode, Blob resultDigest, List<Verdict> verdicts) {
        List<Entry.Written> written = verdicts.stream()
                .map(v -> new Entry.Written(
                        v.key(), v.committed(), v.denial().map(Denial::number).orElse(0), v.version()))
                .toList();
        int from = 0;
        for (; written.size() - from > Entry.MAX_WRITTEN; from += Entry.MAX_WRITTEN) {
            record(new Entry.Wrote(
                    clock.millis(), context, transaction, written.subList(from, from + Entry.MAX_WRITTEN)));
        }
        return record(new Entry.Ended(
                clock.millis(),
                context,
                transaction,
                how.number(),
                exitCode,
                resultDigest,
                written.subList(from, written.size())));
    }

    /** The contexts that the broker is to kill, and end. */
    CoreToBroker poll() {
        synchronized (lock) {
            long old = clock.millis() - RECEIPT_MS;
            permits.values().removeIf(p -> p.atMs() < old && !live.containsKey(p.context().id));
            return new CoreToBroker.ToKill(live.values().stream()
                    .filter(c -> !c.ending && mayCommit(c) != End.SUCCESS)
                    .map(c -> c.id)
                    .toList());
        }
    }

    /** There is no broker any more, so there are no guests. */
    void brokerGone() {
        List<Context> orphans;
        synchronized (lock) {
            orphans = List.copyOf(live.values());
        }
        orphans.forEach(context -> finishQuietly(context, End.CRASHED));
    }

    // ---- drivers

    /** Takes the receipt of a driver that is known by {@code receiptKey} and carries {@code names}. */
    CoreToDriver outcome(Blob receiptKey, List<String> names, DriverToCore.Outcome m) {
        try {
            Receipt receipt = Receipt.parse(verified(Domain.RECEIPT, receiptKey, m.receipt()));
            Issued issued;
            long index;
            synchronized (lock) {
                issued = permits.get(receipt.permit());
                if (issued == null) {
                    throw new Refused(Denial.REPLAYED, "there is no such permit without a receipt");
                }
                if (!names.contains(issued.driver()) || !receipt.paramsDigest().equals(issued.digest())) {
                    throw new Refused(Denial.BAD_SIGNATURE, "the receipt is not for what was permitted");
                }
                permits.remove(receipt.permit());
                index = record(new Entry.Outcome(
                        clock.millis(),
                        receipt.permit(),
                        receipt.status(),
                        receipt.resultDigest(),
                        receipt.resultBytes(),
                        Math.max(0, clock.millis() - issued.atMs())));
            }
            journal.awaitDurable(index);
            Proof proof = new Proof(
                    issued.context().id,
                    issued.sequence(),
                    issued.digest(),
                    receipt.resultDigest(),
                    receipt.status(),
                    index,
                    issued.context().transaction);
            return new CoreToDriver.Recorded(Signed.sign(Domain.PROOF, key, proof.toBlob()), index);
        } catch (Refused | MalformedException | JournalException e) {
            Refused why = Refused.of(e);
            refuse(new Attempt(Blob.EMPTY, "", 0, "receipt", m.receipt().sha256()), why);
            return new CoreToDriver.Denied(why.code(), why.sentence());
        }
    }

    /** Asks drivers that have just connected what became of commits that a crash interrupted. */
    void settle() throws IOException {
        Map<Blob, History.Open> unsettled;
        synchronized (lock) {
            unsettled = new HashMap<>(history.open());
            unsettled.keySet().removeAll(live.keySet());
        }
        for (Map.Entry<Blob, History.Open> open : unsettled.entrySet()) {
            String transaction = open.getValue().transaction();
            if (drivers.ask(new CoreToDriver.WasCommitted(transaction))
                    instanceof DriverToCore.Committed(boolean yes)) {
                synchronized (lock) {
                    record(new Entry.Recovered(clock.millis(), transaction, yes));
                    recordEnd(open.getKey(), transaction, yes ? End.SUCCESS : End.CRASHED, 0, Blob.EMPTY, List.of());
                }
            }
        }
    }

    // ---- administration

    CoreToAdmin administer(AdminToCore m, List<String> driverNames) {
        try {
            return switch (m) {
                case AdminToCore.Status() -> status(driverNames);
                case AdminToCore.Register r -> register(r);
                case AdminToCore.Revoke r -> revoke(r.revocation());
                case AdminToCore.Stop s -> stop(s.transaction());
                case AdminToCore.Checkpoint() -> new CoreToAdmin.Checkpointed(journal.checkpoint());
            };
        } catch (Refused | MalformedException | JournalException e) {
            Refused why = Refused.of(e);
            return new CoreToAdmin.Denied(why.code(), why.sentence());
        }
    }

    private CoreToAdmin status(List<String> driverNames) {
        synchronized (lock) {
            List<String> transactions =
                    live.values().stream().map(c -> c.transaction).toList();
            return new CoreToAdmin.CoreStatus(
                    key.publicKey(), journal.size(), history.epoch(), driverNames, transactions);
        }
    }

    private CoreToAdmin register(AdminToCore.Register m) throws Refused, MalformedException {
        PublicKeys.requireSound(m.rootKey());
        long index = journal.size() - 1;
        synchronized (lock) {
            if (!history.registered(m.tenant(), m.rootKey())) {
                if (m.tenant().isEmpty() || history.taken(m.tenant(), m.rootKey())) {
                    throw new Refused(Denial.UNKNOWN_TENANT, "the tenant or the key is registered otherwise");
                }
                index = record(new Entry.TenantRegistered(clock.millis(), m.tenant(), m.rootKey()));
            }
        }
        journal.awaitDurable(index);
        return new CoreToAdmin.Registered(index);
    }

    /** Every decision after this has the lock sees the revocation; the answer says that it survives a restart. */
    private CoreToAdmin revoke(Blob bytes) throws Refused, MalformedException {
        if (bytes.size() > Entry.MAX_ARTIFACT) {
            throw new Refused(Denial.TOO_LARGE);
        }
        Blob signer = Cose.parse(bytes).kid();
        Revocation revocation = Revocation.parse(verified(Domain.REVOCATION, signer, bytes));
        long index;
        long epoch;
        synchronized (lock) {
            if (!revocation.tenant().equals(history.tenantOf(signer))
                    || revocation.tenant().isEmpty()) {
                throw new Refused(Denial.UNKNOWN_TENANT);
            }
            epoch = history.epoch() + 1;
            index = record(new Entry.Revoked(clock.millis(), epoch, revocation.tenant(), revocation.target(), bytes));
            grants.clear();
        }
        journal.awaitDurable(index);
        return new CoreToAdmin.Revoked(epoch, index);
    }

    private CoreToAdmin stop(String transaction) throws Refused {
        synchronized (lock) {
            List<Context> found = live.values().stream()
                    .filter(c -> c.transaction.equals(transaction) || c.transaction.startsWith(transaction + "."))
                    .toList();
            if (found.isEmpty()) {
                throw new Refused(Denial.CONTEXT_ENDED, "no transaction of this id is alive");
            }
            found.forEach(context -> context.stopped = true);
            return new CoreToAdmin.Stopped(journal.size() - 1);
        }
    }

    // ---- the log

    /** Appends an entry and lets it take effect, both or neither. Durable only later. */
    private long record(Entry entry) {
        synchronized (lock) {
            long index = journal.append(Entry.encode(entry));
            history.apply(entry);
            return index;
        }
    }

    private static Blob verified(Domain domain, Blob signer, Blob artifact) throws Refused, MalformedException {
        try {
            return Signed.verify(domain, signer, artifact);
        } catch (BadSignature e) {
            throw new Refused(Denial.BAD_SIGNATURE);
        }
    }

    private Attempt attempt(Blob id, Syscall syscall, Blob handle, Blob digest) {
        synchronized (lock) {
            Context context = live.get(id);
            return context == null
                    ? new Attempt(id, "", syscall.number(), "", digest)
                    : new Attempt(id, context.transaction, syscall.number(), context.nameOf(handle), digest);
        }
    }

    private CoreToBroker answer(Attempt attempt, Body body) {
        try {
            return body.run();
        } catch (Refused | MalformedException | RuntimeException e) {
            return refuse(attempt, Refused.of(e));
        }
    }

    private CoreToBroker.Denied refuse(Attempt a, Refused why) {
        long index;
        try {
            index = record(new Entry.Denied(
                    clock.millis(),
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

    private Blob id() {
        byte[] bytes = new byte[Limits.ID];
        random.nextBytes(bytes);
        return Blob.of(bytes);
    }

    private static Blob utf8(String text) {
        return Blob.of(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
