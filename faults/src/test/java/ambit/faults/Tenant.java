package ambit.faults;

import ambit.authority.Cap;
import ambit.authority.Grant;
import ambit.authority.Memory;
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
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A tenant, a principal of it, and drivers: all that a core hears of from outside. */
final class Tenant {
    static final List<String> DRIVERS = List.of("files", "memory");
    static final int EFFECT = 0;
    static final int READ = 1;

    private static final int READ_WRITE = 3;
    private static final int SEARCH = 4;
    private static final long QUOTA = 1L << 30;
    private static final String NAME = "acme";
    private static final SecureRandom RANDOM = new SecureRandom();

    final SigningKey root = SigningKey.generate();
    final SigningKey alice = SigningKey.generate();
    final SigningKey receiptKey = SigningKey.generate();
    private final Blob spec = spec();

    /** A grant of a tool with effects and of one without, each with its number of uses. */
    record Charter(Blob id, Blob signed, long limit) {}

    private static Blob spec() {
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        return new AgentSpec(
                        "agent",
                        List.of("/bin/true"),
                        new TreeMap<>(),
                        "/",
                        List.of(),
                        limit,
                        new TreeMap<>(),
                        new TreeMap<>())
                .toBlob();
    }

    AdminToCore register() {
        return new AdminToCore.Register(NAME, root.publicKey());
    }

    /** @param seconds for which it is good from {@code now} on, which is in seconds since 1970 */
    Charter grant(long limit, long now, long seconds) {
        return grant(now, seconds, cap("files.write", limit, 3), cap("files.read", limit, 7));
    }

    /** A grant of a tool with effects that may be used so often in so many seconds, and no more than {@code limit} times at all. */
    Charter paced(long limit, Rate rate, long now, long seconds) {
        Cap paced = new Cap(
                "files.write",
                Bound.TOOL,
                "files",
                3,
                limit,
                List.of(),
                true,
                Blob.EMPTY,
                rate,
                List.of(),
                Optional.empty());
        return grant(now, seconds, paced);
    }

    /**
     * A grant of memory and its tools.
     *
     * @param terms of what all write, as JSON; empty for none
     */
    Charter remembering(String terms) {
        List<Cap> tools = List.of(
                remembering("retriever", "add"),
                remembering("retriever", "search"),
                remembering("retriever", "sources"),
                remembering("memory", "list"),
                remembering("memory", "history"));
        Blob demanded = Blob.of(terms.getBytes(StandardCharsets.UTF_8));
        List<Memory> memory = List.of(
                new Memory("user/notes", READ_WRITE, QUOTA),
                new Memory("tenant/shared", READ_WRITE, QUOTA, demanded),
                new Memory("tenant/docs", READ_WRITE | SEARCH, QUOTA));
        return grant(Load.now(), 86_400, tools, memory);
    }

    private static Cap remembering(String driver, String operation) {
        return new Cap(driver + "." + operation, Bound.TOOL, driver, 3, -1, List.of(), true, Blob.EMPTY);
    }

    private Charter grant(long now, long seconds, Cap... caps) {
        return grant(now, seconds, List.of(caps), List.of());
    }

    private Charter grant(long now, long seconds, List<Cap> caps, List<Memory> memory) {
        Grant grant = new Grant(NAME, id(), alice.publicKey(), now - 10, now + seconds, 2, "agent", caps, memory);
        return new Charter(
                grant.id(),
                Signed.sign(Domain.GRANT, root, grant.toBlob()),
                caps.get(EFFECT).uses());
    }

    private static Cap cap(String name, long uses, int flags) {
        return new Cap(name, Bound.TOOL, "files", flags, uses, List.of(), true, Blob.EMPTY);
    }

    /** A request over the grant, of a transaction that ends in so many seconds. */
    BrokerToCore.Admit admission(Charter charter, long now, long seconds) {
        Request request = new Request(
                charter.signed().sha256(),
                id(),
                now,
                now + seconds,
                "agent",
                spec.sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(),
                Blob.EMPTY.sha256());
        return new BrokerToCore.Admit(charter.signed(), Signed.sign(Domain.REQUEST, alice, request.toBlob()), spec);
    }

    AdminToCore revoke(Charter charter) {
        Revocation revocation = new Revocation(NAME, charter.id(), "test", System.currentTimeMillis() / 1000);
        return new AdminToCore.Revoke(Signed.sign(Domain.REVOCATION, root, revocation.toBlob()));
    }

    /** What the driver says when it has done what the permit says. */
    DriverToCore receipt(Permitted permitted) throws IOException {
        Permit permit = Permit.parse(Cose.parse(permitted.permit()).payload());
        Receipt receipt =
                new Receipt(permit.id(), permit.paramsDigest(), Blob.EMPTY.sha256(), 0, System.currentTimeMillis(), 0);
        return new DriverToCore.Outcome(Signed.sign(Domain.RECEIPT, receiptKey, receipt.toBlob()));
    }

    static Blob id() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Blob.of(bytes);
    }
}
