package ambit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an owner of a log does for strangers, and what they do with it: prove, export, cosign, witness, verify. */
class ProofCommandsTest {
    private static final Blob PERMIT = Blob.of("a permit, 16 byt".getBytes(UTF_8));

    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private Shell shell = new Shell(Path.of(""));

    @SuppressWarnings("NullAway.Init")
    private TestLog log;

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void aLogWithACall() throws IOException {
        shell = new Shell(directory);
        log = new TestLog(directory); // 0
        log.add(TestLog.event("{\"n\":1}")); // 1, of transaction t
        log.add(new Entry.Allowed(
                2_000_000_000_000L,
                TestLog.ID,
                "t",
                1,
                1,
                "files.read",
                TestLog.HASH,
                PERMIT,
                "files",
                false,
                List.of(),
                List.of(),
                Blob.EMPTY)); // 2
        log.add(new Entry.Outcome(2_000_000_000_001L, PERMIT, 0, TestLog.HASH, 0, 1, List.of())); // 3
        log.add(new Entry.Recovered(2_000_000_000_002L, "another", true)); // 4
    }

    @AfterEach
    void end() throws InterruptedException {
        log.close();
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private Path key() {
        return directory.resolve(".ambit/core/core.pub");
    }

    private int run(Object... arguments) {
        return shell.run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    /** The command in a process of its own, in the project's directory. */
    private String process(Object... arguments) throws Exception {
        Path output = elsewhere.resolve("output");
        Files.deleteIfExists(output);
        Process process = TestLog.start(
                directory,
                output,
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        assertThat(process.waitFor())
                .as(Files.readString(elsewhere.resolve("error")))
                .isZero();
        return Files.readString(output);
    }

    private void done(Object... arguments) {
        assertThat(run(arguments)).as(shell.err()).isZero();
    }

    /** One error and one hint, and no more. */
    private void refused(int code, String error, Object... arguments) {
        assertThat(run(arguments)).as(shell.err()).isEqualTo(code);
        assertThat(shell.err().lines().toList()).as(shell.err()).hasSize(2);
        assertThat(shell.err())
                .startsWith("ambit: error: ")
                .contains(error, "ambit: hint: ")
                .doesNotContain("should not have happened", "Exception");
    }

    private static List<String> proofs(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(it -> it.getFileName().toString())
                    .filter(it -> it.endsWith(".tlog-proof"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aPermitIsFoundByItsBeginningAndNoNameFindsNothing() throws Exception {
        log.close();
        process("log", "prove", PERMIT.toHex().substring(0, 12));
        assertThat(proofs(directory)).containsExactly("entry-2.tlog-proof", "entry-3.tlog-proof");
        refused(2, "the log knows nothing of", "log", "prove", "");
    }

    @Test
    void aPermitIsProvedWithItsOutcomeAndATransactionWithAllItsEntriesWhereTheUserIs() throws Exception {
        log.close();
        process("log", "prove", PERMIT.toHex());
        assertThat(proofs(directory)).containsExactly("entry-2.tlog-proof", "entry-3.tlog-proof");
        process("log", "prove", "t", "#4");
        assertThat(proofs(directory))
                .containsExactly(
                        "entry-1.tlog-proof", "entry-2.tlog-proof", "entry-3.tlog-proof", "entry-4.tlog-proof");
        for (String file : proofs(directory)) {
            done("log", "verify", directory.resolve(file));
            assertThat(shell.out()).contains("is entry #" + file.charAt(6) + " of 5 in the log ambit/test, signed");
        }
    }

    @Test
    void aProofConvincesSomebodyWhoHasTheKeyAndNothingElse() throws Exception {
        log.close();
        Path file = elsewhere.resolve("proof");
        done("log", "prove", "2", "-o", file);
        Path trusted = Files.copy(key(), elsewhere.resolve("trusted.pub"));
        Shell other = new Shell(elsewhere);
        assertThat(other.run("log", "verify", file.toString(), "--key", trusted.toString()))
                .as(other.err())
                .isZero();
        assertThat(other.out()).contains("files.read");
        assertThat(other.run("log", "verify", file.toString(), "--key", trusted.toString(), "--json"))
                .isZero();
        assertThat(other.out()).contains("\"intact\":true", "\"index\":2", "\"size\":5");
        Files.delete(trusted);
        PublicKeyFile.write(trusted, SigningKey.generate().publicKey());
        assertThat(other.run("log", "verify", file.toString(), "--key", trusted.toString()))
                .isEqualTo(1);
        assertThat(other.err()).contains("the proof is not intact", "not signed with the log's key");
    }

    @Test
    void anEntryThatWasChangedInAProofIsFound() throws Exception {
        log.close();
        Path file = elsewhere.resolve("proof");
        done("log", "prove", "4", "-o", file);
        String another = Base64.getEncoder()
                .encodeToString(Entry.encode(new Entry.Recovered(2_000_000_000_002L, "another", false)));
        Files.writeString(file, Files.readString(file).replaceFirst("extra .*", "extra " + another));
        refused(1, "over other entries than the one in the proof", "log", "verify", file);
        assertThat(run("log", "verify", file, "--json")).isEqualTo(1);
        assertThat(shell.out()).contains("\"intact\":false");
    }

    @Test
    void anExportGrowsAndIsVerifiedAndProvedFrom() throws Exception {
        log.close();
        Path export = elsewhere.resolve("export");
        done("log", "export", export);
        assertThat(shell.out()).contains("5 entries in", "5 of them new");
        done("log", "export", export);
        assertThat(shell.out()).contains("0 of them new");
        done("log", "verify", export, "--key", key());
        assertThat(shell.out()).contains("the log is intact: 5 entries, 5 of them signed by the core");
        Path fromLog = elsewhere.resolve("a");
        Path fromExport = elsewhere.resolve("b");
        done("log", "prove", "3", "-o", fromLog);
        done("log", "prove", "3", "-o", fromExport, "--export", export);
        assertThat(fromExport).hasSameTextualContentAs(fromLog);
    }

    @Test
    void aLogIsVerifiedSinceACheckpointThatWasKept() throws Exception {
        log.close();
        Path kept = Files.copy(log.path().resolve("checkpoint"), elsewhere.resolve("kept"));
        done("log", "verify", "--since", kept);
        Path larger = elsewhere.resolve("larger");
        Files.writeString(larger, Files.readString(kept).replace("\n5\n", "\n6\n"));
        refused(1, "rolled back", "log", "verify", "--since", larger);
        Path forked = elsewhere.resolve("forked");
        Files.writeString(forked, Files.readString(kept).replace("\n5\n", "\n4\n"));
        refused(
                1,
                "not those that the checkpoint was signed over",
                "log",
                "verify",
                "--since",
                kept,
                "--since",
                forked);
        Path foreign = elsewhere.resolve("foreign");
        Files.writeString(foreign, Files.readString(kept).replace("ambit/test", "ambit/other"));
        refused(1, "is of the log ambit/other", "log", "verify", "--since", foreign);
        refused(2, "cannot read a checkpoint from", "log", "verify", "--since", elsewhere.resolve("none"));
        refused(2, "cannot read a checkpoint from", "log", "verify", "--since", key());
    }

    @Test
    void whatIsNotSignedYetIsNotProved() {
        refused(2, "no checkpoint is over #4 yet", "log", "prove", "4", "-o", elsewhere.resolve("proof"));
        assertThat(elsewhere.resolve("proof")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | the log knows nothing of 77                | log prove 77
            2 | the log knows nothing of nobody            | log prove nobody
            2 | missing required parameter                 | log prove
            2 | --output is for one entry                  | log prove t -o ELSEWHERE/x
            2 | cannot write                               | log prove 1 -o ELSEWHERE/no/x
            2 | is not an index                            | log prove t --export ELSEWHERE
            5 | cannot read the export                     | log prove 1 --export ELSEWHERE/no
            2 | is no web address                          | log prove 1 --export http://
            5 | cannot read the export                     | log prove 1 --export http://127.0.0.1:1
            2 | missing required parameter                 | log export
            5 | cannot export to                           | log export PROJECT/ambit.yaml
            2 | does not exist                             | log verify ELSEWHERE/no
            1 | not a tlog-proof                           | log verify PROJECT/ambit.yaml
            1 | entries does not exist                     | log verify ELSEWHERE --key PROJECT/.ambit/core/core.pub
            2 | cannot read the core's public key          | log verify ELSEWHERE
            2 | cannot read the core's public key          | log verify --key PROJECT/ambit.yaml
            2 | is no web address                          | log verify http://[
            1 | Connection refused                         | log verify http://127.0.0.1:1 --key PROJECT/.ambit/core/core.pub
            2 | not a verifier key                         | log verify --witness-key nobody
            2 | --quorum of which witnesses                | log verify --quorum 1
            2 | a quorum of 2 cannot be reached by 1       | log verify --quorum 2 --witness-key COSIGNER
            2 | a quorum of 0 cannot be reached by 1       | log verify --quorum 0 --witness-key COSIGNER
            1 | witness.example/one has not cosigned       | log verify --witness-key COSIGNER
            2 | cosigned by which witness?                 | log cosign
            2 | go together                                | log cosign --witness http://127.0.0.1:1
            2 | go together                                | log cosign --witness-key COSIGNER
            2 | not a verifier key                         | log cosign --witness http://127.0.0.1:1 --witness-key nobody
            2 | signs notes and cosigns none               | log cosign --witness http://127.0.0.1:1 --witness-key VKEY
            2 | is no web address                          | log cosign --witness ftp://x --witness-key COSIGNER
            5 | no answer from http://127.0.0.1:1          | log cosign --witness http://127.0.0.1:1 --witness-key COSIGNER
            5 | there is no such host                      | log cosign --witness http://nowhere.invalid --witness-key COSIGNER
            2 | missing required options                   | witness
            2 | --listen needs a host and a port           | witness --listen 8080 --key ELSEWHERE/w --log VKEY
            2 | --listen needs a host and a port           | witness --listen 127.0.0.1:99999 --key ELSEWHERE/w --log VKEY
            2 | cannot listen at 192.0.2.1:8080            | witness --listen 192.0.2.1:8080 --key ELSEWHERE/w --log VKEY
            2 | not a verifier key                         | witness --listen 127.0.0.1:0 --key ELSEWHERE/w --log nobody
            2 | is not a witness's key                     | witness --listen 127.0.0.1:0 --key PROJECT/ambit.yaml --log VKEY
            2 | cannot read or write the witness's key     | witness --listen 127.0.0.1:0 --key ELSEWHERE/no/w --log VKEY
            2 | cannot be a witness's name                 | witness --listen 127.0.0.1:0 --key ELSEWHERE/w --name a+b --log VKEY
            """)
    void badInputIsOneErrorAndOneHint(int code, String error, String command) throws Exception {
        log.close();
        String whole = command.replace("ELSEWHERE", elsewhere.toString())
                .replace("PROJECT", directory.toString())
                .replace("VKEY", vkey())
                .replace("COSIGNER", cosigner());
        refused(code, error, (Object[]) whole.split(" "));
    }

    private String vkey() throws IOException {
        return VerifierKey.ed25519("ambit/test", PublicKeyFile.read(key())).toLine();
    }

    private static String cosigner() {
        return NoteSigner.cosigner("witness.example/one", SigningKey.generate())
                .verifier()
                .toLine();
    }

    /** A witness in a process of its own, which knows this project's log. */
    private record Running(String url, List<String> keys) {}

    private Running witness(Path secret) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path output = elsewhere.resolve("witness");
        Files.deleteIfExists(output);
        Process process = TestLog.start(
                directory,
                output,
                "witness",
                "--listen",
                "127.0.0.1:" + port,
                "--key",
                secret.toString(),
                "--name",
                "witness.example/one",
                "--log",
                vkey());
        started.add(process);
        Await.until(
                "the witness",
                () -> Files.exists(output) && Files.readAllLines(output).size() == 2);
        return new Running("http://127.0.0.1:" + port, Files.readAllLines(output));
    }

    private Object[] cosign(Running witness) {
        return Stream.concat(
                        Stream.of("log", "cosign", "--witness", witness.url),
                        witness.keys.stream().flatMap(it -> Stream.of("--witness-key", it)))
                .toArray();
    }

    @Test
    void aWitnessCosignsWhatIsProvedAndExportedFromThenOnAndNoOtherStory() throws Exception {
        log.close();
        Path secret = elsewhere.resolve("witness.key");
        Running witness = witness(secret);
        assertThat(witness.keys).allSatisfy(it -> assertThat(it).startsWith("witness.example/one+"));
        Path proof = elsewhere.resolve("proof");
        done("log", "prove", "2", "-o", proof);
        refused(1, "has not cosigned", "log", "verify", proof, "--witness-key", witness.keys.getFirst());
        done(cosign(witness));
        assertThat(shell.out()).contains("witness.example/one has cosigned the first 5 entries");
        done("log", "prove", "2", "-o", proof);
        Path export = elsewhere.resolve("export");
        done("log", "export", export);
        for (Path each : List.of(proof, export)) {
            done(
                    "log",
                    "verify",
                    each,
                    "--key",
                    key(),
                    "--witness-key",
                    witness.keys.get(0),
                    "--witness-key",
                    witness.keys.get(1));
            assertThat(shell.out())
                    .containsOnlyOnce("cosigned by")
                    .containsPattern("the first 5 entries cosigned by witness.example/one at 20[0-9-]+T");
        }

        // The core starts anew with another history, which it signs with the same key, and forgets what was cosigned.
        rewriteHistory();
        refused(1, "the witness witness.example/one knows another log than this one", cosign(witness));
        assertThat(shell.err()).contains("it answers 422").contains("does not continue");
        refused(5, "does not go on from what is in", "log", "export", export);

        // It does not forget when it starts anew itself, and says so when it cannot tell.
        started.getLast().destroyForcibly().waitFor();
        refused(1, "knows another log than this one", cosign(witness(secret)));
        started.getLast().destroyForcibly().waitFor();
        Path state = elsewhere.resolve("witness.key.state");
        try (Stream<Path> files = Files.list(state)) {
            Files.writeString(files.findFirst().orElseThrow(), "damaged");
        }
        refused(5, "state cannot be used", cosign(witness(secret)));
    }

    private void rewriteHistory() throws IOException {
        for (String file : List.of("entries", "checkpoint")) {
            Files.delete(log.path().resolve(file));
        }
        Files.delete(directory.resolve(".ambit/cosigned.checkpoint"));
        log.begin("{\"another\":\"story\"}", 7);
    }

    @Test
    void aLogAndAProofOfSomebodyElseAreVerifiedWithoutBeingRead() throws Exception {
        log.close();
        Path export = elsewhere.resolve("export");
        done("log", "export", export);
        Path vkeys = Files.writeString(elsewhere.resolve("log.vkey"), vkey() + "\n");
        done("log", "verify", export, "--opaque", "--key", vkeys);
        assertThat(shell.out()).contains("the log is intact: 5 entries, 5 of them signed");
        Path proof = elsewhere.resolve("proof");
        done("log", "prove", "1", "-o", proof);
        Path entry = Files.write(elsewhere.resolve("entry"), Entry.encode(TestLog.event("{\"n\":1}")));
        Files.writeString(
                proof,
                Files.readString(proof)
                        .lines()
                        .filter(it -> !it.startsWith("extra "))
                        .collect(Collectors.joining("\n", "", "\n")));
        refused(1, "does not bring its entry", "log", "verify", proof, "--key", vkeys);
        done("log", "verify", proof, "--key", vkeys, "--entry", entry);
        assertThat(shell.out()).contains(entry + "\nis entry #1 of 5 in the log ambit/test");
        Files.writeString(entry, "another");
        refused(1, "over other entries", "log", "verify", proof, "--key", vkeys, "--entry", entry);
        refused(2, "cannot read the entry", "log", "verify", proof, "--key", vkeys, "--entry", elsewhere.resolve("no"));
    }
}
