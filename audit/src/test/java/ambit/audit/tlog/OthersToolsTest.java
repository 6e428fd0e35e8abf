package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.authority.signing.PublicKeys;
import ambit.authority.signing.SigningKey;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Go's {@code x/mod/sumdb/note} and {@code tlog}, transparency-dev's {@code formats} and {@code merkle}, Tessera's client and {@code fsck}, which
 * are in the program of {@code spec/interop}, and PyPI's {@code aics-tlog} agree with Ambit on what it wrote, and Ambit with them on what they
 * wrote.
 */
class OthersToolsTest {
    private static final Path ROOT = Path.of(System.getProperty("ambit.root", ".."));
    private static final Path PYTHON =
            ROOT.resolve("audit/target/others-python").toAbsolutePath().normalize();
    private static final String ORIGIN = SampleLog.ORIGIN;

    @TempDir
    private static Path shared;

    private final SampleLog core = new SampleLog();

    @TempDir
    private Path directory;

    /** What a program said and how it ended. */
    record Ran(int exit, String output) {}

    private static Ran run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ran(process.waitFor(), output);
    }

    @BeforeAll
    static void theirProgramIsBuilt() throws Exception {
        Ran ran = run(ROOT.resolve("spec/interop/build").toString(), program());
        assertThat(ran.exit).as(ran.output).isZero();
        Ran made = run(ROOT.resolve("spec/interop/python").toString(), PYTHON.toString());
        assertThat(made.exit).as(made.output).isZero();
    }

    private static Ran aics(Object... arguments) throws Exception {
        return run(PYTHON.resolve("bin/python").toString(), ROOT.resolve("spec/interop/aics.py"), arguments);
    }

    private static String program() {
        return shared.resolve("interop").toString();
    }

    private static Ran interop(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program()));
        command.addAll(Arrays.asList(arguments));
        return run(command.toArray(String[]::new));
    }

    private Path vkeys() throws IOException {
        String lines = core.verifiers().stream().map(it -> it.toLine() + "\n").collect(Collectors.joining());
        return Files.writeString(directory.resolve("core.vkey"), lines);
    }

    /** A web server that knows nothing of logs. */
    private static final class Served implements AutoCloseable {
        private final Process process;
        final String url;

        Served(Path directory) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/jwebserver")
                                    .toString(),
                            "-b",
                            "127.0.0.1",
                            "-p",
                            "0",
                            "-d",
                            directory.toString())
                    .redirectErrorStream(true)
                    .start();
            BufferedReader lines = process.inputReader(UTF_8);
            String found = "";
            while (found.isEmpty()) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException("the web server does not begin");
                }
                found = line.startsWith("URL ") ? line.substring(4).strip() : "";
            }
            url = found;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }

    @Test
    void theyAgreeOnAnExportAndOnItsGrowth() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        Path old = directory.resolve("old");
        Files.copy(log.resolve("checkpoint"), old);
        core.write(log, core.entries(1000));
        Path export = directory.resolve("export");
        new Export(export).update(log, core.trusted(), Optional.empty());
        try (Served served = new Served(export)) {
            Ran ran = interop("check", served.url, vkeys().toString(), old.toString());
            assertThat(ran.exit).as(ran.output).isZero();
            assertThat(ran.output)
                    .contains("2 signatures verify", "Tessera fsck: 1000 entries", "continues the 300 entries");
            assertThat(ExportVerifier.read(
                            TileSource.web(URI.create(served.url)),
                            core.trusted(),
                            List.of(Note.parse(Files.readAllBytes(old))),
                            (_, _, _) -> {}))
                    .isInstanceOf(Intact.class);
            // The control: one bit of one entry.
            Path bundle = export.resolve("tile/entries/001");
            byte[] bytes = Files.readAllBytes(bundle);
            bytes[100] ^= 1;
            Files.write(bundle, bytes);
            assertThat(interop("check", served.url, vkeys().toString()).exit).isNotZero();
        }
    }

    @Test
    void theyTakeAProofAndRefuseItForAnotherEntry() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        LogProof proof = Prover.of(log, core.trusted(), SampleLog.checkpoint(log), (index, _) -> index == 77)
                .prove(77);
        Path file = Files.writeString(directory.resolve("entry-77.tlog-proof"), proof.toString());
        Path entry = Files.write(directory.resolve("entry"), core.entries(300).get(77));
        Ran ran = interop("proof", file.toString(), vkeys().toString(), entry.toString());
        assertThat(ran.exit).as(ran.output).isZero();
        assertThat(ran.output).contains("entry 77 of 300, 2 signatures");
        Files.writeString(
                file,
                proof.toString()
                        .replace(
                                LogProof.base64(proof.entry()),
                                Base64.getEncoder()
                                        .encodeToString(core.entries(300).get(78))));
        Files.write(entry, core.entries(300).get(78));
        assertThat(interop("proof", file.toString(), vkeys().toString(), entry.toString()).exit)
                .isNotZero();
    }

    @Test
    void whatTheySignVerifiesHere() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(5));
        List<String> lines = interop(
                        "cosign",
                        "example.com/theirs",
                        log.resolve("checkpoint").toString())
                .output
                .lines()
                .toList();
        assertThat(lines).hasSize(4);
        List<VerifierKey> keys =
                lines.subList(0, 3).stream().map(VerifierKey::parse).toList();
        assertThat(keys).extracting(VerifierKey::type).containsExactly(1, 4, 6);
        Note note = Note.parse(Base64.getDecoder().decode(lines.get(3)));
        assertThat(note.verifiedBy(keys)).hasSize(3);
        Note edited = new Note(note.text().replace("\n5\n", "\n6\n"), note.signatures());
        for (VerifierKey key : keys) {
            assertThatThrownBy(() -> edited.verifiedBy(List.of(key))).isInstanceOf(JournalException.class);
        }
        assertThat(note.text()).startsWith(ORIGIN);
    }

    static Ran python(Object... arguments) throws Exception {
        return run("/usr/bin/python3", ROOT.resolve("spec/verify.py"), arguments);
    }

    private static Ran run(String python, Path program, Object... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(python, "-B", program.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return run(command.toArray(String[]::new));
    }

    static Path publicKey(Path directory, Blob key) throws IOException {
        return Files.writeString(directory.resolve("core.pub"), PublicKeys.toLine(key) + "\n");
    }

    @Test
    void theVerifierInPythonAgreesOnProofsExportsAndVectors() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        Path old = Files.copy(log.resolve("checkpoint"), directory.resolve("old"));
        core.write(log, core.entries(600));
        Path export = directory.resolve("export");
        new Export(export).update(log, core.trusted(), Optional.empty());
        Path key = publicKey(directory, core.trusted());
        Ran ran = python("log", export, key, old);
        assertThat(ran.output).contains("600 entries, signed by the core; continues");
        LogProof proof = ExportVerifier.prove(TileSource.directory(export), 77);
        Path file = Files.writeString(directory.resolve("entry-77.tlog-proof"), proof.toString());
        assertThat(python("proof", file, key).exit).isZero();
        assertThat(python(ROOT.resolve("spec/merkle-vectors.json")).output).contains("196 of 196 cases agree");
        // The controls: another place in the log, and another log that the same core signed.
        Files.writeString(file, proof.toString().replace("index 77", "index 78"));
        assertThat(python("proof", file, key).exit).isNotZero();
        List<byte[]> forked = core.entries(600);
        forked.set(100, SampleLog.event(1, "forked"));
        Path fork = directory.resolve("fork");
        new Export(fork).update(core.write(directory.resolve("forked"), forked), core.trusted(), Optional.empty());
        assertThat(python("log", fork, key).exit).isZero();
        assertThat(python("log", fork, key, old).exit).isNotZero();
    }

    private static List<VerifierKey> keys(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(VerifierKey::parse).toList();
    }

    private static LogVerifier.Result theirs(Path theirs, Note... kept) throws IOException {
        return ExportVerifier.readOpaque(
                TileSource.directory(theirs.resolve("log")),
                keys(theirs.resolve("log.vkey")),
                List.of(kept),
                (_, _) -> {});
    }

    /** A log that somebody else wrote: intact, and not when it was changed, does not continue what was kept, or is another's. */
    private void assertTheirLogIsJudged(Path theirs) throws Exception {
        Note old = Note.parse(Files.readAllBytes(theirs.resolve("old")));
        assertThat(theirs(theirs, old))
                .isInstanceOfSatisfying(
                        Intact.class, it -> assertThat(it.head().size()).isEqualTo(700));
        assertThat(theirs(theirs, SampleLog.checkpoint(core.write(directory.resolve("another"), core.entries(5)))))
                .isInstanceOf(Broken.class);
        Note forked = new Note(old.text().replace("\n300\n", "\n299\n"), old.signatures());
        assertThat(theirs(theirs, forked)).isInstanceOf(Broken.class);
        for (String file : List.of("tile/entries/001", "tile/0/001", "tile/1/000.p/2", "checkpoint")) {
            Path tile = theirs.resolve("log").resolve(file);
            byte[] good = Files.readAllBytes(tile);
            byte[] bad = good.clone();
            bad[bad.length - 3] ^= 1;
            Files.write(tile, bad);
            assertThat(theirs(theirs)).as(file).isInstanceOf(Broken.class);
            Files.write(tile, good);
        }
        assertThat(theirs(theirs)).isInstanceOf(Intact.class);
    }

    private void assertTheirProofIsJudged(Path theirs) throws Exception {
        byte[] file = Files.readAllBytes(theirs.resolve("entry.tlog-proof"));
        Blob entry = Blob.of(Files.readAllBytes(theirs.resolve("entry")));
        List<VerifierKey> keys = keys(theirs.resolve("log.vkey"));
        LogProof proof = LogProof.parse(file, entry);
        assertThat(proof.verify(keys, List.of()).checkpoint().head().size()).isEqualTo(700);
        assertThatThrownBy(() -> LogProof.parse(file)).hasMessageContaining("does not bring its entry");
        assertThatThrownBy(() ->
                        LogProof.parse(file, Blob.of("another".getBytes(UTF_8))).verify(keys, List.of()))
                .isInstanceOf(JournalException.class);
        assertThatThrownBy(() -> proof.verify(core.verifiers(), List.of())).isInstanceOf(JournalException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tessera", "sumdb"})
    void theLogsAndProofsThatTheyWriteAreJudgedHere(String writer) throws Exception {
        Ran ran = interop("write", writer, directory.toString());
        assertThat(ran.exit).as(ran.output).isZero();
        assertTheirLogIsJudged(directory);
        assertTheirProofIsJudged(directory);
    }

    @Test
    void aLogOfThePackageFromPyPiIsJudgedHereAndOursThere() throws Exception {
        Ran written = aics("write", directory);
        assertThat(written.exit).as(written.output).isZero();
        assertTheirLogIsJudged(directory);

        Path log = core.write(directory.resolve("ours"), core.entries(300));
        Path old = Files.copy(log.resolve("checkpoint"), directory.resolve("ours.old"));
        core.write(log, core.entries(700));
        Path export = directory.resolve("export");
        new Export(export).update(log, core.trusted(), Optional.empty());
        Ran ran = aics("check", export, vkeys(), old);
        assertThat(ran.output).contains("700 entries in 3 bundles").contains("continue the 300");
        assertThat(ran.exit).isZero();
        // The control: one bit of one tile.
        Path tile = export.resolve("tile/0/001");
        byte[] bytes = Files.readAllBytes(tile);
        bytes[100] ^= 1;
        Files.write(tile, bytes);
        assertThat(aics("check", export, vkeys(), old).exit).isNotZero();
    }

    @Test
    void thePackageFromPyPiCountsOurWitness() throws Exception {
        Path log = core.write(directory.resolve("log"), core.entries(300));
        NoteSigner signer = NoteSigner.cosigner("witness.example", SigningKey.generate());
        Note checkpoint = SampleLog.checkpoint(log);
        List<NoteLine> lines = new ArrayList<>(checkpoint.signatures());
        lines.add(signer.sign(checkpoint.text(), 1_700_000_000));
        Path export = directory.resolve("export");
        new Export(export).update(log, core.trusted(), Optional.of(new Note(checkpoint.text(), lines)));
        Ran ran = aics("witness", export, vkeys(), signer.verifier().toLine());
        assertThat(ran.exit).as(ran.output).isZero();
        NoteSigner other = NoteSigner.cosigner("witness.example", SigningKey.generate());
        assertThat(aics("witness", export, vkeys(), other.verifier().toLine()).exit)
                .isNotZero();
    }
}
