package ambit.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.audit.LogVerifier;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Grant;
import ambit.authority.Memory;
import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.Revocation;
import ambit.authority.keyfile.SecretDirectory;
import ambit.authority.partition.Vault;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.Records;
import ambit.log.Segments;
import ambit.log.Storage;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A core on a real log with real keys, a tenant, a principal, and drivers that do what a test says. */
final class World implements AutoCloseable {
    static final String TENANT = "acme";
    static final List<String> DRIVERS = List.of("files", "memory");
    private static final SecureRandom RANDOM = new SecureRandom();

    final SigningKey coreKey = SigningKey.generate();
    final SigningKey root = SigningKey.generate();
    final SigningKey alice = SigningKey.generate();
    final SigningKey receiptKey = SigningKey.generate();
    final FakeDrivers drivers = new FakeDrivers();
    final byte[] master = new byte[32];
    final Path directory;

    /** Milliseconds since 1970. */
    long now = 1_800_000_000_000L;

    private Journal journal;
    private @Nullable Storage storage;
    Core core;

    World(Path directory) {
        this.directory = directory;
        this.journal = open(directory);
        this.core = core(journal);
        register();
    }

    private void register() {
        assertThat(admin(new AdminToCore.Register(TENANT, root.publicKey())))
                .isInstanceOf(CoreToAdmin.Registered.class);
    }

    private Journal open(Path at) {
        try {
            return open(FileStorage.open(at));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Journal open(Storage storage) throws IOException {
        return Journal.open(storage, new LogKey("ambit/test", coreKey));
    }

    Core core(Journal on) {
        return new Core(
                "ambit/test",
                new State(on, () -> java.time.Instant.ofEpochMilli(now), () -> 0, RANDOM),
                drivers,
                coreKey,
                new SecretDirectory(directory),
                new Partitions(vault()));
    }

    private Vault vault() {
        try {
            return new Vault(master, new SecretDirectory(directory).below("memory"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops without ending anything and starts on the same log: what kill -9 leaves. */
    void restart() {
        journal.close();
        journal = open(directory);
        core = core(journal);
    }

    /** Writes a snapshot, from which the next start begins. */
    void snapshot() {
        journal.awaitDurable(journal.size() - 1);
        journal.snapshot(new History());
        assertThat(journal.sinceSnapshot()).isZero();
    }

    /** Goes on with a core on another storage; the tenant is registered there too. */
    void moveTo(Storage storage) throws IOException {
        journal.close();
        this.storage = storage;
        journal = open(storage);
        core = core(journal);
        register();
    }

    @Override
    public void close() {
        journal.close();
    }

    /** How many entries the log has, be they durable or not. */
    long entries() {
        return journal.size();
    }

    List<Entry> log() {
        journal.awaitDurable(journal.size() - 1);
        if (storage != null) {
            List<Entry> entries = new ArrayList<>();
            journal.forEach((_, bytes) -> entries.add(Entry.decode(bytes)));
            return entries;
        }
        return read();
    }

    /** From the files, so that entries before a snapshot are there too. */
    private List<Entry> read() {
        List<Entry> entries = new ArrayList<>();
        try (Segments segments = Segments.open(directory)) {
            new Records(segments, List.of()).walk(segments.length(), (_, bytes) -> entries.add(Entry.decode(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    LogVerifier.Result verify() {
        return LogVerifier.verify(directory, coreKey.publicKey());
    }

    // ---- artifacts

    static Blob id() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Blob.of(bytes);
    }

    static Blob json(String text) {
        return Blob.of(text.getBytes(UTF_8));
    }

    static Cap tool(String name, long uses, boolean read) {
        List<Constraint> constraints =
                List.of(new Constraint("path", Constraint.Kind.UNDER, List.of(Cbor.of("/repo")), false));
        return new Cap(name, Bound.TOOL, "files", read ? 7 : 3, uses, constraints, false, Blob.EMPTY);
    }

    static Cap child(String name, long uses) {
        return new Cap(name, Bound.CHILD, "", 3, uses, List.of(), true, Blob.EMPTY);
    }

    /** What requests say of the child {@code helper}. */
    Blob share = Blob.EMPTY;

    Grant grant(Cap... caps) {
        long now = this.now / 1000;
        return new Grant(
                TENANT,
                id(),
                alice.publicKey(),
                now - 10,
                now + 3600,
                2,
                "agent",
                List.of(caps),
                List.of(new Memory("own", 3, 1 << 20), new Memory("user/notes", 1, 1 << 20)));
    }

    Blob signed(Grant grant) {
        return Signed.sign(Domain.GRANT, root, grant.toBlob());
    }

    /** How many generations of {@code helper} requests speak of. */
    int generations = 1;

    AgentSpec spec() {
        return spec(generations, share);
    }

    private static AgentSpec spec(int generations, Blob share) {
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        TreeMap<String, AgentSpec> children = new TreeMap<>();
        for (int i = 0; i < generations; i++) {
            AgentSpec child = new AgentSpec(
                    "helper",
                    List.of("/bin/true"),
                    new TreeMap<>(),
                    "/",
                    List.of(),
                    limit,
                    new TreeMap<>(),
                    children,
                    share,
                    "");
            children = new TreeMap<>(Map.of("helper", child));
        }
        return new AgentSpec(
                "agent", List.of("/bin/true"), new TreeMap<>(), "/", List.of(), limit, new TreeMap<>(), children);
    }

    Request request(Blob grant, Request.Inherit... inherits) {
        long now = this.now / 1000;
        return new Request(
                grant.sha256(),
                id(),
                now,
                now + 600,
                "agent",
                spec().toBlob().sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(inherits),
                Blob.EMPTY.sha256());
    }

    Blob signed(Request request) {
        return Signed.sign(Domain.REQUEST, alice, request.toBlob());
    }

    // ---- calls

    CoreToBroker admit(Blob grant, Blob request) {
        return core.answer(new BrokerToCore.Admit(grant, request, spec().toBlob()));
    }

    CoreToBroker admit(Blob grant) {
        return admit(grant, signed(request(grant)));
    }

    Admitted begin(Blob grant) {
        CoreToBroker reply = admit(grant);
        assertThat(reply).isInstanceOf(Admitted.class);
        return (Admitted) reply;
    }

    Admitted begin(Cap... caps) {
        return begin(signed(grant(caps)));
    }

    CoreToBroker call(Admitted context, Blob handle, String params) {
        return core.answer(new BrokerToCore.Decide(context.context(), Syscall.TOOL_CALL, handle, json(params)));
    }

    /** Calls the context's first capability as it allows. */
    CoreToBroker call(Admitted context) {
        return call(context, handle(context, 0), "{\"path\":\"/repo/a\"}");
    }

    CoreToBroker read(Admitted context, String key) {
        Blob params = json("{\"key\":\"" + key + "\"}");
        return core.answer(new BrokerToCore.Decide(context.context(), Syscall.MEMORY_READ, Blob.EMPTY, params));
    }

    CoreToBroker write(Admitted context, String key) {
        Blob params = json("{\"key\":\"" + key + "\",\"value\":1}");
        return core.answer(new BrokerToCore.Decide(context.context(), Syscall.MEMORY_WRITE, Blob.EMPTY, params));
    }

    static Blob handle(Admitted context, int index) {
        return context.capabilities().get(index).handle();
    }

    CoreToBroker end(Admitted context, End how) {
        return end(context, how, Blob.EMPTY);
    }

    CoreToBroker end(Admitted context, End how, Blob result) {
        return core.answer(new BrokerToCore.EndContext(context.context(), how, 0, result));
    }

    CoreToBroker spawn(Admitted parent, int index, Blob narrowing) {
        return spawn(parent, handle(parent, index), narrowing);
    }

    private CoreToBroker spawn(Admitted parent, Blob handle, Blob narrowing) {
        Blob params = json("{\"handle\":\"" + handle.toHex() + "\",\"input\":\"go\"}");
        return core.answer(new BrokerToCore.Spawn(parent.context(), handle, narrowing, params));
    }

    CoreToAdmin admin(AdminToCore message) {
        return core.administer(message, DRIVERS);
    }

    CoreToAdmin revoke(Blob target, SigningKey by) {
        Revocation revocation = new Revocation(TENANT, target, "test", now / 1000);
        return admin(new AdminToCore.Revoke(Signed.sign(Domain.REVOCATION, by, revocation.toBlob())));
    }

    static Permit permit(CoreToBroker reply) {
        assertThat(reply).isInstanceOf(Permitted.class);
        try {
            return Permit.parse(Cose.parse(((Permitted) reply).permit()).payload());
        } catch (MalformedException e) {
            throw new UncheckedIOException(e);
        }
    }

    Receipt receipt(Permit permit) {
        return new Receipt(permit.id(), permit.paramsDigest(), Blob.EMPTY.sha256(), 0, now, 0);
    }

    CoreToDriver outcome(Receipt receipt) {
        Blob cose = Signed.sign(Domain.RECEIPT, receiptKey, receipt.toBlob());
        return core.outcome(receiptKey.publicKey(), DRIVERS, new DriverToCore.Outcome(cose));
    }
}
