package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.VerifierKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The witness of transparency-dev, in the program of {@code spec/interop/witness}, cosigns Ambit's logs as Ambit's own does. */
class OthersWitnessTest {
    private static final Path ROOT = Path.of(System.getProperty("ambit.root", ".."));

    @TempDir
    private static Path shared;

    private final SampleLog core = new SampleLog();
    private final List<Process> started = new ArrayList<>();

    @TempDir
    private Path directory;

    @BeforeAll
    static void theirWitnessIsBuilt() throws Exception {
        Process build = new ProcessBuilder(
                        ROOT.resolve("spec/interop/build").toString(), program().toString(), "witness")
                .redirectErrorStream(true)
                .start();
        String output = new String(build.getInputStream().readAllBytes(), UTF_8);
        assertThat(build.waitFor()).as(output).isZero();
    }

    private static Path program() {
        return shared.resolve("witness");
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private record Theirs(URI at, List<VerifierKey> keys) {
        WitnessClient client() {
            return new WitnessClient(at, keys);
        }
    }

    private Theirs witness() throws IOException {
        Process process = new ProcessBuilder(
                        program().toString(),
                        "example.com/theirs",
                        core.verifiers().getFirst().toLine())
                .redirectError(directory.resolve("errors").toFile())
                .start();
        started.add(process);
        BufferedReader lines = process.inputReader(UTF_8);
        List<String> said = new ArrayList<>();
        while (said.size() < 3) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("their witness ends: " + Files.readString(directory.resolve("errors")));
            }
            said.add(line);
        }
        return new Theirs(
                URI.create(said.getLast()),
                said.subList(0, 2).stream().map(VerifierKey::parse).toList());
    }

    private static WitnessClient.Cosigned cosign(WitnessClient client, Path log, Foothold from) throws Exception {
        Note checkpoint = SampleLog.checkpoint(log);
        return client.cosign(
                checkpoint,
                from.size(),
                old -> Growth.read(log, Optional.empty(), old < from.size() ? Foothold.START : from, old, checkpoint));
    }

    @Test
    void itCosignsAGrowingLogWithBothKeysAndRefusesAFork() throws Exception {
        Theirs theirs = witness();
        assertThat(theirs.keys)
                .extracting(VerifierKey::type)
                .containsExactly(VerifierKey.COSIGNATURE, VerifierKey.ML_DSA);
        Path log = core.write(directory.resolve("log"), core.entries(20));
        Foothold foothold = cosign(theirs.client(), log, Foothold.START).reached();
        core.write(log, core.entries(300));
        WitnessClient.Cosigned cosigned = cosign(theirs.client(), log, foothold);
        List<NoteLine> lines = new ArrayList<>(SampleLog.checkpoint(log).signatures());
        lines.addAll(cosigned.cosignatures());
        Quorum quorum = new Quorum(Quorum.members(theirs.keys), 1);
        assertThat(quorum.cosigned(new Note(SampleLog.checkpoint(log).text(), lines)))
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.name()).isEqualTo("example.com/theirs");
                    assertThat(it.size()).isEqualTo(300);
                    assertThat(it.atS()).isGreaterThan(1_700_000_000);
                });
        // Whoever remembers too little or too much of what it knows is told the size by it.
        core.write(log, core.entries(301));
        cosign(theirs.client(), log, Foothold.START);
        core.write(log, core.entries(302));
        Foothold ahead = cosign(witness().client(), log, Foothold.START).reached();
        cosign(theirs.client(), log, ahead);

        List<byte[]> forked = core.entries(310);
        forked.set(250, SampleLog.event(1, "forked"));
        Path fork = core.write(directory.resolve("fork"), forked);
        assertThatThrownBy(() -> cosign(theirs.client(), fork, Foothold.START))
                .isInstanceOf(AnotherLog.class)
                .hasMessageContaining("the 310 of this log do not continue the 302 that it knows (it answers 422");
        Path sameSize = core.write(directory.resolve("same"), forked.subList(0, 302));
        assertThatThrownBy(() -> cosign(theirs.client(), sameSize, Foothold.START))
                .isInstanceOf(AnotherLog.class);
        Path older = core.write(directory.resolve("older"), core.entries(100));
        assertThatThrownBy(() -> cosign(theirs.client(), older, Foothold.START))
                .isInstanceOfSatisfying(
                        AnotherLog.class, it -> assertThat(it.size()).isEqualTo(302))
                .hasMessageContaining(
                        "has cosigned 302 entries of this log, and the log has a checkpoint over 100 only");
        // The control: the log that it knows.
        core.write(log, core.entries(310));
        cosign(theirs.client(), log, Foothold.START);
    }

    @Test
    void itKnowsNoOtherLogAndNoOtherCore() throws Exception {
        Theirs theirs = witness();
        SampleLog other = new SampleLog();
        Path log = other.write(directory.resolve("log"), other.entries(20));
        assertThatThrownBy(() -> cosign(theirs.client(), log, Foothold.START))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("refuses with");
        Path own = core.write(directory.resolve("own"), core.entries(20));
        List<VerifierKey> wrong = List.of(witness().keys.getFirst());
        assertThatThrownBy(() -> cosign(new WitnessClient(theirs.at, wrong), own, Foothold.START))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("does not cosign with the keys that it is known by");
    }
}
