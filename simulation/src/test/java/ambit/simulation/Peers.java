package ambit.simulation;

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
import ambit.authority.Revocation;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AdminToCore;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import ambit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The tenant, its principal and the drivers, with keys from the seed, and what they sign. */
final class Peers {
    static final String TENANT = "acme";
    static final int EFFECT = 0;
    static final int READ = 1;
    static final int CHILD = 2;

    /** The place of the budget behind the capabilities. */
    static final int TOKENS = 3;

    static final int ACCOUNTS = 4;

    /** Tokens that a call reserves. */
    static final int RESERVED = 5;

    static final List<String> DRIVERS = List.of("files", "memory");
    private static final long GRANTED_S = 3_600;
    private static final long REQUESTED_S = 900;
    private static final int DEPTH = 3;

    private final SplittableRandom random;
    final SigningKey core;
    private final SigningKey root;
    private final SigningKey alice;
    private final SigningKey receipts;
    private final Blob spec = spec();

    Peers(SplittableRandom random) {
        this.random = random;
        this.core = key();
        this.root = key();
        this.alice = key();
        this.receipts = key();
    }

    private SigningKey key() {
        byte[] seed = new byte[SigningKey.SEED];
        random.nextBytes(seed);
        try {
            return SigningKey.ofSeed(seed);
        } catch (MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    Blob id() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return Blob.of(bytes);
    }

    private static Blob spec() {
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        TreeMap<String, AgentSpec> children = new TreeMap<>();
        for (int i = 0; i < DEPTH; i++) {
            AgentSpec child = new AgentSpec(
                    "helper", List.of("/bin/true"), new TreeMap<>(), "/", List.of(), limit, new TreeMap<>(), children);
            children = new TreeMap<>(Map.of("helper", child));
        }
        return new AgentSpec(
                        "agent",
                        List.of("/bin/true"),
                        new TreeMap<>(),
                        "/",
                        List.of(),
                        limit,
                        new TreeMap<>(),
                        children)
                .toBlob();
    }

    AdminToCore register() {
        return new AdminToCore.Register(TENANT, root.publicKey());
    }

    /** A tool with effects, one without that has a rate, and a child, each with few uses, and tokens that the tools spend. */
    Grant grant(long nowMs) {
        List<Cost> tokens = List.of(new Cost(0, Cost.Kind.METERED, RESERVED, "tokens"));
        Rate rate = random.nextBoolean() ? Rate.NONE : new Rate(2 + random.nextInt(3), 60);
        return new Grant(
                TENANT,
                id(),
                alice.publicKey(),
                nowMs / 1000 - 10,
                nowMs / 1000 + GRANTED_S,
                DEPTH,
                "agent",
                List.of(
                        tool("files.write", Cap.USE | Cap.DELEGATE, 2 + random.nextInt(12), Rate.NONE, tokens),
                        tool("files.read", Cap.USE | Cap.DELEGATE | Cap.READ, random.nextInt(20) - 1, rate, tokens),
                        new Cap("agent.helper", Bound.CHILD, "", 3, random.nextInt(5), List.of(), true, Blob.EMPTY)),
                List.of(new Memory("own", 3, 1 << 20), new Memory("user/notes", 3, 1 << 20)),
                0,
                List.of(new Budget("tokens", 8 + random.nextInt(40))));
    }

    private static Cap tool(String name, int flags, long uses, Rate rate, List<Cost> costs) {
        List<Constraint> path =
                List.of(new Constraint("path", Constraint.Kind.UNDER, List.of(Cbor.of("/repo")), false));
        return new Cap(name, Bound.TOOL, "files", flags, uses, path, true, Blob.EMPTY, rate, costs, Optional.empty());
    }

    Blob sign(Grant grant) {
        return Signed.sign(Domain.GRANT, root, grant.toBlob());
    }

    Request request(Blob grant, long nowMs) {
        return new Request(
                grant.sha256(),
                id(),
                nowMs / 1000,
                nowMs / 1000 + REQUESTED_S,
                "agent",
                spec.sha256(),
                Blob.EMPTY,
                narrowings(),
                List.of(),
                Blob.EMPTY.sha256());
    }

    BrokerToCore.Admit admission(Blob grant, Request request) {
        return new BrokerToCore.Admit(grant, Signed.sign(Domain.REQUEST, alice, request.toBlob()), spec);
    }

    private List<Narrowing> narrowings() {
        List<Narrowing> narrowings = new ArrayList<>();
        for (int cap = 0; cap < CHILD; cap++) {
            if (random.nextInt(4) == 0) {
                narrowings.add(new Narrowing(cap, List.of(), 1 + random.nextInt(4), false));
            }
        }
        return narrowings;
    }

    Blob less() {
        return new Less(Blob.EMPTY, narrowings()).toBlob();
    }

    AdminToCore revoke(Blob target, long nowMs) {
        Revocation revocation = new Revocation(TENANT, target, "test", nowMs / 1000);
        return new AdminToCore.Revoke(Signed.sign(Domain.REVOCATION, root, revocation.toBlob()));
    }

    Blob receiptKey() {
        return receipts.publicKey();
    }

    DriverToCore.Outcome receipt(Permit permit, long nowMs, long tokens) {
        Receipt receipt = new Receipt(
                permit.id(),
                permit.paramsDigest(),
                Blob.EMPTY.sha256(),
                0,
                nowMs,
                0,
                List.of(new Receipt.Meter("tokens", tokens)),
                List.of(),
                Blob.EMPTY);
        return new DriverToCore.Outcome(Signed.sign(Domain.RECEIPT, receipts, receipt.toBlob()));
    }
}
