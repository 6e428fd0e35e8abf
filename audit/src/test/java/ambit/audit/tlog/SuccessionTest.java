package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.audit.LogVerifier.Result;
import ambit.audit.Succession;
import ambit.authority.Endorsement;
import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proof holds for whoever knows a key that the core had before the one that signed it. The core changed its key twice. */
class SuccessionTest {
    private static final String ORIGIN = SampleLog.ORIGIN;

    private final SigningKey first = SigningKey.generate();
    private final SigningKey second = SigningKey.generate();
    private final SigningKey third = SigningKey.generate();
    private final SigningKey stranger = SigningKey.generate();
    private final Blob passedOver = SigningKey.generate().publicKey();

    @TempDir
    private Path directory;

    private Path log() {
        return directory.resolve("log");
    }

    @BeforeEach
    void theCoreChangesItsKeyTwice() throws Exception {
        write(first, boot(first), postQuantum(first), event(1), endorsed(first, passedOver), endorsed(first, second));
        write(second, boot(second), postQuantum(second), event(2), endorsed(second, third.publicKey()));
        write(third, boot(third), postQuantum(third), event(3));
    }

    private static Entry endorsed(SigningKey by, SigningKey key) {
        return endorsed(by, key.publicKey());
    }

    private static Entry endorsed(SigningKey by, Blob key) {
        return new Entry.CoreKeyEndorsed(2, key, word(by, ORIGIN, key));
    }

    private static Blob word(SigningKey by, String origin, Blob key) {
        return Signed.sign(Domain.CORE_KEY, by, new Endorsement(origin, key, 3).toBlob());
    }

    private static Entry boot(SigningKey key) {
        return new Entry.Boot(1, ORIGIN, key.publicKey(), 0);
    }

    private static MlDsaKey mlDsa(SigningKey key) {
        return MlDsaKey.ofSeed(key.seed());
    }

    private static Entry postQuantum(SigningKey key) {
        return new Entry.PostQuantumKey(1, mlDsa(key).publicKey());
    }

    private static Entry event(int number) {
        return new Entry.Recovered(number, "t" + number, true);
    }

    private void write(SigningKey key, Entry... entries) throws IOException {
        write(log(), key, entries);
    }

    private void write(Path log, SigningKey key, Entry... entries) throws IOException {
        List<Blob> all = List.of(first.publicKey(), second.publicKey(), third.publicKey());
        LogKey keys = new LogKey(ORIGIN, key, Optional.of(mlDsa(key)), all);
        try (Journal journal = Journal.open(FileStorage.open(log), keys)) {
            for (Entry entry : entries) {
                journal.append(Entry.encode(entry));
            }
        }
    }

    private LogProof proof() throws IOException {
        return Prover.of(log(), first.publicKey(), SampleLog.checkpoint(log()), (index, _) -> index == 2)
                .prove(2);
    }

    private static LogProof.Proved verified(LogProof proof, SigningKey trusted) {
        VerifierKey key = VerifierKey.ed25519(ORIGIN, trusted.publicKey());
        return LogProof.parse(proof.toString().getBytes(UTF_8)).verify(List.of(key), List.of());
    }

    private static void refused(LogProof proof, SigningKey trusted, String because) {
        assertThatThrownBy(() -> verified(proof, trusted))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining(because);
    }

    @Test
    void everyKeyThatTheCoreHadVerifiesAProofByItsLastAndNoOtherKeyDoes() throws Exception {
        LogProof proof = proof();
        for (SigningKey key : List.of(first, second, third)) {
            assertThat(verified(proof, key).signers()).containsExactly(VerifierKey.ed25519(ORIGIN, third.publicKey()));
        }
        refused(proof, stranger, "not signed with the log's key");
    }

    @Test
    void aProofFromAnExportSaysTheSame() throws Exception {
        Path export = directory.resolve("export");
        new Export(export).update(log(), second.publicKey(), Optional.empty());
        LogProof proof = ExportVerifier.prove(TileSource.directory(export), 2);
        assertThat(proof).isEqualTo(proof());
        assertThat(verified(proof, first).checkpoint().head().size()).isEqualTo(12);
        // Goes on with it, and neither repeats nor loses the words.
        write(third, event(4));
        new Export(export).update(log(), second.publicKey(), Optional.empty());
        assertThat(ExportVerifier.prove(TileSource.directory(export), 2)).isEqualTo(proof());
    }

    @Test
    void aLaterKeyVerifiesNothingThatAnEarlierOneSigned() throws Exception {
        Path early = directory.resolve("early");
        try (Journal journal = Journal.open(FileStorage.open(early), new LogKey(ORIGIN, first))) {
            journal.append(Entry.encode(boot(first)));
            journal.append(Entry.encode(event(1)));
            journal.append(Entry.encode(endorsed(first, second)));
        }
        LogProof proof = Prover.of(early, first.publicKey(), SampleLog.checkpoint(early), (index, _) -> index == 1)
                .prove(1);
        assertThat(verified(proof, first).signers()).hasSize(1);
        refused(proof, second, "not signed with the log's key");
    }

    @Test
    void wordsThatAreMissingForgedOrAboutAnotherLogLeadNowhere() throws Exception {
        LogProof proof = proof();
        Note checkpoint = proof.checkpoint();
        Note bare = new Note(checkpoint.text(), checkpoint.signatures().subList(0, 2));
        refused(with(proof, bare), first, "not signed with the log's key");
        assertThat(verified(with(proof, bare), third).signers()).hasSize(1);

        Note foreign =
                new Succession(ORIGIN, List.of(word(first, "ambit.example/other", third.publicKey()))).under(bare);
        refused(with(proof, foreign), first, "not signed with the log's key");

        byte[] forged = word(first, ORIGIN, third.publicKey()).toArray();
        forged[forged.length - 1] ^= 1;
        Note broken = new Succession(ORIGIN, List.of(Blob.of(forged))).under(bare);
        refused(with(proof, broken), first, "not by that key");
        // To who has no use for that word it is a signature by somebody unknown.
        assertThat(verified(with(proof, broken), third).signers()).hasSize(1);
    }

    @Test
    void aKeyThatWasEndorsedAndPassedOverIsNotHandedOn() throws Exception {
        assertThat(Succession.below(proof().checkpoint(), ORIGIN).follow(first.publicKey()))
                .containsExactlyInAnyOrder(first.publicKey(), second.publicKey(), third.publicKey());
    }

    @Test
    void whoBringsAnMlDsaKeyWantsItsSignatureToo() throws Exception {
        LogProof proof = proof();
        VerifierKey present =
                new VerifierKey(ORIGIN, VerifierKey.ML_DSA, mlDsa(third).publicKey());
        VerifierKey former =
                new VerifierKey(ORIGIN, VerifierKey.ML_DSA, mlDsa(first).publicKey());
        VerifierKey key = VerifierKey.ed25519(ORIGIN, first.publicKey());
        assertThat(proof.verify(List.of(key, present), List.of()).signers()).hasSize(2);
        assertThatThrownBy(() -> proof.verify(List.of(key, former), List.of())).hasMessageContaining("ML-DSA");
        List<NoteLine> lines = new ArrayList<>(proof.checkpoint().signatures());
        lines.removeIf(it -> it.isOf(present));
        LogProof weaker = with(proof, new Note(proof.checkpoint().text(), lines));
        assertThat(verified(weaker, third).signers()).hasSize(1);
        assertThatThrownBy(() -> weaker.verify(List.of(key, present), List.of()))
                .hasMessageContaining("ML-DSA");
    }

    private static LogProof with(LogProof proof, Note checkpoint) {
        return new LogProof(proof.index(), proof.entry(), proof.inclusion(), checkpoint);
    }

    @Test
    void theVerifierInPythonFollowsThemToo() throws Exception {
        Path file = Files.writeString(directory.resolve("entry-2.tlog-proof"), proof().toString());
        for (SigningKey key : List.of(first, second, third)) {
            assertThat(OthersToolsTest.python("proof", file, OthersToolsTest.publicKey(directory, key.publicKey()))
                            .exit())
                    .isZero();
        }
        assertThat(OthersToolsTest.python("proof", file, OthersToolsTest.publicKey(directory, stranger.publicKey()))
                        .exit())
                .isNotZero();
        byte[] forged = word(first, ORIGIN, third.publicKey()).toArray();
        forged[forged.length - 1] ^= 1;
        Note broken = new Succession(ORIGIN, List.of(Blob.of(forged))).under(SampleLog.checkpoint(log()));
        Files.writeString(file, with(proof(), broken).toString());
        assertThat(OthersToolsTest.python("proof", file, OthersToolsTest.publicKey(directory, first.publicKey()))
                        .exit())
                .isNotZero();
    }

    /**
     * The log in parts, of which the first, which has the first change of the key, is in an archive; the snapshot is by the second key.
     */
    private Path archived() throws IOException {
        Path archive = directory.resolve("archive");
        Files.delete(log().resolve("entries"));
        Files.delete(log().resolve("checkpoint"));
        write(first, boot(first), postQuantum(first), event(1), endorsed(first, second));
        write(second, boot(second), postQuantum(second), event(2), event(3), event(30));
        LogKey keys = new LogKey(ORIGIN, second, Optional.of(mlDsa(second)), List.of(first.publicKey()));
        try (Journal journal = Journal.open(FileStorage.open(log()), keys)) {
            SampleLog.snapshot(journal);
        }
        write(second, event(4), endorsed(second, third));
        write(third, boot(third), postQuantum(third), event(5));
        SampleLog.split(log(), 6, 7, 10);
        SampleLog.archive(log(), archive, 2);
        return archive;
    }

    private Result verify(Optional<Path> archive, SigningKey trusted, Note... kept) {
        return LogVerifier.read(log(), archive, trusted.publicKey(), List.of(kept), (_, _, _) -> {});
    }

    private void broken(Result result, String because) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Broken.class, it -> assertThat(it.sentence()).contains(because));
    }

    private static void intact(Result result, long unseen) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Intact.class, it -> assertThat(it.unseen()).isEqualTo(unseen));
    }

    @Test
    void theRestOfALogWhoseFirstKeysWereArchivedVerifiesForWhoKnowsOneOfThem() throws Exception {
        Path archive = archived();
        broken(verify(Optional.empty(), first), "not signed");
        Result all = verify(Optional.of(archive), first);
        intact(all, 0);
        ((Intact) all).succession().keep(log());
        intact(verify(Optional.empty(), first), 8);
        intact(verify(Optional.empty(), second), 8);
        // To who knows only the last key, nothing of what led to the snapshot is certain.
        intact(verify(Optional.empty(), third), 9);
        broken(verify(Optional.empty(), stranger), "not signed");
    }

    @Test
    void aCheckpointOverWhatWasArchivedIsNotPassedOver() throws Exception {
        Path log = log();
        Files.delete(log.resolve("entries"));
        Files.delete(log.resolve("checkpoint"));
        write(first, boot(first), postQuantum(first), event(1), endorsed(first, second));
        Note kept = SampleLog.checkpoint(log);
        Path archive = archived();
        intact(verify(Optional.of(archive), second, SampleLog.checkpoint(log)), 0);
        intact(verify(Optional.of(archive), first, kept), 0);
        broken(verify(Optional.empty(), second, kept), "were archived");
    }

    @Test
    void nothingIsProvedOrExportedWithoutWhatWasArchived() throws Exception {
        Path archive = archived();
        Note checkpoint = SampleLog.checkpoint(log());
        Path export = directory.resolve("export");
        assertThatThrownBy(() -> Prover.of(log(), second.publicKey(), checkpoint, (index, _) -> index == 9))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("archived");
        assertThatThrownBy(() -> new Export(export).update(log(), second.publicKey(), Optional.empty()))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("archived");
        assertThat(export).doesNotExist();
        LogProof proof = Prover.of(
                        log(), Optional.of(archive), second.publicKey(), checkpoint, (index, _) -> index == 2)
                .prove(2);
        assertThat(verified(proof, first).checkpoint().head().size()).isEqualTo(14);
        new Export(export).update(log(), Optional.of(archive), second.publicKey(), Optional.empty());
        assertThat(ExportVerifier.prove(TileSource.directory(export), 2)).isEqualTo(proof);
    }

    @Test
    void aCheckpointThatWasKeptFromBeforeAKeyIsContinuedForWhoeverKnowsThatKeyAlone() throws Exception {
        Path log = directory.resolve("growing");
        write(log, first, boot(first), postQuantum(first), endorsed(first, second));
        Note kept = SampleLog.checkpoint(log);
        write(log, second, boot(second), postQuantum(second), event(2));
        assertThat(LogVerifier.read(log, second.publicKey(), List.of(kept), (_, _, _) -> {}))
                .isInstanceOf(Intact.class);
        // Nobody else's, and none of another log of as many entries.
        Note strangers = Note.sign(kept.text(), List.of(NoteSigner.ed25519(ORIGIN, stranger)), 0);
        Path other = directory.resolve("other");
        write(other, first, boot(first), postQuantum(first), event(7));
        for (Note note : List.of(strangers, SampleLog.checkpoint(other))) {
            assertThat(LogVerifier.read(log, second.publicKey(), List.of(note), (_, _, _) -> {}))
                    .isInstanceOf(Broken.class);
        }
        // The newest one must still be by a key that is trusted.
        assertThat(LogVerifier.read(log, third.publicKey(), List.of(kept), (_, _, _) -> {}))
                .isInstanceOf(Broken.class);
    }

    /** What a witness answers to the log's newest checkpoint, when it is read on from a foothold. */
    private static Witness.Answer ask(Witness witness, Path log, Foothold from) throws IOException {
        Note checkpoint = SampleLog.checkpoint(log);
        Growth growth = Growth.read(log, Optional.empty(), from, from.size(), checkpoint);
        return ask(witness, from.size(), growth.consistency(), growth.words().under(checkpoint));
    }

    private static Witness.Answer ask(Witness witness, long old, List<Blob> consistency, Note checkpoint)
            throws IOException {
        return witness.addCheckpoint(
                new WitnessRequest(old, consistency, checkpoint).toString().getBytes(UTF_8));
    }

    private Witness witness(String state, SigningKey... known) throws IOException {
        return new Witness(
                directory.resolve(state),
                Stream.of(known)
                        .map(it -> VerifierKey.ed25519(ORIGIN, it.publicKey()))
                        .toList(),
                List.of(NoteSigner.cosigner("witness.example", SigningKey.generate())),
                InstantSource.system());
    }

    @Test
    void aWitnessFollowsALogFromAnyOfItsKeysToItsPresentOne() throws Exception {
        for (SigningKey key : List.of(first, second, third)) {
            assertThat(ask(witness(key.publicKey().toHex(), key), log(), Foothold.START)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(ask(witness("s", stranger), log(), Foothold.START).status()).isEqualTo(403);
        Note bare = SampleLog.checkpoint(log());
        assertThat(ask(witness("b", first), 0, List.of(), bare).status())
                .as("the control: without the endorsements it cannot")
                .isEqualTo(403);
        assertThat(ask(witness("t", third), 0, List.of(), bare).status()).isEqualTo(200);
    }

    @Test
    void aWitnessFollowsALogThatGrowsAndTakesNothingMoreByAKeyOfBefore() throws Exception {
        Path log = directory.resolve("growing");
        Witness witness = witness("state", first);
        Foothold foothold = Foothold.START;
        // Endorsed before one cosigning, in force before the next: what is read each time is new.
        write(log, first, boot(first), postQuantum(first), endorsed(first, second));
        foothold = cosigned(witness, log, foothold);
        write(log, second, boot(second), postQuantum(second), event(2), endorsed(second, passedOver));
        foothold = cosigned(witness, log, foothold);
        write(log, second, endorsed(second, third.publicKey()));
        foothold = cosigned(witness, log, foothold);
        write(log, third, boot(third), postQuantum(third), event(3));
        foothold = cosigned(witness, log, foothold);

        Note checkpoint = SampleLog.checkpoint(log);
        for (SigningKey key : List.of(first, second, stranger)) {
            Note stolen = Note.sign(checkpoint.text(), List.of(NoteSigner.ed25519(ORIGIN, key)), 0);
            // Whoever runs the witness may have given it the former key as well.
            for (Witness each : List.of(witness("state", first), witness("state", first, second, third))) {
                assertThat(ask(each, foothold.size(), List.of(), stolen).status())
                        .isEqualTo(403);
            }
        }
        Note present = Note.sign(checkpoint.text(), List.of(NoteSigner.ed25519(ORIGIN, third)), 0);
        assertThat(ask(witness("state", first), foothold.size(), List.of(), present)
                        .status())
                .isEqualTo(200);
    }

    /** Another signing of this checkpoint, with words below it. */
    private static Note by(Note checkpoint, List<Blob> words, SigningKey... keys) {
        List<NoteSigner> signers =
                Stream.of(keys).map(it -> NoteSigner.ed25519(ORIGIN, it)).toList();
        return new Succession(ORIGIN, words).under(Note.sign(checkpoint.text(), signers, 0));
    }

    private static int again(Witness witness, Note checkpoint) throws IOException {
        return ask(witness, 12, List.of(), checkpoint).status();
    }

    @Test
    void aFormerKeyEndorsesNobodyAnyMore() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log());
        cosigned(witness("state", first), log(), Foothold.START);
        Note stolen = by(checkpoint, List.of(word(first, ORIGIN, stranger.publicKey())), stranger);
        for (Witness each : List.of(witness("state", first), witness("state", first, second, third))) {
            assertThat(again(each, stolen)).isEqualTo(403);
        }
        assertThat(again(witness("other", first), stolen))
                .as("the control: it is endorsed")
                .isNotEqualTo(403);
        assertThat(again(witness("state", first), by(checkpoint, List.of(), third)))
                .isEqualTo(200);
    }

    @Test
    void aFormerKeyIsNotRememberedForSigningBesideThePresentOne() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log());
        List<Blob> words = List.of(word(first, ORIGIN, second.publicKey()), word(second, ORIGIN, third.publicKey()));
        Witness witness = witness("state", first);
        assertThat(ask(witness, 0, List.of(), by(checkpoint, words, first, third))
                        .status())
                .isEqualTo(200);
        assertThat(again(witness, by(checkpoint, List.of(), first))).isEqualTo(403);
        assertThat(again(witness, by(checkpoint, List.of(), third))).isEqualTo(200);

        // Nor is another one that it endorsed, whether or not the present one signed as well.
        List<Blob> more = Stream.concat(words.stream(), Stream.of(word(first, ORIGIN, stranger.publicKey())))
                .toList();
        Witness fresh = witness("fresh", first);
        assertThat(ask(fresh, 0, List.of(), by(checkpoint, more, stranger, third))
                        .status())
                .isEqualTo(403);
        assertThat(ask(fresh, 0, List.of(), by(checkpoint, more, third)).status())
                .isEqualTo(200);
        // Whoever runs the witness may know that a log signs with two keys at a time.
        Witness both = witness("both", first, stranger);
        assertThat(ask(both, 0, List.of(), by(checkpoint, List.of(), first, stranger))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anMlDsaSignatureIsNoSubstituteForTheOneWhoseKeyIsEndorsed() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log());
        NoteSigner former = NoteSigner.mlDsa(ORIGIN, mlDsa(first));
        List<NoteSigner> own = List.of(NoteSigner.cosigner("witness.example", SigningKey.generate()));
        Witness witness = new Witness(
                directory.resolve("state"),
                List.of(VerifierKey.ed25519(ORIGIN, first.publicKey()), former.verifier()),
                own,
                InstantSource.system());
        cosigned(witness, log(), Foothold.START);
        Note stolen = Note.sign(checkpoint.text(), List.of(former), 0);
        assertThat(again(witness, stolen)).isEqualTo(403);
        Witness quantum = new Witness(directory.resolve("q"), List.of(former.verifier()), own, InstantSource.system());
        assertThat(ask(quantum, 0, List.of(), stolen).status())
                .as("the control: it may be all that is known of a log")
                .isEqualTo(200);
    }

    @Test
    void madeUpEndorsementsPushNoTrueOnesOutOfTheMemory() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log());
        Witness witness = witness("state", first);
        cosigned(witness, log(), Foothold.START);
        List<Blob> madeUp = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            madeUp.add(word(SigningKey.generate(), ORIGIN, stranger.publicKey()));
        }
        assertThat(again(witness, by(checkpoint, madeUp, third))).isEqualTo(200);
        assertThat(again(witness("state", first), by(checkpoint, List.of(), third)))
                .isEqualTo(200);
        // Nor do those that the former keys made, for all that they are true.
        List<Blob> idle = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            idle.add(word(
                    i % 2 == 0 ? first : second, ORIGIN, SigningKey.generate().publicKey()));
        }
        assertThat(again(witness, by(checkpoint, idle, third))).isEqualTo(200);
        assertThat(again(witness("state", first), by(checkpoint, List.of(), third)))
                .isEqualTo(200);
        String kept = witness.checkpoint(
                        Blob.of(ORIGIN.getBytes(UTF_8)).sha256().toHex())
                .body();
        assertThat(Succession.below(Note.parse(kept.getBytes(UTF_8)), ORIGIN).follow(first.publicKey()))
                .containsExactly(first.publicKey(), second.publicKey(), third.publicKey());
    }

    @Test
    void aWitnessThatCannotRememberTheWayToTheKeySaysSoBeforeItCosigns() throws Exception {
        Note checkpoint = SampleLog.checkpoint(log());
        List<SigningKey> keys = Stream.generate(SigningKey::generate).limit(34).toList();
        Witness witness = witness("state", keys.getFirst());
        assertThat(ask(witness, 0, List.of(), by(checkpoint, List.of(), keys.getFirst()))
                        .status())
                .isEqualTo(200);
        for (int i = 1; i <= 32; i++) {
            Blob word = word(keys.get(i - 1), ORIGIN, keys.get(i).publicKey());
            assertThat(again(witness, by(checkpoint, List.of(word), keys.get(i))))
                    .isEqualTo(200);
        }
        Note next =
                by(checkpoint, List.of(word(keys.get(32), ORIGIN, keys.get(33).publicKey())), keys.get(33));
        Witness.Answer refused = ask(witness, 12, List.of(), next);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("more than 32 endorsements").contains("begin with a later key");
        assertThat(again(witness, by(checkpoint, List.of(), keys.get(32)))).isEqualTo(200);
        // It is begun with a later one: beside the former, or in its place.
        assertThat(again(witness("state", keys.getFirst(), keys.get(32)), next)).isEqualTo(200);
        assertThat(again(witness("state", keys.get(33)), next)).isEqualTo(200);
        assertThat(again(witness("state", keys.get(33)), by(checkpoint, List.of(), keys.get(32))))
                .isEqualTo(403);
    }

    private static Foothold cosigned(Witness witness, Path log, Foothold from) throws IOException {
        assertThat(ask(witness, log, from)).extracting(Witness.Answer::status).isEqualTo(200);
        Note checkpoint = SampleLog.checkpoint(log);
        return Growth.read(log, Optional.empty(), from, from.size(), checkpoint).reached();
    }
}
