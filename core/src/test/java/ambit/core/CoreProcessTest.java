package ambit.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.LogVerifier;
import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.authority.keyfile.CoreKeys;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.Signed;
import ambit.log.Checkpoint;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.note.VerifierKey;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreConfig;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.Syscall;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process: its own JVM, real Unix sockets, SIGKILL. */
class CoreProcessTest {
    @TempDir
    Path directory;

    private final FakeDrivers memory = new FakeDrivers();
    private final List<AutoCloseable> open = new ArrayList<>();
    private World artifacts;
    private CoreConfig config;
    private Optional<Process> process = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        artifacts = new World(directory.resolve("artifacts"));
        artifacts.now = System.currentTimeMillis();
        List<String> me = List.of(System.getProperty("user.name"));
        Path state = Files.createDirectory(directory.resolve("state"));
        config = config(state, me);
        launch();
        assertThat(admin(new AdminToCore.Register(World.TENANT, artifacts.root.publicKey())))
                .isInstanceOf(CoreToAdmin.Registered.class);
    }

    private CoreConfig config(Path state, List<String> users) {
        return new CoreConfig(
                state,
                directory.resolve("broker.sock"),
                directory.resolve("drivers.sock"),
                directory.resolve("admin.sock"),
                users,
                users,
                users,
                "ambit/process",
                Blob.EMPTY);
    }

    private void launch() throws IOException {
        Process started = begin(ProcessBuilder.Redirect.INHERIT);
        process = Optional.of(started);
        BufferedReader output = started.inputReader(UTF_8);
        assertThat(output.readLine()).isEqualTo("ready");
    }

    /** What a core says that does not start. */
    private String refusal() throws IOException, InterruptedException {
        Process started = begin(ProcessBuilder.Redirect.PIPE);
        open.add(() -> started.destroyForcibly().waitFor());
        String said = new String(started.getErrorStream().readAllBytes(), UTF_8);
        assertThat(started.waitFor()).isEqualTo(1);
        assertThat(said).startsWith("ambit: error: ").hasLineCount(1).doesNotContain("Exception");
        return said.strip().substring("ambit: error: ".length());
    }

    private Process begin(ProcessBuilder.Redirect errors) throws IOException {
        Path file = Files.write(directory.resolve("core.cbor"), config.toBlob().toArray());
        String path =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        path,
                        "ambit.core.Main",
                        file.toString())
                .redirectError(errors)
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        kill();
        artifacts.close();
    }

    private void kill() throws InterruptedException {
        process.orElseThrow().destroyForcibly().waitFor();
    }

    private FrameChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        FrameChannel frames = new FrameChannel(channel);
        open.add(frames);
        return frames;
    }

    private CoreToAdmin admin(AdminToCore message) throws IOException {
        try (FrameChannel channel = connect(config.adminSocket())) {
            channel.send(message.toCbor());
            return CoreToAdmin.fromCbor(channel.receive());
        }
    }

    private FrameChannel hello(int role) throws IOException {
        FrameChannel channel = connect(config.driversSocket());
        channel.send(new DriverToCore.Hello(role, artifacts.receiptKey.publicKey(), World.DRIVERS).toCbor());
        assertThat(CoreToDriver.fromCbor(channel.receive())).isInstanceOf(CoreToDriver.Welcome.class);
        return channel;
    }

    /** Connects both roles of a driver; returns the receipts connection. */
    private FrameChannel drivers() throws IOException {
        FrameChannel control = hello(DriverToCore.Hello.CONTROL);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    control.send(
                            memory.ask(CoreToDriver.fromCbor(control.receive())).toCbor());
                }
            } catch (IOException e) {
                // The core is gone.
            }
        });
        return hello(DriverToCore.Hello.RECEIPTS);
    }

    private static CoreToBroker ask(FrameChannel broker, BrokerToCore message) throws IOException {
        broker.send(message.toCbor());
        return CoreToBroker.fromCbor(broker.receive());
    }

    private Admitted begin(FrameChannel broker, Blob grant) throws IOException {
        Blob request = artifacts.signed(artifacts.request(grant));
        CoreToBroker reply = ask(
                broker, new BrokerToCore.Admit(grant, request, artifacts.spec().toBlob()));
        assertThat(reply).isInstanceOf(Admitted.class);
        return (Admitted) reply;
    }

    private static BrokerToCore decide(Admitted context) {
        Blob params = World.json("{\"path\":\"/repo/a\"}");
        return new BrokerToCore.Decide(context.context(), Syscall.TOOL_CALL, World.handle(context, 0), params);
    }

    @Test
    void aTransactionRunsFromAdmissionToItsCommit() throws Exception {
        FrameChannel receipts = drivers();
        FrameChannel broker = connect(config.brokerSocket());
        Admitted context = begin(broker, artifacts.signed(artifacts.grant(World.tool("files.write", 2, false))));
        Permit permit = World.permit(ask(broker, decide(context)));
        Receipt receipt = artifacts.receipt(permit);
        Blob cose = Signed.sign(Domain.RECEIPT, artifacts.receiptKey, receipt.toBlob());
        receipts.send(new DriverToCore.Outcome(cose).toCbor());
        CoreToDriver recorded = CoreToDriver.fromCbor(receipts.receive());
        assertThat(recorded).isInstanceOf(CoreToDriver.Recorded.class);
        Blob corePublic = PublicKeyFile.read(config.state().resolve("core.pub"));
        Signed.verify(Domain.PROOF, corePublic, ((CoreToDriver.Recorded) recorded).proof());
        CoreToBroker ended = ask(broker, new BrokerToCore.EndContext(context.context(), End.SUCCESS, 0, Blob.EMPTY));
        assertThat(ended).isInstanceOf(CoreToBroker.Ended.class);
        assertThat(memory.committed).containsExactly(context.transaction());
        assertThat(admin(new AdminToCore.Checkpoint())).isInstanceOf(CoreToAdmin.Checkpointed.class);
        assertThat(LogVerifier.verify(config.state().resolve("log"), corePublic))
                .isInstanceOf(LogVerifier.Intact.class);
    }

    @Test
    void killedInTheMiddleItNeverForgetsAUse() throws Exception {
        int limit = 100_000;
        Blob grant = artifacts.signed(artifacts.grant(World.tool("files.write", limit, false)));
        drivers();
        FrameChannel broker = connect(config.brokerSocket());
        Admitted context = begin(broker, grant);
        CountDownLatch some = new CountDownLatch(50);
        int[] permits = new int[1];
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                while (ask(broker, decide(context)) instanceof Permitted) {
                    permits[0]++;
                    some.countDown();
                }
            } catch (IOException e) {
                // Killed.
            }
        });
        some.await();
        kill();
        caller.join();
        launch();
        drivers();
        FrameChannel again = connect(config.brokerSocket());
        Admitted next = begin(again, grant);
        long used = limit - next.capabilities().getFirst().usesLeft();
        assertThat(used).isBetween((long) permits[0], permits[0] + 1L);
        assertThat(ask(again, decide(context))).isInstanceOf(CoreToBroker.Denied.class);
        assertThat(ask(again, decide(next))).isInstanceOf(Permitted.class);
        Blob corePublic = PublicKeyFile.read(config.state().resolve("core.pub"));
        assertThat(LogVerifier.verify(config.state().resolve("log"), corePublic))
                .isInstanceOf(LogVerifier.Intact.class);
    }

    private Blob corePublic() throws IOException {
        return PublicKeyFile.read(config.state().resolve("core.pub"));
    }

    @Test
    void aNewKeyTakesOverAtTheNextStartAlsoAfterAKillAndTheFirstOneStillVerifiesTheLog() throws Exception {
        Path log = config.state().resolve("log");
        Blob first = corePublic();
        Blob unused = ((CoreToAdmin.Rotated) admin(new AdminToCore.RotateCore())).next();
        Blob second = ((CoreToAdmin.Rotated) admin(new AdminToCore.RotateCore())).next();
        assertThat(second).isNotEqualTo(unused);
        assertThat(((CoreToAdmin.CoreStatus) admin(new AdminToCore.Status())).corePublicKey())
                .isEqualTo(first);
        assertThat(corePublic()).isEqualTo(first);
        CoreToAdmin.Checkpointed before = (CoreToAdmin.Checkpointed) admin(new AdminToCore.Checkpoint());
        Checkpoint.open(
                before.note().getBytes(UTF_8), "ambit/process", List.of(VerifierKey.ed25519("ambit/process", first)));
        kill();
        launch();
        assertThat(corePublic()).isEqualTo(second);
        CoreToAdmin.Checkpointed after = (CoreToAdmin.Checkpointed) admin(new AdminToCore.Checkpoint());
        Checkpoint.open(
                after.note().getBytes(UTF_8), "ambit/process", List.of(VerifierKey.ed25519("ambit/process", second)));
        Blob third = ((CoreToAdmin.Rotated) admin(new AdminToCore.RotateCore())).next();
        kill();
        launch();
        assertThat(corePublic()).isEqualTo(third);
        admin(new AdminToCore.Checkpoint());
        for (Blob key : List.of(first, second, third)) {
            assertThat(LogVerifier.verify(log, key)).isInstanceOf(LogVerifier.Intact.class);
        }
        assertThat(LogVerifier.verify(log, unused)).isInstanceOf(LogVerifier.Broken.class);
        assertThat(config.state().resolve("core.next")).doesNotExist();
        assertThat(config.state().resolve("core.prepared")).doesNotExist();
    }

    @Test
    void aKeyThatTheLogDidNotGetToEndorseNeverSigns() throws Exception {
        Blob first = corePublic();
        kill();
        // What is left where the core is killed between making the key and recording it.
        Files.write(config.state().resolve("core.prepared"), new byte[32]);
        launch();
        assertThat(corePublic()).isEqualTo(first);
        assertThat(admin(new AdminToCore.RotateCore())).isInstanceOf(CoreToAdmin.Rotated.class);
    }

    @Test
    void aKilledChangeOfKeysIsFinishedAtTheNextStart() throws Exception {
        Blob first = corePublic();
        Blob second = ((CoreToAdmin.Rotated) admin(new AdminToCore.RotateCore())).next();
        kill();
        // Killed after the former key was noted and before the new one took its place.
        Files.write(config.state().resolve("core.former"), first.toArray());
        launch();
        assertThat(corePublic()).isEqualTo(second);
        admin(new AdminToCore.Checkpoint());
        assertThat(LogVerifier.verify(config.state().resolve("log"), first)).isInstanceOf(LogVerifier.Intact.class);
    }

    @Test
    void aSecretThatOthersMayReadIsRefused() throws Exception {
        kill();
        for (String name : List.of("core.key", "master.key")) {
            Path secret = config.state().resolve(name);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
            assertThatThrownBy(() -> new CoreProcess(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("chmod 600");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void aCoreThatCannotStartSaysWhyInOneSentence() throws Exception {
        Path log = config.state().resolve("log");
        assertThat(refusal()).contains("in use by another process");
        String note = ((CoreToAdmin.Checkpointed) admin(new AdminToCore.Checkpoint())).note();
        kill();
        Path entries = log.resolve("entries");
        byte[] good = Files.readAllBytes(entries);
        byte[] flipped = good.clone();
        flipped[good.length / 2] ^= 4;
        Files.write(entries, flipped);
        assertThat(refusal()).startsWith("entries ").contains("at offset");
        Files.write(entries, Arrays.copyOf(good, good.length / 2));
        assertThat(refusal()).contains("the checkpoint was signed over");
        Files.delete(entries);
        assertThat(refusal()).contains("the checkpoint was signed over");
        Files.delete(entries);
        Files.createDirectory(entries);
        assertThat(refusal()).contains("Is a directory");
        Files.delete(entries);
        Files.write(entries, good);
        Files.delete(log.resolve("checkpoint"));
        assertThat(refusal()).contains("checkpoint is missing");
        Files.writeString(log.resolve("checkpoint"), note);
        Files.createDirectory(log.resolve("checkpoint.new"));
        assertThat(refusal()).startsWith("the log cannot be recovered: ");
        Files.delete(log.resolve("checkpoint.new"));
        Files.write(config.state().resolve("core.former"), new byte[32]);
        assertThat(refusal()).isNotEmpty();
        Files.delete(config.state().resolve("core.former"));
        launch();
    }

    @Test
    void aLogWhoseEntriesAreNotACoresIsRefusedInOneSentence() throws Exception {
        kill();
        Path log = config.state().resolve("log");
        Files.delete(log.resolve("entries"));
        Files.delete(log.resolve("checkpoint"));
        LogKey logKey = new LogKey(
                config.origin(), CoreKeys.signing(new ambit.authority.keyfile.SecretDirectory(config.state())));
        try (Journal journal = Journal.open(FileStorage.open(log), logKey)) {
            journal.append("not an entry".getBytes(UTF_8));
        }
        assertThat(refusal()).startsWith("an entry is not well formed: ");
    }

    @Test
    void aBrokerThatDisconnectsTakesItsTransactionsWithIt() throws Exception {
        drivers();
        FrameChannel broker = connect(config.brokerSocket());
        Admitted context = begin(broker, artifacts.signed(artifacts.grant(World.tool("files.write", 2, false))));
        CoreToAdmin.CoreStatus status = (CoreToAdmin.CoreStatus) admin(new AdminToCore.Status());
        assertThat(status.transactions()).containsExactly(context.transaction());
        assertThat(status.drivers()).isEqualTo(World.DRIVERS);
        broker.close();
        // The core ends them on the thread that saw the connection go; what it drops comes to the memory driver.
        while (memory.told(CoreToDriver.DropContext.class).isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aProtocolViolationClosesThePeerAndNobodyElse() throws Exception {
        FrameChannel good = connect(config.brokerSocket());
        FrameChannel bad = connect(config.brokerSocket());
        bad.send(Cbor.array(99));
        assertThatThrownBy(bad::receive).isInstanceOf(EOFException.class);
        assertThat(ask(good, new BrokerToCore.Poll())).isEqualTo(new CoreToBroker.ToKill(List.of()));
    }

    @Test
    void anotherUserThanTheConfiguredIsClosedUnheard() throws Exception {
        kill();
        config = config(config.state(), List.of("nobody-else"));
        launch();
        FrameChannel channel = connect(config.adminSocket());
        assertThatThrownBy(() -> {
                    channel.send(new AdminToCore.Status().toCbor());
                    channel.receive();
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void decisionsOverTheSocketAreMeasured() throws Exception {
        drivers();
        FrameChannel broker = connect(config.brokerSocket());
        for (boolean read : new boolean[] {true, false}) {
            Admitted context = begin(broker, artifacts.signed(artifacts.grant(World.tool("files.any", -1, read))));
            long[] nanos = new long[3_000];
            for (int i = 0; i < nanos.length; i++) {
                long begun = System.nanoTime();
                CoreToBroker reply = ask(broker, decide(context));
                nanos[i] = System.nanoTime() - begun;
                assertThat(reply).isInstanceOf(Permitted.class);
            }
            long[] warm = Arrays.copyOfRange(nanos, 1_000, nanos.length);
            Arrays.sort(warm);
            System.out.printf(
                    "decide over the socket, %s: p50 %d us, p99 %d us (signatures by %s)%n",
                    read ? "read" : "effect", warm[1_000] / 1_000, warm[1_980] / 1_000, Signed.provider());
        }
    }
}
