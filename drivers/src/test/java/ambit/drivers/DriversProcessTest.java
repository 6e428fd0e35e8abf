package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.Permit;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AdminToDrivers;
import ambit.wire.Blob;
import ambit.wire.BrokerToDriver;
import ambit.wire.Cbor;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToCore;
import ambit.wire.DriversToAdmin;
import ambit.wire.FrameChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole process over its three sockets, with a core of the test's own at the other end. */
@Timeout(60)
class DriversProcessTest {
    private static final String ME = System.getProperty("user.name");

    @TempDir
    Path directory;

    private final SigningKey coreKey = SigningKey.generate();
    private final BlockingQueue<FrameChannel> control = new LinkedBlockingQueue<>();
    private final BlockingQueue<Blob> receipts = new LinkedBlockingQueue<>();
    private final List<DriverToCore.Hello> hellos = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();
    private ServerSocketChannel core;
    private Upstream upstream;
    private DriversProcess process;
    private FrameChannel commands;
    private Blob context;
    private long coresTime;

    @BeforeEach
    void startCore() throws IOException {
        upstream = new Upstream();
        core = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        core.bind(UnixDomainSocketAddress.of(directory.resolve("core.sock")));
        Thread.ofPlatform().daemon().start(this::acceptDrivers);
    }

    @AfterEach
    void stop() throws IOException {
        if (process != null) {
            process.close();
        }
        core.close();
        upstream.close();
    }

    private void acceptDrivers() {
        try {
            while (true) {
                SocketChannel channel = core.accept();
                connections.add(channel);
                Thread.ofPlatform().daemon().start(() -> serve(new FrameChannel(channel)));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void serve(FrameChannel channel) {
        try {
            DriverToCore.Hello hello = (DriverToCore.Hello) DriverToCore.fromCbor(channel.receive());
            hellos.add(hello);
            channel.send(new CoreToDriver.Welcome(coreKey.publicKey(), coresTime).toCbor());
            if (hello.role() == DriverToCore.Hello.CONTROL) {
                control.add(channel);
                return;
            }
            while (DriverToCore.fromCbor(channel.receive()) instanceof DriverToCore.Outcome(Blob receipt)) {
                receipts.add(Signed.verify(Domain.RECEIPT, hello.receiptKey(), receipt));
                channel.send(new CoreToDriver.Recorded(Kernel.json("proof"), 7).toCbor());
            }
        } catch (Exception e) {
            // a driver that leaves
        }
    }

    private DriversConfig config(String brokerUser) {
        Duration time = Duration.ofSeconds(20);
        CallLimits limits = new CallLimits(time, time, time, time, 1 << 20);
        return new DriversConfig(
                directory.resolve("core.sock"),
                directory.resolve("broker.sock"),
                directory.resolve("admin.sock"),
                directory.resolve("memory.db"),
                List.of(ME),
                List.of(brokerUser),
                List.of(ME),
                coreKey.publicKey(),
                List.of(
                        new ToolConfig.Model("llm", upstream.endpoint("stream"), "env:KEY", limits, false, List.of()),
                        new ToolConfig.Model("slow", upstream.endpoint("stall"), "", limits, false, List.of()),
                        new ToolConfig.Model(
                                "keyless", upstream.endpoint("ok"), "env:ABSENT", limits, false, List.of()),
                        new ToolConfig.RemoteMcp("remote", URI.create("http://127.0.0.1:1/mcp"), "", limits)),
                BodiesConfig.NONE,
                MemoryConfig.EMBEDDED);
    }

    private void start(String brokerUser) throws Exception {
        DriversConfig config = DriversConfig.parse(config(brokerUser).toBlob());
        process = DriversProcess.start(
                config, Map.of("KEY", "sk-secret-secret"), new PlainLauncher(), InstantSource.system());
        commands = control.take();
        context = Kernel.random(16);
        assertThat(command(new CoreToDriver.MapContext(
                        context, "tx", "acme", Kernel.PRINCIPAL, Kernel.CHAIN, "notes", Kernel.random(32), List.of())))
                .isEqualTo(new DriverToCore.Ok());
    }

    private DriverToCore command(CoreToDriver command) throws IOException {
        commands.send(command.toCbor());
        return DriverToCore.fromCbor(commands.receive());
    }

    private FrameChannel connect(String socket) throws IOException {
        return new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(socket))));
    }

    private Cbor execute(String capability) {
        Blob params = Kernel.json("{\"stream\":true,\"messages\":[]}");
        long expires = InstantSource.system().millis() + 60_000;
        Permit permit = new Permit(
                Kernel.random(16), "openai", context, 1, capability, params.sha256(), expires, Blob.EMPTY, 1, 1 << 20);
        return new BrokerToDriver.Execute(Signed.sign(Domain.PERMIT, coreKey, permit.toBlob()), params).toCbor();
    }

    @Test
    void aCallStreamsAndItsOutcomeIsRecordedBeforeTheLastFrame() throws Exception {
        start(ME);
        assertThat(process.complaints()).singleElement().asString().contains("'keyless'", "env:ABSENT");
        assertThat(hellos).allSatisfy(hello -> {
            assertThat(hello.drivers()).containsExactly("memory", "openai", "mcp", "http", "retriever");
            assertThat(hello.receiptKey()).isEqualTo(hellos.getFirst().receiptKey());
        });
        try (FrameChannel broker = connect("broker.sock")) {
            for (int i = 0; i < 2; i++) {
                broker.send(execute("llm.chat"));
                DriverToBroker reply = DriverToBroker.fromCbor(broker.receive());
                assertThat(reply).isInstanceOf(DriverToBroker.Chunk.class);
                while (reply instanceof DriverToBroker.Chunk) {
                    reply = DriverToBroker.fromCbor(broker.receive());
                }
                assertThat(reply).isEqualTo(new DriverToBroker.Done(200, Blob.EMPTY, Kernel.json("proof")));
                assertThat(receipts.poll()).isNotNull();
            }
        }
        assertThat(upstream.authorizations).containsOnly("Bearer sk-secret-secret");
    }

    @Test
    void aToolWithoutItsCredentialSaysSoAndTheOthersWork() throws Exception {
        start(ME);
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(execute("keyless.chat"));
            assertThat(DriverToBroker.fromCbor(broker.receive()))
                    .isInstanceOfSatisfying(DriverToBroker.Failed.class, failed -> {
                        assertThat(failed.code()).isEqualTo(Denial.DRIVER_UNAVAILABLE);
                        assertThat(failed.sentence()).contains("env:ABSENT");
                    });
        }
    }

    @Test
    void aPermitIsOldByTheTimeOfACoreThatIsAheadOfThisMachine() throws Exception {
        coresTime = InstantSource.system().millis() + 3_600_000;
        start(ME);
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(execute("llm.chat")); // for a minute, by this machine's time
            assertThat(DriverToBroker.fromCbor(broker.receive()))
                    .isInstanceOfSatisfying(
                            DriverToBroker.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo(Denial.EXPIRED));
        }
    }

    @Test
    void closingTheConnectionCancelsTheCallAndItsOutcomeIsRecordedAllTheSame() throws Exception {
        start(ME);
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(execute("slow.chat"));
            assertThat(DriverToBroker.fromCbor(broker.receive())).isInstanceOf(DriverToBroker.Chunk.class);
        }
        assertThat(receipts.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void droppingTheContextCancelsItsCall() throws Exception {
        start(ME);
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(execute("slow.chat"));
            assertThat(DriverToBroker.fromCbor(broker.receive())).isInstanceOf(DriverToBroker.Chunk.class);
            assertThat(command(new CoreToDriver.DropContext(context))).isEqualTo(new DriverToCore.Ok());
            assertThat(DriverToBroker.fromCbor(broker.receive()))
                    .isInstanceOfSatisfying(
                            DriverToBroker.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo(Denial.CONTEXT_ENDED));
        }
    }

    @Test
    void aSecondRequestBeforeTheAnswerEndsTheConnection() throws Exception {
        start(ME);
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(execute("slow.chat"));
            broker.send(execute("llm.chat"));
            assertThatThrownBy(() -> {
                        while (true) {
                            broker.receive();
                        }
                    })
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void anotherUserIsNotServed() throws Exception {
        start("somebody-else");
        try (FrameChannel broker = connect("broker.sock")) {
            assertThatThrownBy(() -> {
                        broker.send(execute("llm.chat"));
                        broker.receive();
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(upstream.bodies).isEmpty();
    }

    @Test
    void bytesThatAreNoMessageEndTheConnectionOnly() throws Exception {
        start(ME);
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(Cbor.array(9, "nonsense"));
            assertThatThrownBy(broker::receive).isInstanceOf(EOFException.class);
        }
        try (FrameChannel broker = connect("broker.sock")) {
            broker.send(execute("llm.chat"));
            assertThat(DriverToBroker.fromCbor(broker.receive())).isInstanceOf(DriverToBroker.Chunk.class);
        }
    }

    @Test
    void theCoreAsksForKeysAndHasWhatItNamesForgotten() throws Exception {
        start(ME);
        Blob partition = Kernel.random(32);
        Blob other = Kernel.random(40);
        CoreToDriver.Keys keys = new CoreToDriver.Keys(List.of(new CoreToDriver.Offer(partition, other)));
        assertThat(command(keys)).isEqualTo(new DriverToCore.Keys(List.of(other)));
        CoreToDriver.Keys later = new CoreToDriver.Keys(List.of(new CoreToDriver.Offer(partition, Kernel.random(40))));
        assertThat(command(later)).isEqualTo(new DriverToCore.Keys(List.of(other)));
        Blob mine = Kernel.random(16);
        CoreToDriver.MapEntry entry =
                new CoreToDriver.MapEntry("user/notes/", partition, Kernel.random(32), 3, "", 1 << 20, List.of());
        assertThat(command(new CoreToDriver.MapContext(
                        mine,
                        "tx-2",
                        "acme",
                        Kernel.PRINCIPAL,
                        Kernel.CHAIN,
                        "notes",
                        Kernel.random(32),
                        List.of(entry))))
                .isEqualTo(new DriverToCore.Ok());
        CoreToDriver.Forget order = new CoreToDriver.Forget("acme", Kernel.PRINCIPAL, "");
        assertThat(command(order))
                .isInstanceOfSatisfying(
                        DriverToCore.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(Denial.STILL_MAPPED));
        assertThat(command(new CoreToDriver.CommitContext(mine))).isEqualTo(new DriverToCore.Verdicts(List.of()));
        assertThat(command(order)).isEqualTo(new DriverToCore.Forgotten(0, 0, 0));
    }

    @Test
    void losingTheCoreEndsTheProcess() throws Exception {
        start(ME);
        CompletableFuture<Void> end = CompletableFuture.runAsync(() -> {
            try {
                process.awaitEnd();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(end).isNotDone();
        for (SocketChannel connection : connections) {
            connection.close();
        }
        end.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aCoreWithAnotherKeyIsNotObeyed() {
        DriversConfig mine = config(ME);
        DriversConfig other = new DriversConfig(
                mine.coreSocket(),
                mine.brokerSocket(),
                mine.adminSocket(),
                mine.memoryFile(),
                mine.coreUsers(),
                mine.brokerUsers(),
                mine.adminUsers(),
                SigningKey.generate().publicKey(),
                mine.tools(),
                mine.bodies(),
                mine.memory());
        assertThatThrownBy(() -> DriversProcess.start(other, Map.of(), new PlainLauncher(), InstantSource.system()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not welcome");
    }

    @Test
    void theCommandIsToldWhatCannotBeDiscovered() throws Exception {
        start(ME);
        try (FrameChannel admin = connect("admin.sock")) {
            admin.send(new AdminToDrivers.Discover("llm").toCbor());
            assertThat(DriversToAdmin.fromCbor(admin.receive()))
                    .isInstanceOfSatisfying(
                            DriversToAdmin.Failed.class,
                            failed -> assertThat(failed.sentence()).contains("no tool named 'llm'", "[remote]"));
            admin.send(new AdminToDrivers.Discover("memory").toCbor());
            assertThat(DriversToAdmin.fromCbor(admin.receive()))
                    .isInstanceOfSatisfying(
                            DriversToAdmin.Discovered.class,
                            found -> assertThat(found.json()).contains("\"name\":\"undo\"", "\"name\":\"list\""));
            admin.send(new AdminToDrivers.Discover("remote").toCbor());
            assertThat(DriversToAdmin.fromCbor(admin.receive()))
                    .isInstanceOfSatisfying(
                            DriversToAdmin.Failed.class,
                            failed -> assertThat(failed.sentence()).contains("tool 'remote' cannot be reached"));
        }
    }
}
