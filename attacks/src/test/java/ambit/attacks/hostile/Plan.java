package ambit.attacks.hostile;

import ambit.authority.Bitmap;
import ambit.authority.Budget;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Cost;
import ambit.authority.Grant;
import ambit.authority.Less;
import ambit.authority.Memory;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Rate;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Share;
import ambit.authority.approval.Approval;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.Cose.Domain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A grant and a request over it, as somebody wants them. The one place where artifacts are made: what changes in them changes here.
 *
 * <p>By default alice has a model, files, a helper to start, and may once pay whomever the model named; all for an hour.
 */
final class Plan {
    /** What the capabilities' places in the grant are. */
    static final int MODEL = 0;

    static final int FILES = 1;
    static final int HELPER = 2;

    /** A capability that is like the model but for its name. */
    static final String OTHER_MODEL = "model.complete";

    /** What a call of the model costs where there is a budget. */
    static final int CENTS = 10;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BOTH = Cap.USE | Cap.DELEGATE;

    private Signer issuer;
    private Signer holder;
    private Signer requester;
    private String tenant = Honest.TENANT;
    private String granted = "agent";
    private String requested = "agent";
    private long notBefore = -60;
    private long expires = 3600;
    private long issuedAt;
    private long requestExpires = 600;
    private int depth = 2;
    private long generation;
    private long modelUses = -1;
    private long helperUses = -1;
    private int modelFlags = BOTH;
    private String modelDriver = "openai";
    private String helperDriver = "";
    private Blob pinned = Blob.EMPTY;
    private String definition = "";
    private List<Memory> memory = List.of(new Memory("own", 3, 1 << 20), new Memory("user/notes", 1, 1 << 20));
    private List<Request.Inherit> inherits = List.of();
    private Blob share = Blob.EMPTY;
    private boolean others;
    private List<Budget> budgets = List.of();
    private Rate rate = Rate.NONE;
    private Optional<Approval> approval = Optional.empty();

    Plan(Honest honest) {
        this.issuer = honest.signer(Honest.TENANT);
        this.holder = honest.signer("alice");
        this.requester = holder;
    }

    Plan issuer(Signer other) {
        issuer = other;
        return this;
    }

    /** Who the grant is made out to, and who signs the request. */
    Plan holder(Signer other) {
        holder = other;
        requester = other;
        return this;
    }

    Plan requester(Signer other) {
        requester = other;
        return this;
    }

    Plan tenant(String name) {
        tenant = name;
        return this;
    }

    /** The agent that the request names. */
    Plan requests(String agent) {
        requested = agent;
        return this;
    }

    /** Seconds from now. */
    Plan granted(long from, long until) {
        notBefore = from;
        expires = until;
        return this;
    }

    /** Seconds from now. */
    Plan requested(long at, long until) {
        issuedAt = at;
        requestExpires = until;
        return this;
    }

    Plan depth(int most) {
        depth = most;
        return this;
    }

    Plan generation(long number) {
        generation = number;
        return this;
    }

    Plan uses(long ofTheModel) {
        modelUses = ofTheModel;
        return this;
    }

    /** What all calls of the model may spend together; each spends {@link #CENTS}. */
    Plan budget(long most) {
        budgets = List.of(new Budget("cents", most));
        return this;
    }

    /** How often the model may be called in an hour. */
    Plan rate(long calls) {
        rate = new Rate(calls, 3600);
        return this;
    }

    /** Who has to approve calls of the model, and of {@link #OTHER_MODEL}, which the grant has then. */
    Plan approved(Approval by) {
        approval = Optional.of(by);
        return this;
    }

    Plan helpers(long most) {
        helperUses = most;
        return this;
    }

    Plan mayUse(boolean use, boolean delegate) {
        modelFlags = (use ? Cap.USE : 0) | (delegate ? Cap.DELEGATE : 0);
        return this;
    }

    Plan drivers(String ofTheModel, String ofTheHelper) {
        modelDriver = ofTheModel;
        helperDriver = ofTheHelper;
        return this;
    }

    /** The definition of the model that the grant pins, and the one that the request's agent is given. */
    Plan defined(String granted, String given) {
        pinned = utf8(granted).sha256();
        definition = given;
        return this;
    }

    /** The model takes arguments that its grant does not name. */
    Plan openToOthers() {
        others = true;
        return this;
    }

    Plan memory(String namespace, int rights, long quota) {
        List<Memory> more = new ArrayList<>(memory);
        more.removeIf(each -> each.namespace().equals(namespace));
        more.add(new Memory(namespace, rights, quota));
        memory = more;
        return this;
    }

    Plan inherits(String transaction, String key) {
        inherits = List.of(new Request.Inherit(transaction, key));
        return this;
    }

    /** What helpers get of memory: nothing but their own. */
    Plan helpersRememberNothing() {
        share = new Share(Blob.EMPTY, List.of(), List.of(new Memory("own", 3, 1 << 20))).toBlob();
        return this;
    }

    /**
     * What goes to the core.
     *
     * @param spec the agent's description
     */
    record Papers(Blob grant, Blob request, Blob spec) {
        BrokerToCore.Admit admit() {
            return new BrokerToCore.Admit(grant, request, spec);
        }
    }

    Papers papers() throws IOException {
        return papers(grant());
    }

    Blob grant() throws IOException {
        long now = Instant.now().getEpochSecond();
        Grant grant = new Grant(
                tenant,
                fresh(),
                holder.key(),
                now + notBefore,
                now + expires,
                depth,
                granted,
                caps(),
                memory,
                generation,
                budgets);
        return issuer.sign(Domain.GRANT, grant.toBlob());
    }

    /** A fresh request over this grant. */
    Papers papers(Blob grant) throws IOException {
        long now = Instant.now().getEpochSecond();
        Blob spec = spec().toBlob();
        Request request = new Request(
                grant.sha256(),
                fresh(),
                now + issuedAt,
                now + requestExpires,
                requested,
                spec.sha256(),
                Blob.EMPTY,
                List.of(),
                inherits,
                Blob.EMPTY.sha256());
        return new Papers(grant, requester.sign(Domain.REQUEST, request.toBlob()), spec);
    }

    private List<Cap> caps() {
        List<Constraint> talk = List.of(eq("model", "cheap"), any("messages"));
        List<Constraint> look = List.of(
                new Constraint("path", Constraint.Kind.UNDER, List.of(Cbor.of("/repo")), false),
                new Constraint("most", Constraint.Kind.MAX, List.of(Cbor.of(50)), true));
        List<Constraint> pay = List.of(
                new Constraint("iban", Constraint.Kind.FROM, List.of(Cbor.of("model.chat#said"), Cbor.of(1)), false));
        List<Cost> costs = budgets.isEmpty() ? List.of() : List.of(new Cost(0, Cost.Kind.CALL, CENTS, ""));
        List<Cap> caps = new ArrayList<>(List.of(
                model("model.chat", talk, costs),
                cap("files.read", Cap.TOOL, "mcp", -1, look),
                cap("agent.helper", Cap.CHILD, helperDriver, helperUses, List.of(any("x"))),
                cap("bank.pay", Cap.TOOL, "mcp", -1, pay)));
        if (approval.isPresent()) {
            caps.add(model(OTHER_MODEL, talk, costs));
        }
        return caps;
    }

    private Cap model(String name, List<Constraint> talk, List<Cost> costs) {
        return new Cap(name, Cap.TOOL, modelDriver, modelFlags, modelUses, talk, others, pinned, rate, costs, approval);
    }

    private static Cap cap(String name, int kind, String driver, long uses, List<Constraint> where) {
        return new Cap(name, kind, driver, BOTH, uses, where, false, Blob.EMPTY);
    }

    private static Constraint eq(String path, String value) {
        return new Constraint(path, Constraint.Kind.EQ, List.of(Cbor.of(value)), false);
    }

    private static Constraint any(String path) {
        return new Constraint(path, Constraint.Kind.ANY, List.of(), true);
    }

    private AgentSpec spec() {
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        TreeMap<String, AgentSpec> children = new TreeMap<>();
        for (int generation = 0; generation < 4; generation++) {
            children = new TreeMap<>(Map.of(
                    "helper",
                    new AgentSpec(
                            "helper",
                            List.of("/bin/true"),
                            new TreeMap<>(),
                            "/",
                            List.of(),
                            limit,
                            new TreeMap<>(),
                            children,
                            share,
                            "")));
        }
        TreeMap<String, String> tools = new TreeMap<>();
        if (!definition.isEmpty()) {
            tools.put("model.chat", definition);
        }
        return new AgentSpec(requested, List.of("/bin/true"), new TreeMap<>(), "/", List.of(), limit, tools, children);
    }

    /** What a context asks to withhold from a child: a limit, and constraints, on one of its capabilities. */
    static Blob less(int cap, long uses, Constraint... constraints) {
        Narrowing narrowing = new Narrowing(cap, List.of(constraints), uses, false);
        return new Less(Bitmap.of(List.of()), List.of(narrowing)).toBlob();
    }

    /** The receipt of somebody who has done what the permit says. */
    static Receipt receipt(Permit permit, Blob resultDigest) {
        return new Receipt(permit.id(), permit.paramsDigest(), resultDigest, 0, System.currentTimeMillis(), 1);
    }

    /** A constraint that allows everything. */
    static Constraint anything(String path) {
        return any(path);
    }

    static Blob fresh() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        return Blob.of(id);
    }

    static Blob utf8(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
