package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Cap;
import ambit.authority.Grant;
import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.authority.Request;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.core.Main;
import ambit.log.entry.Entry;
import ambit.wire.AdminToCore;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.Syscall;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The core behind its own sockets, in this process, with honest peers at them; its files are in {@code target/core}. */
final class LiveCore {
    private static final Path HOME = Path.of("target", "core");
    private static final Path BROKER = HOME.resolve("broker.sock");
    static final Path DRIVERS = HOME.resolve("drivers.sock");
    private static final Path ADMIN = HOME.resolve("admin.sock");
    private static final List<String> NAMES = List.of("files", "memory");
    private static final SecureRandom RANDOM = new SecureRandom();

    final SigningKey root = SigningKey.generate();
    final SigningKey alice = SigningKey.generate();
    private final SigningKey receiptKey = SigningKey.generate();
    private final FrameChannel broker;
    private final FrameChannel admin;
    private final FrameChannel receipts;
    private long read;

    LiveCore() throws IOException {
        clear();
        Path state = Files.createDirectories(HOME.resolve("state"));
        List<String> me = List.of(System.getProperty("user.name"));
        CoreConfig config = new CoreConfig(state, BROKER, DRIVERS, ADMIN, me, me, me, "ambit/fuzz", Blob.EMPTY);
        Path file = Files.write(HOME.resolve("core.cbor"), config.toBlob().toArray());
        Main.main(new String[] {file.toString()});
        broker = connect(BROKER);
        admin = connect(ADMIN);
        receipts = connect(DRIVERS);
        receipts.send(new DriverToCore.Hello(DriverToCore.Hello.RECEIPTS, receiptKey.publicKey(), NAMES).toCbor());
        receipts.receive();
        control();
        admin.send(new AdminToCore.Register("acme", root.publicKey()).toCbor());
        assertThat(CoreToAdmin.fromCbor(admin.receive())).isInstanceOf(CoreToAdmin.Registered.class);
    }

    private static void clear() throws IOException {
        if (Files.exists(HOME)) {
            try (Stream<Path> files = Files.walk(HOME)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    static FrameChannel connect(Path socket) throws IOException {
        return new FrameChannel(open(socket));
    }

    static SocketChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    static Path socket(boolean drivers) {
        return drivers ? DRIVERS : BROKER;
    }

    /** A memory driver that does whatever it is told, at the newest control connection. */
    void control() throws IOException {
        FrameChannel channel = connect(DRIVERS);
        channel.send(new DriverToCore.Hello(DriverToCore.Hello.CONTROL, receiptKey.publicKey(), NAMES).toCbor());
        channel.receive();
        Thread.ofPlatform().daemon().name("memory driver").start(() -> {
            try (channel) {
                while (true) {
                    DriverToCore answer = switch (CoreToDriver.fromCbor(channel.receive())) {
                        case CoreToDriver.Keys(List<CoreToDriver.Offer> offers) ->
                            new DriverToCore.Keys(offers.stream()
                                    .map(CoreToDriver.Offer::wrapped)
                                    .toList());
                        case CoreToDriver.CommitContext _ -> new DriverToCore.Verdicts(List.of());
                        case CoreToDriver.WasCommitted _ -> new DriverToCore.Committed(false);
                        default -> new DriverToCore.Ok();
                    };
                    channel.send(answer.toCbor());
                }
            } catch (IOException e) {
                // Another one is the newest.
            }
        });
    }

    CoreToBroker ask(BrokerToCore message) throws IOException {
        broker.send(message.toCbor());
        return CoreToBroker.fromCbor(broker.receive());
    }

    static AgentSpec spec() {
        AgentSpec.Limit limit = new AgentSpec.Limit(1 << 28, 16, 64, 1 << 20, 10, 60, 1 << 20);
        AgentSpec child = spec("helper", limit, new TreeMap<>());
        return spec("agent", limit, new TreeMap<>(java.util.Map.of("helper", child)));
    }

    private static AgentSpec spec(String name, AgentSpec.Limit limit, java.util.SortedMap<String, AgentSpec> children) {
        return new AgentSpec(
                name, List.of("/bin/true"), new TreeMap<>(), "/", List.of(), limit, new TreeMap<>(), children);
    }

    Blob grant(Cap... caps) {
        long now = System.currentTimeMillis() / 1000;
        Grant grant = new Grant(
                "acme", id(), alice.publicKey(), now - 10, now + 86_400, 2, "agent", List.of(caps), List.of());
        return Signed.sign(Domain.GRANT, root, grant.toBlob());
    }

    Blob request(Blob grant) {
        long now = System.currentTimeMillis() / 1000;
        Request request = new Request(
                grant.sha256(),
                id(),
                now,
                now + 86_400,
                "agent",
                spec().toBlob().sha256(),
                Blob.EMPTY,
                List.of(),
                List.of(),
                Blob.EMPTY.sha256());
        return Signed.sign(Domain.REQUEST, alice, request.toBlob());
    }

    Admitted begin(Blob grant, Blob request) throws IOException {
        CoreToBroker reply = ask(new BrokerToCore.Admit(grant, request, spec().toBlob()));
        assertThat(reply).isInstanceOf(Admitted.class);
        return (Admitted) reply;
    }

    /** One allowed call of a context's first capability. */
    Permitted call(Admitted context) throws IOException {
        Blob params = Blob.of("{}".getBytes(StandardCharsets.UTF_8));
        CoreToBroker reply = ask(new BrokerToCore.Decide(
                context.context(),
                Syscall.TOOL_CALL,
                context.capabilities().getFirst().handle(),
                params));
        assertThat(reply).isInstanceOf(Permitted.class);
        return (Permitted) reply;
    }

    /** The honest driver's receipt for a permit. */
    Blob receipt(Permitted permitted) throws IOException {
        Permit permit = Permit.parse(Cose.parse(permitted.permit()).payload());
        Receipt receipt =
                new Receipt(permit.id(), permit.paramsDigest(), Blob.EMPTY.sha256(), 0, System.currentTimeMillis(), 0);
        return Signed.sign(Domain.RECEIPT, receiptKey, receipt.toBlob());
    }

    CoreToDriver finish(Blob receipt) throws IOException {
        receipts.send(new DriverToCore.Outcome(receipt).toCbor());
        return CoreToDriver.fromCbor(receipts.receive());
    }

    void end(Admitted context) throws IOException {
        ask(new BrokerToCore.EndContext(context.context(), End.KILLED, 0, Blob.EMPTY));
    }

    /** The entries since the last time, all of them durable. */
    List<Entry> news() throws IOException {
        admin.send(new AdminToCore.Checkpoint().toCbor());
        assertThat(CoreToAdmin.fromCbor(admin.receive())).isInstanceOf(CoreToAdmin.Checkpointed.class);
        List<Entry> news = new ArrayList<>();
        try (LogFile file = new LogFile(HOME.resolve("state/log/entries"))) {
            while (read + 4 <= file.size()) {
                int length = file.at(read, 4).getInt();
                news.add(Cbor.parse(
                        Entry.class, Blob.of(file.at(read + 4, length).array())));
                read += 4 + length + 32;
            }
        }
        return news;
    }

    /** The log, at the places that were not read yet. */
    private record LogFile(java.nio.channels.FileChannel channel) implements AutoCloseable {
        LogFile(Path path) throws IOException {
            this(java.nio.channels.FileChannel.open(path));
        }

        long size() throws IOException {
            return channel.size();
        }

        ByteBuffer at(long position, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + buffer.position()) < 0) {
                    throw new java.io.EOFException("the log ends within an entry");
                }
            }
            return buffer.flip();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    static Blob id() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Blob.of(bytes);
    }
}
