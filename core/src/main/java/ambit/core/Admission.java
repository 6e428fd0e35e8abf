package ambit.core;

import ambit.authority.Arguments;
import ambit.authority.Cap;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Request;
import ambit.authority.Share;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.decision.Sighting;
import ambit.log.entry.Entry;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
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
import ambit.wire.MalformedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How contexts begin: a request over a grant, and children below their parents. */
record Admission(State state, Drivers drivers, Partitions partitions, Ending ending, Calls calls) {
    private static final int MAX_LIVE = 4096;
    private static final long REQUEST_WINDOW_MS = 300_000;

    /** Begins a transaction: grant and request verified, fresh, unrevoked; recorded; memory mapped. */
    CoreToBroker admit(BrokerToCore.Admit m) throws Refused, IOException {
        Grant grant = verifiedGrant(m.grant());
        Request request = Request.parse(Refused.verified(Domain.REQUEST, grant.holder(), m.request()));
        AgentSpec spec = AgentSpec.parse(m.agentSpec());
        boolean another = !request.agentSpec().equals(m.agentSpec().sha256());
        Refused.when(another, Denial.BAD_SIGNATURE, "the agent is not the one that was requested");
        Blob hash = m.grant().sha256();
        Chain chain =
                Chain.of(Cose.parse(m.grant()).kid(), hash, grant, m.request().sha256(), request);
        SigningKey contextKey = SigningKey.generate();
        Context context;
        synchronized (state) {
            context = admissible(grant, request, chain, contextKey, spec);
            if (!state.history.seenGrant(chain.grantHash())) {
                state.record(new Entry.GrantSeen(state.clock.millis(), chain.grantHash(), m.grant()));
            }
            context.progress().begun = state.record(new Entry.Admitted(
                    state.clock.millis(),
                    context.id(),
                    context.transaction(),
                    grant.tenant(),
                    grant.holder(),
                    request.agent(),
                    chain.grantHash(),
                    m.request().sha256(),
                    contextKey.publicKey(),
                    m.request(),
                    chain.expiresAtMs));
            state.live.put(context.id(), context);
        }
        return begin(context, 0, Blob.EMPTY);
    }

    private Grant verifiedGrant(Blob bytes) throws Refused, MalformedException {
        Blob signer = Cose.parse(bytes).kid();
        String tenant;
        synchronized (state) {
            tenant = state.history.tenantOf(signer);
        }
        Refused.when(tenant.isEmpty(), Denial.UNKNOWN_TENANT);
        Grant grant = Grant.parse(Refused.verified(Domain.GRANT, signer, bytes));
        boolean another = !grant.tenant().equals(tenant);
        Refused.when(another, Denial.UNKNOWN_TENANT, "the grant names another tenant than the one that signed it");
        return grant;
    }

    private Context admissible(Grant grant, Request request, Chain chain, SigningKey contextKey, AgentSpec spec)
            throws Refused, IOException {
        long now = state.clock.millis();
        String transaction = request.transaction().toHex();
        Owner owner = new Owner(grant.tenant(), grant.holder());
        Refused.when(
                now < grant.notBefore() * 1000 || now < request.issuedAt() * 1000 - REQUEST_WINDOW_MS,
                Denial.NOT_YET_VALID);
        Refused.when(now >= chain.expiresAtMs, Denial.EXPIRED);
        boolean old = now > request.issuedAt() * 1000 + REQUEST_WINDOW_MS;
        Refused.when(old, Denial.EXPIRED, "the request is more than five minutes old, by the core's clock");
        Refused.when(state.history.seen(transaction), Denial.REPLAYED, "a transaction of this id was admitted before");
        Refused.when(state.isRevoked(owner.tenant(), chain), Denial.REVOKED);
        List<Mapping> map = new ArrayList<>(namespaces(owner, transaction, grant));
        for (Request.Inherit inherit : request.inherits()) {
            boolean foreign = !state.history.owner(inherit.transaction()).equals(owner);
            Refused.when(foreign, Denial.NOT_MAPPED, "the inherited transaction is none of this principal");
            map.add(partitions.inherited(owner, inherit));
        }
        return context(transaction, owner, chain, contextKey, spec, new MemoryMap(map), new HashMap<>());
    }

    private List<Mapping> namespaces(Owner owner, String transaction, Grant grant) throws Refused, IOException {
        List<Mapping> map = new ArrayList<>();
        map.add(partitions.own(owner, transaction, 0, 0, List.of()));
        for (Memory memory : grant.memory()) {
            String name = memory.namespace();
            List<Blob> terms = MemoryMap.terms(memory);
            if (name.equals("own")) {
                map.set(0, partitions.own(owner, transaction, memory.rights(), memory.quota(), terms));
            } else if (name.matches("(user|tenant)/.*[^/]")) {
                map.add(partitions.namespace(owner, name, memory.rights(), memory.quota(), terms));
            } else {
                throw new Refused(Denial.NOT_MAPPED, "there are no namespaces but own, user/… and tenant/…");
            }
        }
        return map;
    }

    private Context context(
            String transaction,
            Owner owner,
            Chain chain,
            SigningKey contextKey,
            AgentSpec spec,
            MemoryMap memory,
            Map<Context.Seen, Sighting> family)
            throws Refused {
        Refused.when(state.live.size() >= MAX_LIVE, Denial.TOO_LARGE, "too many transactions are alive");
        Map<Blob, Integer> handles = new LinkedHashMap<>();
        for (int cap : chain.held()) {
            Blob pinned = chain.cap(cap).definition();
            String definition = spec.tools().getOrDefault(chain.cap(cap).name(), "");
            Refused.when(
                    !pinned.isEmpty() && !pinned.equals(Blob.utf8(definition).sha256()), Denial.TOOL_CHANGED);
            handles.put(state.id(), cap);
        }
        state.accounts.open(chain);
        return new Context(
                state.id(),
                transaction,
                owner,
                chain,
                contextKey,
                spec,
                memory,
                handles,
                family,
                new Context.Progress());
    }

    /** What follows once the beginning is recorded: durable, mapped, answered; or ended again. */
    private CoreToBroker begin(Context context, long sequence, Blob proof) throws Refused {
        try {
            state.journal.awaitDurable(context.progress().begun);
            long connection = drivers.connection();
            DriverToCore reply = drivers.ask(new CoreToDriver.MapContext(
                    context.id(),
                    context.transaction(),
                    context.owner().tenant(),
                    context.owner().principal(),
                    context.chain().names().getLast(),
                    context.chain().agent(),
                    partitions.bodies(context.owner(), context.transaction()),
                    opened(context.memory().entries())));
            if (!(reply instanceof DriverToCore.Ok)) {
                throw new IOException(reply.sentence());
            }
            boolean ended;
            synchronized (state) {
                context.progress().connection = connection;
                ended = context.progress().ending;
            }
            if (ended) {
                drivers.ask(new CoreToDriver.DropContext(context.id()));
            }
        } catch (IOException e) {
            ending.finish(context, End.CRASHED, 0, Blob.EMPTY);
            throw new Refused(Denial.DRIVER_UNAVAILABLE, "memory could not be mapped: " + e.getMessage());
        }
        synchronized (state) {
            state.alive(context.id());
            return new CoreToBroker.Admitted(
                    context.id(),
                    context.transaction(),
                    context.chain().agent(),
                    capabilities(context),
                    context.memory().mapped(),
                    context.chain().expiresAtMs,
                    context.progress().begun,
                    sequence,
                    proof);
        }
    }

    /** What the context holds, as its guest is shown it. Nothing changes, so what proves it is in the log where the context began. */
    CoreToBroker list(Blob id) throws Refused {
        Context context;
        long sequence;
        List<Bound> held;
        synchronized (state) {
            context = state.alive(id);
            sequence = ++context.progress().sequence;
            held = capabilities(context);
        }
        Blob listing = Blob.utf8(held.stream().map(Bound::toJson).collect(Collectors.joining(",", "[", "]")));
        return new CoreToBroker.Listed(
                listing, sequence, proof(context, sequence, Blob.EMPTY, listing, context.progress().begun));
    }

    private Blob proof(Context of, long sequence, Blob params, Blob reply, long index) {
        return calls.prove(of, sequence, params.sha256(), reply.sha256(), 0, index, Blob.EMPTY);
    }

    /** The map with the data keys that the drivers keep of its partitions, and fresh ones of those that have none. */
    private List<MapEntry> opened(List<Mapping> map) throws IOException {
        List<CoreToDriver.Offer> offers = map.stream()
                .map(it -> new CoreToDriver.Offer(
                        it.partition().id(), it.partition().fresh()))
                .toList();
        List<MapEntry> entries = new ArrayList<>();
        DriverToCore reply = drivers.ask(new CoreToDriver.Keys(offers));
        if (reply instanceof DriverToCore.Keys(List<Blob> wrapped) && wrapped.size() == map.size()) {
            for (int i = 0; i < map.size(); i++) {
                entries.add(map.get(i).open(wrapped.get(i)));
            }
            return entries;
        }
        throw new IOException(reply.sentence());
    }

    private List<Bound> capabilities(Context context) {
        List<Bound> capabilities = new ArrayList<>();
        context.handles().forEach((handle, index) -> {
            Cap cap = context.chain().cap(index);
            String definition = context.spec().tools().getOrDefault(cap.name(), "");
            long left = state.accounts.left(context.chain(), index);
            capabilities.add(new Bound(handle, cap.name(), cap.kind(), cap.driver(), left, definition, cap.isRead()));
        });
        return capabilities;
    }

    /** Begins a child: one use of the capability for it, and a signed block that only takes away. */
    CoreToBroker spawn(BrokerToCore.Spawn m) throws Refused, IOException {
        Context parent = state.alive(m.context());
        int cap = parent.held(m.handle(), Bound.CHILD);
        synchronized (state) {
            state.accounts.check(parent.chain(), cap, Map.of());
        }
        Blob input = input(m);
        AgentSpec spec = childSpec(parent, cap);
        Optional<Share> share = spec.share().isEmpty() ? Optional.empty() : Optional.of(Share.parse(spec.share()));
        Delegation delegation = parent.chain().delegation(cap, state.id(), share, m.narrowing(), input.sha256());
        Blob signed = Signed.sign(Domain.DELEGATION, parent.key(), delegation.toBlob());
        // Half, so that its entry has room for what the beginning takes from the accounts of a deep chain.
        Refused.when(signed.size() > Entry.MAX_ARTIFACT / 2, Denial.TOO_LARGE);
        Chain chain = parent.chain().below(signed.sha256(), delegation);
        SigningKey contextKey = SigningKey.generate();
        Context child;
        long sequence;
        synchronized (state) {
            state.accounts.check(state.alive(m.context()).chain(), cap, Map.of());
            child = child(parent, chain, contextKey, spec, share);
            parent.pass(delegation.received(), child);
            child.progress().begun = state.record(new Entry.Spawned(
                    state.clock.millis(),
                    child.id(),
                    child.transaction(),
                    delegation.agent(),
                    parent.id(),
                    signed.sha256(),
                    contextKey.publicKey(),
                    signed,
                    chain.expiresAtMs,
                    state.accounts.take(
                            parent.chain(), cap, Calls.charges(parent.chain().cap(cap), Arguments.none()))));
            state.live.put(child.id(), child);
            parent.progress().children.put(child.id(), Blob.EMPTY);
            sequence = ++parent.progress().sequence;
        }
        Blob named = Blob.utf8(Json.quote(child.id().toHex()));
        return begin(child, sequence, proof(parent, sequence, m.params(), named, child.progress().begun));
    }

    /** What the child is given, by the guest's own words: they are proved, so they have to be what was done. */
    private static Blob input(BrokerToCore.Spawn m) throws MalformedException {
        if (Json.parse(m.params()) instanceof Json.Obj(Map<String, Json> said)
                && new Json.Str(m.handle().toHex()).equals(said.get("handle"))
                && said.getOrDefault("input", new Json.Str("")) instanceof Json.Str(String input)) {
            return Blob.utf8(input);
        }
        throw new MalformedException("a child is asked for by its handle, and its input is a text");
    }

    private static AgentSpec childSpec(Context parent, int cap) throws Refused {
        String name = parent.chain().cap(cap).name();
        return Optional.ofNullable(parent.spec().children().get(name.substring(name.indexOf('.') + 1)))
                .orElseThrow(() -> new Refused(Denial.UNKNOWN_TOOL, "the agent has no child of this name"));
    }

    private Context child(Context parent, Chain chain, SigningKey contextKey, AgentSpec spec, Optional<Share> share)
            throws Refused, IOException {
        String transaction =
                parent.transaction() + "." + (parent.progress().children.size() + 1);
        List<Mapping> map = new ArrayList<>(parent.memory().entries());
        map.removeIf(entry -> !entry.exactKey().isEmpty());
        share.ifPresent(it -> MemoryMap.keep(map, it.memory()));
        Mapping own = map.getFirst();
        map.set(0, partitions.own(parent.owner(), transaction, own.rights(), own.quotaBytes(), own.terms()));
        return context(transaction, parent.owner(), chain, contextKey, spec, new MemoryMap(map), parent.family());
    }
}
