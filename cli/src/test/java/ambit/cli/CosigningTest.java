package ambit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.log.Checkpoint;
import ambit.log.note.Note;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Json;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Witnesses that ambit.yaml names cosign the log: the process that the supervisor keeps, and the commands that read what it left. */
class CosigningTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private Shell shell = new Shell(Path.of(""));

    @SuppressWarnings("NullAway.Init")
    private TestLog log;

    private final List<Process> started = new ArrayList<>();
    private final List<WitnessServer> servers = new ArrayList<>();

    @BeforeEach
    void aLogOfFiveEntries() throws IOException {
        shell = new Shell(directory);
        log = new TestLog(directory);
        log.addEvents(1, 4);
        log.close();
    }

    @AfterEach
    void end() throws InterruptedException {
        servers.forEach(WitnessServer::close);
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private VerifierKey vkey() throws IOException {
        return VerifierKey.ed25519("ambit/test", PublicKeyFile.read(directory.resolve(".ambit/core/core.pub")));
    }

    private WitnessServer witness(String name) throws IOException {
        WitnessServer server = WitnessServer.start("witness.example/" + name, vkey(), elsewhere.resolve(name));
        servers.add(server);
        return server;
    }

    private void configure(int quorum, WitnessServer... witnesses) throws IOException {
        Files.writeString(
                directory.resolve("ambit.yaml"), "tenant: acme\n" + WitnessServer.yaml(quorum, witnesses), UTF_8);
    }

    /** What the supervisor starts; it ends when its input does. */
    private Process supervised() throws IOException {
        Process process = TestLog.start(directory, elsewhere.resolve("output"), "log", "cosign", "--supervised");
        started.add(process);
        return process;
    }

    private String said() throws IOException {
        Path error = elsewhere.resolve("error");
        return Files.exists(error) ? Files.readString(error) : "";
    }

    private void run(int code, String... arguments) {
        assertThat(shell.run(arguments)).as(shell.out() + shell.err()).isEqualTo(code);
    }

    private Path cosigned() {
        return directory.resolve(".ambit/cosigned.checkpoint");
    }

    /** Over how many entries the checkpoint is that is kept with at least so many cosignatures. */
    private long size(int cosignatures) throws IOException {
        if (!Files.exists(cosigned())) {
            return 0;
        }
        Note note = Note.parse(Files.readAllBytes(cosigned()));
        long count = note.signatures().stream()
                .filter(it -> it.name().startsWith("witness.example/"))
                .count();
        return count >= cosignatures ? Checkpoint.of(note).head().size() : 0;
    }

    /** What is known of a witness. */
    private String state(WitnessServer witness) throws Exception {
        Path file = stateFile(witness);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private Path stateFile(WitnessServer witness) throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve(".ambit/witnesses"))) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith(".witness")).toList()) {
                if (Json.parse(Blob.of(Files.readAllBytes(file))) instanceof Json.Obj(var members)
                        && members.get("name") instanceof Json.Str(String name)
                        && name.equals(witness.name())) {
                    return file;
                }
            }
        }
        return directory.resolve("none");
    }

    @Test
    void wheneverTheLogGrowsAllWitnessesCosignTheSameCheckpoint() throws Exception {
        WitnessServer one = witness("one");
        WitnessServer two = witness("two");
        configure(2, one, two);
        Process process = supervised();
        Await.until("what was there", () -> size(4) == 5);
        log.grow(5, 10);
        Await.until("what came", () -> size(4) == 15);
        run(0, "log", "verify");
        assertThat(shell.out())
                .contains("the first 15 entries cosigned by witness.example/one at 20")
                .contains("the first 15 entries cosigned by witness.example/two at 20")
                .doesNotContain("not cosigned yet");
        run(0, "log", "verify", "--json");
        assertThat(shell.out()).contains("\"cosigned\":[{\"name\":\"witness.example/one\",\"entries\":15,\"atS\":");
        Path proof = elsewhere.resolve("proof");
        run(0, "log", "prove", "7", "-o", proof.toString());
        assertThat(shell.err()).isEmpty();
        Path export = elsewhere.resolve("export");
        run(0, "log", "export", export.toString());
        assertThat(shell.err()).isEmpty();
        for (Path each : List.of(proof, export)) {
            run(0, "log", "verify", each.toString());
            assertThat(shell.out()).contains("witness.example/one at 20", "witness.example/two at 20");
        }
        // It asks no more when nothing is new, and ends with whoever started it.
        int asked = one.asked();
        Thread.sleep(2500);
        assertThat(one.asked()).isEqualTo(asked);
        process.getOutputStream().close();
        assertThat(process.waitFor()).isZero();
        assertThat(said()).isEmpty();
        // What came after is said to be not cosigned, and breaks nothing.
        log.grow(15, 3);
        run(0, "log", "verify");
        assertThat(shell.out()).contains("the first 15 entries cosigned", "3 entries after them not cosigned yet");
        run(0, "log", "prove", "16", "-o", proof.toString());
        assertThat(shell.err()).contains("lacks a quorum: 0 of 2 witnesses have cosigned the checkpoint");
        run(1, "log", "verify", proof.toString());
        assertThat(shell.err()).contains("the quorum is 2, and missing are witness.example/one, witness.example/two");
        run(0, "log", "cosign");
        run(0, "log", "verify");
        assertThat(shell.out()).contains("the first 18 entries cosigned");
    }

    @Test
    void aWitnessThatIsDownHoldsUpNoOtherAndIsAskedAgain() throws Exception {
        WitnessServer one = witness("one");
        WitnessServer two = witness("two");
        two.stop();
        configure(1, one, two);
        supervised();
        Await.until("the first witness", () -> size(2) == 5);
        Await.until("the other one's trouble", () -> state(two).contains("Connection refused"));
        assertThat(said()).contains("ambit: witness.example/two has not cosigned: no answer from " + two.at());
        run(0, "log", "verify");
        assertThat(shell.out()).contains("witness.example/one").doesNotContain("witness.example/two");
        two.startAgain();
        Await.until("both", () -> size(4) == 5);
        Await.until("its end of trouble", () -> said().contains("ambit: witness.example/two cosigns again"));
        assertThat(state(two)).contains("\"problem\":\"\"");
    }

    @Test
    void aCheckpointWithoutTheQuorumTakesNoPlaceOfOneThatHasIt() throws Exception {
        WitnessServer one = witness("one");
        WitnessServer two = witness("two");
        configure(2, one, two);
        run(1, "log", "verify");
        assertThat(shell.err()).contains("0 of 2 witnesses have cosigned the checkpoint; the quorum is 2");
        run(0, "log", "cosign");
        log.grow(5, 5);
        two.stop();
        run(5, "log", "cosign");
        assertThat(shell.out())
                .contains(
                        "witness.example/one has cosigned the first 10 entries; a checkpoint that more witnesses have cosigned stays");
        assertThat(shell.err()).contains("witness.example/two has not cosigned: no answer from");
        assertThat(size(4)).isEqualTo(5);
        run(0, "log", "verify");
        assertThat(shell.out()).contains("5 entries after them not cosigned yet");
        two.startAgain();
        run(0, "log", "cosign");
        assertThat(size(4)).isEqualTo(10);
        // Where it was never reached, what there is is kept, and verifies as little.
        Files.delete(cosigned());
        two.stop();
        run(5, "log", "cosign");
        assertThat(size(2)).isEqualTo(10);
        run(1, "log", "verify");
        assertThat(shell.err()).contains("1 of 2 witnesses have cosigned the checkpoint");
    }

    @Test
    void aStrangerDemandsAQuorumOfTheWitnessesThatHeKnows() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        run(0, "log", "cosign");
        Path proof = elsewhere.resolve("proof");
        run(0, "log", "prove", "2", "-o", proof.toString());
        Path key = Files.copy(directory.resolve(".ambit/core/core.pub"), elsewhere.resolve("core.pub"));
        String other = NoteSigner.cosigner("witness.example/two", SigningKey.generate())
                .verifier()
                .toLine();
        Shell stranger = new Shell(elsewhere);
        List<String> command = new ArrayList<>(List.of("log", "verify", proof.toString(), "--key", key.toString()));
        one.keys().forEach(it -> command.addAll(List.of("--witness-key", it)));
        command.addAll(List.of("--witness-key", other));
        assertThat(stranger.run(command.toArray(String[]::new))).isEqualTo(1);
        assertThat(stranger.err()).contains("1 of 2 witnesses", "missing are witness.example/two");
        command.addAll(List.of("--quorum", "1"));
        assertThat(stranger.run(command.toArray(String[]::new)))
                .as(stranger.err())
                .isZero();
        assertThat(stranger.out()).contains("the first 5 entries cosigned by witness.example/one at 20");
        command.addAll(List.of("--quorum", "2"));
        assertThat(stranger.run(command.toArray(String[]::new))).isNotZero();
        // A key that the witness does not have counts for nothing, whatever its name.
        String forged = NoteSigner.cosigner("witness.example/one", SigningKey.generate())
                .verifier()
                .toLine();
        assertThat(stranger.run("log", "verify", proof.toString(), "--key", key.toString(), "--witness-key", forged))
                .isEqualTo(1);
        assertThat(stranger.run(
                        "log",
                        "verify",
                        proof.toString(),
                        "--key",
                        key.toString(),
                        "--witness-key",
                        one.keys().getFirst(),
                        "--witness-key",
                        forged,
                        "--quorum",
                        "1"))
                .isEqualTo(1);
    }

    @Test
    void anotherHistoryByTheSameCoreIsRefusedLoudlyAndPassesWithoutAWitness() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        supervised();
        Await.until("the honest log", () -> size(2) == 5);
        started.getLast().destroyForcibly().waitFor();

        // Somebody who has the core's keys and the disk, whatever of the project is on it.
        for (String file : List.of("entries", "checkpoint")) {
            Files.delete(log.path().resolve(file));
        }
        Files.delete(cosigned());
        try (Stream<Path> files = Files.list(directory.resolve(".ambit/witnesses"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        log.begin("{\"another\":\"story\"}", 7);
        supervised();
        String alarm = "the witness witness.example/one knows another log than this one";
        Await.until("the alarm", () -> said().contains("ambit: error: " + alarm));
        assertThat(said()).contains("it answers 422", "ambit: hint: an older copy of the log was put back");
        run(1, "log", "verify");
        assertThat(shell.err()).contains("the log is not intact: " + alarm);
        run(5, "status");
        assertThat(shell.err()).contains(alarm);
        started.getLast().destroyForcibly().waitFor();
        // It stays when the witness is silent afterwards, and a witness that remembers less does not take it back.
        one.stop();
        run(5, "log", "cosign");
        run(1, "log", "verify");
        assertThat(shell.err()).contains(alarm);
        // The control: without a witness nothing is wrong with it.
        Files.writeString(directory.resolve("ambit.yaml"), "tenant: acme\n");
        run(0, "log", "verify");
        assertThat(shell.out()).contains("the log is intact: 7 entries");
    }

    @Test
    void aLogThatIsShorterThanWhatAWitnessHasCosignedIsRefusedAtOnce() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        Path copy = elsewhere.resolve("copy");
        Files.createDirectories(copy);
        for (String file : List.of("entries", "checkpoint")) {
            Files.copy(log.path().resolve(file), copy.resolve(file));
        }
        log.grow(5, 10);
        run(0, "log", "cosign");
        for (String file : List.of("entries", "checkpoint")) {
            Files.copy(copy.resolve(file), log.path().resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        // What is kept says so without anybody being asked; the witness says so without what is kept.
        run(1, "log", "verify");
        assertThat(shell.err()).contains("the log was rolled back");
        Files.delete(cosigned());
        run(1, "log", "cosign");
        assertThat(shell.err())
                .contains("has cosigned 15 entries of this log, and the log has a checkpoint over 5 only");
        run(1, "log", "verify");
        assertThat(shell.err()).contains("knows another log than this one");
        // The control: it goes on where the witness has seen it.
        Files.delete(log.path().resolve("entries"));
        Files.delete(log.path().resolve("checkpoint"));
        log.begin("{\"another\":\"story\"}", 15);
        run(1, "log", "cosign");
        assertThat(shell.err()).contains("the 15 of this log do not continue the 15 that it knows");
    }

    @Test
    void refusalsThatAreNoForkAreProblemsAndNoAlarms() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        one.answer(403, "who are you?\n");
        run(5, "log", "cosign");
        assertThat(shell.err()).contains("refuses with 403: who are you?").doesNotContain("another log");
        one.answer(409, "no size\n");
        run(5, "log", "cosign");
        hasNotCosigned("does not say the size that it knows");
        one.answer(200, "\u2014 nobody AAAAAAAA\n");
        run(5, "log", "cosign");
        assertThat(shell.err()).contains("does not cosign with the keys that it is known by");
        one.answer(200, "nothing");
        run(5, "log", "cosign");
        hasNotCosigned("");
        one.answer(302, "");
        run(5, "log", "cosign");
        hasNotCosigned("refuses with 302");
        one.answer(200, "x".repeat(100_000));
        run(5, "log", "cosign");
        assertThat(shell.err()).contains("the answer is too long");
        run(1, "log", "verify");
        assertThat(shell.err()).contains("the witness witness.example/one has not cosigned the checkpoint");
        one.answerHonestly();
        run(0, "log", "cosign");
        run(0, "log", "verify");
    }

    private void hasNotCosigned(String why) {
        assertThat(shell.err()).contains("has not cosigned: ").contains(why).doesNotContain("should not have happened");
    }

    @Test
    void theQuorumIsAskedOfTheCheckpointThatWasVerified() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        byte[] alone = Files.readAllBytes(log.path().resolve("checkpoint"));
        run(0, "log", "cosign");
        Path export = elsewhere.resolve("export");
        run(0, "log", "export", export.toString());
        AtomicInteger asked = new AtomicInteger();
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            boolean first = path.equals("/checkpoint") && asked.getAndIncrement() == 0;
            byte[] body = first ? alone : Files.readAllBytes(export.resolve(path.substring(1)));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        web.start();
        try {
            String url = "http://127.0.0.1:" + web.getAddress().getPort();
            run(1, "log", "verify", url);
            assertThat(shell.err()).contains("lacks a quorum: the witness witness.example/one has not cosigned");
            // The control: now the first one is the cosigned one.
            run(0, "log", "verify", url);
        } finally {
            web.stop(0);
        }
    }

    @Test
    void theProjectsOwnLogNeedsTheQuorumAlsoWhereItsDirectoryIsNamed() throws Exception {
        configure(1, witness("one"));
        run(1, "log", "verify", log.path().toString());
        assertThat(shell.err()).contains("the witness witness.example/one has not cosigned the checkpoint");
        run(0, "log", "cosign");
        run(0, "log", "verify", log.path().toString());
        assertThat(shell.out()).contains("cosigned by witness.example/one");
    }

    @Test
    void aWitnessThatCosignsTooOftenStopsNoOther() throws Exception {
        WitnessServer one = witness("one");
        WitnessServer two = witness("two");
        configure(1, one, two);
        String text =
                Note.parse(Files.readAllBytes(log.path().resolve("checkpoint"))).text();
        one.answer(200, one.cosignatures(text, 64));
        run(0, "log", "cosign");
        run(0, "log", "cosign");
        assertThat(shell.out()).contains("witness.example/two has cosigned the first 5 entries");
        run(0, "log", "verify");
        assertThat(shell.out()).contains("cosigned by witness.example/two");
    }

    @Test
    void witnessesAreAskedAtTheSameTime() throws Exception {
        WitnessServer one = witness("one");
        WitnessServer two = witness("two");
        configure(2, one, two);
        one.answerWhen(() -> two.asked() > 0);
        two.answerWhen(() -> one.asked() > 0);
        run(0, "log", "cosign");
    }

    @Test
    void whatCannotBeWrittenDownIsAskedForAgain() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        Files.createDirectory(directory.resolve(".ambit/cosigned.checkpoint.new"));
        supervised();
        Await.until("the trouble", () -> said().contains("witness.example/one has not cosigned: "));
        assertThat(size(1)).isZero();
        Files.delete(directory.resolve(".ambit/cosigned.checkpoint.new"));
        Await.until("the cosignature", () -> size(2) == 5);
        assertThat(started.getLast().isAlive()).isTrue();
    }

    @Test
    void anAlarmOfAnotherProcessIsNotOverwritten() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        run(0, "log", "cosign");
        one.stop();
        log.grow(5, 5);
        supervised();
        Await.until("the silence", () -> state(one).contains("Connection refused"));
        Path file = stateFile(one);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"anotherLog\":false", "\"anotherLog\":true")
                        .replaceFirst("\"problem\":\"[^\"]*\"", "\"problem\":\"a fork\\u001b[2J\""));
        // It is asked again meanwhile, and says nothing again.
        Thread.sleep(4000);
        run(1, "log", "verify");
        assertThat(shell.err())
                .contains("knows another log than this one: a fork")
                .doesNotContain("\u001b[2J");
    }

    @Test
    void aDamagedStateStopsNoOtherWitnessAndIsSaid() throws Exception {
        WitnessServer one = witness("one");
        WitnessServer two = witness("two");
        configure(1, one, two);
        run(0, "log", "cosign");
        Files.writeString(stateFile(one), "{\"damaged\"");
        log.grow(5, 5);
        run(0, "log", "cosign");
        assertThat(shell.out()).contains("witness.example/two has cosigned the first 10 entries");
        assertThat(shell.err())
                .contains("witness.example/one has not cosigned: ", "remove it, and the witness is asked");
        run(1, "log", "verify");
        assertThat(shell.err()).contains("does not say what the witness has cosigned");
        run(5, "status");
        assertThat(shell.out()).contains("witness.example/two  cosigned 10 entries");
        assertThat(shell.err()).contains("does not say what the witness has cosigned");
        run(5, "status", "--json");
        assertThat(shell.out())
                .contains("\"name\":\"witness.example/two\"", "does not say what the witness has cosigned");
    }

    @Test
    void aLogThatIsShorterThanWhatIsRememberedRaisesTheAlarmWithoutAnAnswer() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        Path copy = Files.createDirectories(elsewhere.resolve("copy"));
        for (String file : List.of("entries", "checkpoint")) {
            Files.copy(log.path().resolve(file), copy.resolve(file));
        }
        log.grow(5, 10);
        run(0, "log", "cosign");
        for (String file : List.of("entries", "checkpoint")) {
            Files.copy(copy.resolve(file), log.path().resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Files.delete(cosigned());
        one.stop();
        run(1, "log", "cosign");
        assertThat(shell.err()).contains("knows another log than this one", "a checkpoint over 5 only");
    }

    @Test
    void aKeyUnderTwoNamesIsNoQuorumOfTwo() throws Exception {
        SigningKey key = SigningKey.generate();
        List<String> command =
                new ArrayList<>(List.of("log", "verify", log.path().toString()));
        for (String name : List.of("one", "two")) {
            command.add("--witness-key");
            command.add(NoteSigner.cosigner(name, key).verifier().toLine());
        }
        run(2, command.toArray(String[]::new));
        assertThat(shell.err()).contains("a key stands twice among those of the witnesses");
    }

    @Test
    void whatIsKeptCannotBeMadeUp() throws Exception {
        WitnessServer one = witness("one");
        configure(1, one);
        run(0, "log", "cosign");
        String kept = Files.readString(cosigned());
        // A checkpoint of another log over as many entries, with the cosignatures of this one.
        Files.writeString(cosigned(), kept.replace("\n5\n", "\n4\n"));
        run(1, "log", "verify");
        Files.writeString(cosigned(), "damaged", StandardOpenOption.TRUNCATE_EXISTING);
        run(1, "log", "verify");
        assertThat(shell.err()).contains("cosigned.checkpoint", "move the file away");
        run(5, "log", "cosign");
        Files.writeString(cosigned(), kept);
        run(0, "log", "verify");
    }
}
