package ambit.log.note;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.JournalException;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoteTest {
    private static final String VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private static final String EXAMPLE = """
            This is an example message.

            — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
            """;
    private static final String CHECKPOINT = """
            example.com/log
            7
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
            epoch 3
            """;

    private final NoteSigner log = NoteSigner.ed25519("example.com/log", SigningKey.generate());
    private final NoteSigner witness = NoteSigner.cosigner("witness.example/1", SigningKey.generate());
    private final NoteSigner quantum = NoteSigner.mlDsa("example.com/log", MlDsaKey.ofSeed(new byte[MlDsaKey.SEED]));

    private static Note parse(String note) {
        return Note.parse(note.getBytes(UTF_8));
    }

    private Note signed(NoteSigner... signers) {
        return Note.sign(CHECKPOINT, List.of(signers), 1_800_000_000L);
    }

    @Test
    void theExampleOfTheSpecificationVerifies() {
        VerifierKey key = VerifierKey.parse(VKEY);
        assertThat(key.toLine()).isEqualTo(VKEY);
        assertThat(parse(EXAMPLE).verifiedBy(List.of(key))).containsExactly(key);
        assertThat(parse(EXAMPLE)).hasToString(EXAMPLE);
        assertThatThrownBy(() -> parse(EXAMPLE.replace("This", "That")).verifiedBy(List.of(key)))
                .isInstanceOf(JournalException.class);
    }

    @Test
    void everyKindOfSignatureVerifiesForItsKeyAndForNoOther() {
        Note note = parse(signed(log, witness, quantum).toString());
        for (NoteSigner signer : List.of(log, witness, quantum)) {
            VerifierKey key = VerifierKey.parse(signer.verifier().toLine());
            assertThat(note.verifiedBy(List.of(key))).containsExactly(key);
        }
        VerifierKey stranger =
                VerifierKey.ed25519("example.com/log", SigningKey.generate().publicKey());
        assertThat(note.verifiedBy(List.of(stranger))).isEmpty();
        assertThat(note.signatures().get(1).time()).isEqualTo(1_800_000_000L);
    }

    @Test
    void aKeyInAnotherNameOrOfAnotherTypeIsAnother() {
        SigningKey key = SigningKey.generate();
        NoteSigner text = NoteSigner.ed25519("one", key);
        NoteSigner cosigner = NoteSigner.cosigner("one", key);
        NoteSigner renamed = NoteSigner.ed25519("two", key);
        Note note = signed(text);
        assertThat(note.verifiedBy(List.of(cosigner.verifier(), renamed.verifier())))
                .isEmpty();
        // Somebody who moves the signature below the other type's id has no signature that verifies.
        VerifierKey other = cosigner.verifier();
        NoteLine moved = new NoteLine(
                other.name(), other.id(), note.signatures().getFirst().payload());
        assertThatThrownBy(() -> new Note(CHECKPOINT, List.of(moved)).verifiedBy(List.of(other)))
                .isInstanceOf(JournalException.class);
    }

    @Test
    void aKnownKeysSignatureThatFailsRefusesTheNoteWhateverElseIsSound() {
        for (NoteSigner bad : List.of(log, witness, quantum)) {
            List<NoteLine> lines = new ArrayList<>(signed(log, witness, quantum).signatures());
            lines.replaceAll(line -> line.isOf(bad.verifier()) ? flipped(line) : line);
            Note note = parse(new Note(CHECKPOINT, lines).toString());
            for (NoteSigner known : List.of(log, witness, quantum)) {
                List<VerifierKey> keys = List.of(known.verifier());
                if (known.equals(bad)) {
                    assertThatThrownBy(() -> note.verifiedBy(keys)).isInstanceOf(JournalException.class);
                } else {
                    assertThat(note.verifiedBy(keys)).isEqualTo(new java.util.HashSet<>(keys));
                }
            }
        }
    }

    private static NoteLine flipped(NoteLine line) {
        byte[] bytes = line.payload().toArray();
        bytes[bytes.length - 1] ^= 1;
        return new NoteLine(line.name(), line.id(), Blob.of(bytes));
    }

    @Test
    void aCosignatureIsOverItsTimeAndAnMlDsaOneOverItsSignersNameAsWell() {
        for (NoteSigner signer : List.of(witness, quantum)) {
            Note note = signed(signer);
            byte[] later = note.signatures().getFirst().payload().toArray();
            later[7] ^= 1;
            NoteLine line =
                    new NoteLine(signer.verifier().name(), signer.verifier().id(), Blob.of(later));
            assertThatThrownBy(() -> new Note(CHECKPOINT, List.of(line)).verifiedBy(List.of(signer.verifier())))
                    .isInstanceOf(JournalException.class);
        }
        VerifierKey renamed =
                new VerifierKey("other", VerifierKey.ML_DSA, quantum.verifier().key());
        NoteLine moved = new NoteLine(
                "other", renamed.id(), signed(quantum).signatures().getFirst().payload());
        assertThatThrownBy(() -> new Note(CHECKPOINT, List.of(moved)).verifiedBy(List.of(renamed)))
                .isInstanceOf(JournalException.class);
    }

    @Test
    void anMlDsaSignatureIsOverTheTreeAndNotOverTheExtensionLines() {
        NoteLine line = signed(quantum).signatures().getFirst();
        List<VerifierKey> keys = List.of(quantum.verifier());
        assertThat(new Note(CHECKPOINT.replace("epoch 3", "epoch 4"), List.of(line)).verifiedBy(keys))
                .hasSize(1);
        for (String other : List.of(
                CHECKPOINT.replace("\n7\n", "\n8\n"),
                CHECKPOINT.replace("example", "examples"),
                CHECKPOINT.replace("CsUY", "DsUY"))) {
            assertThatThrownBy(() -> new Note(other, List.of(line)).verifiedBy(keys))
                    .isInstanceOf(JournalException.class);
        }
    }

    @Test
    void sixteenLargeSignaturesAreRead() {
        List<NoteSigner> signers = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            byte[] seed = new byte[MlDsaKey.SEED];
            seed[0] = (byte) i;
            signers.add(NoteSigner.mlDsa("witness" + i, MlDsaKey.ofSeed(seed)));
        }
        signers.add(log);
        Note note = parse(Note.sign(CHECKPOINT, signers, 0).toString());
        assertThat(note.verifiedBy(signers.stream().map(NoteSigner::verifier).toList()))
                .hasSize(16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "text",
                "text\n",
                "text\n\n",
                "text\n\n\n",
                "te\txt\n\n— a AAAAAAA=\n",
                "text\n\n— a AAAAAAA=",
                "text\n\n- a AAAAAAA=\n",
                "text\n\n—a AAAAAAA=\n",
                "text\n\n— a AAAA\n",
                "text\n\n— a AAAAAAB=\n",
                "text\n\n— a+b AAAAAAA=\n",
                "text\n\n— a\u00a0b AAAAAAA=\n",
                "text\n\n— a AAAAAAA\n",
                "text\r\n\r\n— a AAAAAAA=\r\n",
                "text\n\n— a AAAAAAA=\n\n",
                "text\n\n— a AAAAAAA=\ntext\n"
            })
    void whatIsNoNoteIsRefused(String text) {
        assertThat(parse("text\n\n— a AAAAAAA=\n").signatures()).hasSize(1);
        assertThatThrownBy(() -> parse(text)).isInstanceOf(JournalException.class);
    }

    @Test
    void aTextMayHaveEmptyLines() {
        assertThat(parse("a\n\nb\n\n— a AAAAAAA=\n").text()).isEqualTo("a\n\nb\n");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] note = EXAMPLE.getBytes(UTF_8);
        note[3] = (byte) 0xff;
        assertThatThrownBy(() -> Note.parse(note)).isInstanceOf(JournalException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com/foo",
                "example.com/foo+530d903a+",
                "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l"
            })
    void whatIsNoVerifierKeyIsRefused(String line) {
        assertThatThrownBy(() -> VerifierKey.parse(line)).isInstanceOf(JournalException.class);
    }

    @Test
    void aKeyOfSmallOrderIsRefused() {
        Blob weak = Blob.fromHex("01" + "00".repeat(31));
        assertThatThrownBy(() -> VerifierKey.ed25519("a", weak)).isInstanceOf(JournalException.class);
        byte[] unknown = Base64.getDecoder().decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        assertThatThrownBy(() -> new VerifierKey("a", 2, Blob.of(unknown))).isInstanceOf(JournalException.class);
    }
}
