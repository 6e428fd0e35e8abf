package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.NoteSigner;
import ambit.wire.Blob;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessTest {
    private final SampleLog core = new SampleLog();
    private final List<NoteSigner> signers = List.of(
            NoteSigner.cosigner("witness.example", SigningKey.generate()),
            NoteSigner.mlDsa("witness.example", MlDsaKey.ofSeed(new byte[32])));

    @TempDir
    private Path directory;

    private Path log = Path.of("");

    @BeforeEach
    void aLog() {
        log = core.write(directory.resolve("log"), core.entries(20));
    }

    private Witness witness() throws Exception {
        return new Witness(
                directory.resolve("state"),
                core.verifiers(),
                signers,
                InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000)));
    }

    private static byte[] bytes(Object request) {
        return request.toString().getBytes(UTF_8);
    }

    private Prover prover(Path log) throws Exception {
        return Prover.of(log, core.trusted(), SampleLog.checkpoint(log), (_, _) -> false);
    }

    private Witness.Answer ask(Path log, long old) throws Exception {
        return witness()
                .addCheckpoint(bytes(new WitnessRequest(old, prover(log).consistency(old), SampleLog.checkpoint(log))));
    }

    @Test
    void consistentGrowthIsCosignedWithBothKeysAndRemembered() throws Exception {
        Witness.Answer first = ask(log, 0);
        assertThat(first.status()).isEqualTo(200);
        core.write(log, core.entries(35));
        Witness.Answer second = ask(log, 20);
        assertThat(second.status()).isEqualTo(200);
        Note checkpoint = SampleLog.checkpoint(log);
        Note cosigned = Note.parse(bytes(checkpoint.text() + "\n" + second.body()));
        assertThat(cosigned.verifiedBy(
                        signers.stream().map(NoteSigner::verifier).toList()))
                .hasSize(2);
        assertThat(cosigned.signatures()).allSatisfy(it -> assertThat(it.time()).isEqualTo(1_800_000_000));
        assertThat(ask(log, 35).status()).isEqualTo(200);
        String hash = Blob.of(SampleLog.ORIGIN.getBytes(UTF_8)).sha256().toHex();
        Witness.Answer kept = witness().checkpoint(hash);
        assertThat(kept.status()).isEqualTo(200);
        assertThat(Note.parse(bytes(kept.body())).signatures()).hasSize(4);
        assertThat(witness().checkpoint("00".repeat(32)).status()).isEqualTo(404);
    }

    @Test
    void aForkThatTheLogSignedGetsNoCosignature() throws Exception {
        core.write(log, core.entries(35));
        assertThat(ask(log, 0).status()).isEqualTo(200);
        List<byte[]> entries = core.entries(50);
        entries.set(30, SampleLog.event(5, "forked"));
        Path fork = core.write(directory.resolve("fork"), entries);
        assertThat(ask(fork, 35).status()).isEqualTo(422);
        Path sameSize = core.write(directory.resolve("same"), entries.subList(0, 35));
        assertThat(ask(sameSize, 35).status()).isEqualTo(422);
        // Nor does it by starting over, nor by claiming an old size of the fork's own.
        assertThat(ask(fork, 0).status()).isEqualTo(409);
        assertThat(ask(fork, 30).status()).isEqualTo(409);
        // The control: the honest log goes on.
        core.write(log, core.entries(50));
        assertThat(ask(log, 35).status()).isEqualTo(200);
    }

    @Test
    void everyRefusalHasTheStatusOfTheSpecification() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log);
        Witness witness = witness();
        for (String body : List.of(
                "", "old\n\n" + checkpoint, "old 01\n\n" + checkpoint, "old 0\n" + checkpoint, "old 0\n\ntext\n")) {
            assertThat(witness.addCheckpoint(bytes(body)).status()).isEqualTo(400);
        }
        assertThat(witness.addCheckpoint(bytes("old 21\n\n" + checkpoint)).status())
                .isEqualTo(400);
        List<NoteLine> strangers = SampleLog.checkpoint(new SampleLog().write(directory.resolve("o"), core.entries(20)))
                .signatures();
        assertThat(witness.addCheckpoint(bytes("old 0\n\n" + new Note(checkpoint.text(), strangers)))
                        .status())
                .isEqualTo(403);
        String renamed = checkpoint.toString().replace("sample", "simple");
        assertThat(witness.addCheckpoint(bytes("old 0\n\n" + renamed)).status()).isEqualTo(404);
        String edited = checkpoint.toString().replace("epoch 0", "epoch 1");
        assertThat(witness.addCheckpoint(bytes("old 0\n\n" + edited)).status()).isEqualTo(403);
        Witness.Answer conflict = witness.addCheckpoint(bytes("old 5\n\n" + checkpoint));
        assertThat(conflict).isEqualTo(new Witness.Answer(409, "text/x.tlog.size", "0\n"));
        assertThat(witness.addCheckpoint(bytes(new WitnessRequest(0, List.of(Merkle.empty()), checkpoint)))
                        .status())
                .isEqualTo(422);
        List<Blob> tooMany = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            tooMany.add(Merkle.empty());
        }
        assertThat(witness.addCheckpoint(bytes(new WitnessRequest(0, tooMany, checkpoint)))
                        .status())
                .isEqualTo(400);
        assertThat(witness.addCheckpoint(bytes("old 0\n\n" + checkpoint)).status())
                .isEqualTo(200);
    }

    @Test
    void aSignatureThatIsRepeatedIsRememberedOnceAndEndsNothing() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log);
        List<NoteLine> repeated = new ArrayList<>(checkpoint.signatures());
        while (repeated.size() < 64) {
            repeated.add(checkpoint.signatures().getFirst());
        }
        Note request = new Note(checkpoint.text(), repeated);
        assertThat(witness()
                        .addCheckpoint(bytes(new WitnessRequest(0, List.of(), request)))
                        .status())
                .isEqualTo(200);
        String hash = Blob.of(SampleLog.ORIGIN.getBytes(UTF_8)).sha256().toHex();
        assertThat(Note.parse(bytes(witness().checkpoint(hash).body())).signatures())
                .hasSize(4);
        core.write(log, core.entries(35));
        assertThat(ask(log, 20).status()).isEqualTo(200);
    }

    @Test
    void whatCouldNotBeReadAgainIsNotCosigned() throws Exception {
        List<NoteSigner> many = new ArrayList<>();
        for (int i = 0; i < 63; i++) {
            many.add(NoteSigner.cosigner("witness.example", SigningKey.generate()));
        }
        Witness witness = new Witness(directory.resolve("many"), core.verifiers(), many, InstantSource.system());
        byte[] request = bytes(new WitnessRequest(0, List.of(), SampleLog.checkpoint(log)));
        assertThat(witness.addCheckpoint(request)).satisfies(it -> {
            assertThat(it.status()).isEqualTo(400);
            assertThat(it.body()).contains("too much below it").doesNotContain("\u2014");
        });
        assertThat(directory.resolve("many")).isEmptyDirectory();
        Witness fewer =
                new Witness(directory.resolve("many"), core.verifiers(), many.subList(0, 62), InstantSource.system());
        assertThat(fewer.addCheckpoint(request).status()).isEqualTo(200);
        assertThat(fewer.addCheckpoint(bytes(new WitnessRequest(20, List.of(), SampleLog.checkpoint(log))))
                        .status())
                .isEqualTo(200);
    }
}
