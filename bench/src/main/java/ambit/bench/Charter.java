package ambit.bench;

import static ambit.bench.Installation.id;

import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Request;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.core.ColdChain.Link;
import ambit.wire.AdminToCore;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.Cose.Domain;
import ambit.wire.Syscall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A tenant, a principal of it, the grant between them, and what they sign below it. */
final class Charter {

    /** A tool without effects, without limit. */
    static final String READ = "files.read";

    /** A tool with effects, without limit. */
    static final String WRITE = "files.write";

    /** May be used once. */
    static final String ONCE = "files.once";

    /** What every call of a tool is made with. */
    static final String PARAMETERS = "{\"path\":\"/repo/a\"}";

    static final List<String> DRIVERS = List.of("files", "memory");
    private static final String TENANT = "bench";
    private static final String AGENT = "agent";
    private static final long HOUR = 3600;

    private final SigningKey tenant = SigningKey.generate();
    private final SigningKey holder = SigningKey.generate();
    private final Blob spec = spec();
    private final Blob grant;

    Charter() {
        long now = now();
        List<Cap> caps = List.of(
                cap(READ, Cap.USE | Cap.DELEGATE | Cap.READ, -1),
                cap(WRITE, Cap.USE, -1),
                cap(ONCE, Cap.USE | Cap.READ, 1));
        List<Memory> memory = List.of(new Memory("own", 3, 1 << 20));
        Grant granted =
                new Grant(TENANT, id(), holder.publicKey(), now - 1, now + HOUR, Grant.MAX_DEPTH, AGENT, caps, memory);
        grant = Signed.sign(Domain.GRANT, tenant, granted.toBlob());
    }

    private static Cap cap(String name, int flags, long uses) {
        List<Constraint> constraints =
                List.of(new Constraint("path", Constraint.Kind.UNDER, List.of(Cbor.of("/repo")), false));
        return new Cap(name, Cap.TOOL, "files", flags, uses, constraints, false, Blob.EMPTY);
    }

    private static Blob spec() {
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        return new AgentSpec(
                        AGENT,
                        List.of("/bin/true"),
                        new TreeMap<>(),
                        "/",
                        List.of(),
                        limit,
                        new TreeMap<>(),
                        new TreeMap<>())
                .toBlob();
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    AdminToCore.Register registration() {
        return new AdminToCore.Register(TENANT, tenant.publicKey());
    }

    /** What begins a transaction that is over in so many seconds. */
    BrokerToCore.Admit admission(long seconds) {
        return new BrokerToCore.Admit(grant, request(seconds), spec);
    }

    private Blob request(long seconds) {
        long now = now();
        Request request = new Request(
                grant.sha256(),
                id(),
                now,
                now + seconds,
                AGENT,
                spec.sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(),
                Blob.EMPTY.sha256());
        return Signed.sign(Domain.REQUEST, holder, request.toBlob());
    }

    /** The grant, a request of it, and so many delegations below, each signed by the key of the context above. */
    List<Link> chain(int depth) {
        Blob asked = request(HOUR);
        List<Link> links =
                new ArrayList<>(List.of(new Link(tenant.publicKey(), grant), new Link(holder.publicKey(), asked)));
        for (int i = 0; i < depth; i++) {
            SigningKey context = SigningKey.generate();
            Delegation delegation = new Delegation(
                    links.getLast().bytes().sha256(),
                    id(),
                    now() + HOUR - i,
                    Blob.EMPTY,
                    List.of(),
                    List.of(),
                    AGENT,
                    Blob.EMPTY.sha256(),
                    List.of(),
                    List.of());
            links.add(new Link(context.publicKey(), Signed.sign(Domain.DELEGATION, context, delegation.toBlob())));
        }
        return links;
    }

    /** A call of a tool that the grant allows by its arguments. */
    static BrokerToCore.Decide call(CoreToBroker.Admitted context, String tool) {
        Blob handle = context.capabilities().stream()
                .filter(bound -> bound.name().equals(tool))
                .findFirst()
                .orElseThrow()
                .handle();
        return call(context, handle);
    }

    /** A call with a handle that the context does not have. */
    static BrokerToCore.Decide callOfNothing(CoreToBroker.Admitted context) {
        return call(context, id());
    }

    private static BrokerToCore.Decide call(CoreToBroker.Admitted context, Blob handle) {
        return new BrokerToCore.Decide(context.context(), Syscall.TOOL_CALL, handle, text(PARAMETERS));
    }

    static BrokerToCore.Decide memoryRead(CoreToBroker.Admitted context) {
        return new BrokerToCore.Decide(context.context(), Syscall.MEMORY_READ, Blob.EMPTY, text("{\"key\":\"draft\"}"));
    }

    private static Blob text(String json) {
        return Blob.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
