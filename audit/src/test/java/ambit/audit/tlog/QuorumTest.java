package ambit.audit.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuorumTest {
    private final SampleLog core = new SampleLog();
    private final NoteSigner one = NoteSigner.cosigner("w/1", SigningKey.generate());
    private final NoteSigner quantumOne = NoteSigner.mlDsa("w/1", MlDsaKey.ofSeed(new byte[32]));
    private final NoteSigner two = NoteSigner.cosigner("w/2", SigningKey.generate());
    private final NoteSigner three = NoteSigner.cosigner("w/3", SigningKey.generate());

    @TempDir
    private Path directory;

    private Note checkpoint = new Note("", List.of());

    @BeforeEach
    void aCheckpoint() throws Exception {
        checkpoint = SampleLog.checkpoint(core.write(directory.resolve("log"), core.entries(20)));
    }

    private Note cosigned(NoteSigner... by) {
        List<NoteLine> lines = new ArrayList<>(checkpoint.signatures());
        for (int i = 0; i < by.length; i++) {
            lines.add(by[i].sign(checkpoint.text(), 1000 + i));
        }
        return new Note(checkpoint.text(), lines);
    }

    private static Quorum quorum(int need, NoteSigner... signers) {
        List<VerifierKey> keys = Stream.of(signers).map(NoteSigner::verifier).toList();
        return new Quorum(Quorum.members(keys), need);
    }

    @Test
    void eachWitnessCountsOnceAndWithAllOfItsKeys() {
        Quorum quorum = quorum(2, one, quantumOne, two, three);
        Note enough = cosigned(one, quantumOne, three);
        assertThat(quorum.cosigned(enough))
                .containsExactly(new Quorum.Cosigned("w/1", 20, 1001), new Quorum.Cosigned("w/3", 20, 1002));
        assertThat(quorum.reachedBy(enough)).isTrue();
        Note twice = cosigned(one, three, three);
        assertThat(quorum.reachedBy(twice)).isFalse();
        assertThat(quorum.missing(quorum.cosigned(twice)))
                .isEqualTo("1 of 3 witnesses have cosigned the checkpoint; the quorum is 2, and missing are w/1, w/2");
        assertThat(quorum.reachedBy(cosigned(quantumOne, three))).isFalse();
        assertThat(quorum.reachedBy(cosigned(two, three))).isTrue();
        assertThat(quorum(1, two).missing(List.of())).isEqualTo("the witness w/2 has not cosigned the checkpoint");
    }

    @Test
    void theLogItselfIsNoWitnessOfItAndAFalseCosignatureIsNone() {
        NoteSigner log = NoteSigner.mlDsa(SampleLog.ORIGIN, core.postQuantum);
        assertThatThrownBy(() -> quorum(1, log).cosigned(checkpoint)).hasMessageContaining("is the log itself");
        NoteLine line = one.sign(checkpoint.text().replace("\n20\n", "\n21\n"), 1000);
        Note edited = new Note(checkpoint.text(), List.of(line));
        assertThatThrownBy(() -> quorum(1, one).cosigned(edited)).isInstanceOf(JournalException.class);
        NoteSigner namesake = NoteSigner.cosigner("w/1", SigningKey.generate());
        assertThat(quorum(1, one).reachedBy(cosigned(namesake))).isFalse();
    }

    @Test
    void aNumberThatCannotBeReachedIsNoQuorum() {
        assertThatThrownBy(() -> quorum(0, one)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> quorum(2, one, quantumOne)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneKeyUnderTwoNamesIsNotTwoWitnesses() {
        SigningKey key = SigningKey.generate();
        NoteSigner here = NoteSigner.cosigner("w/1", key);
        NoteSigner there = NoteSigner.cosigner("w/2", key);
        assertThatThrownBy(() -> quorum(1, here, there))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the witnesses w/1 and w/2 have the same key");
        NoteSigner quantumThere = NoteSigner.mlDsa("w/2", MlDsaKey.ofSeed(new byte[32]));
        assertThatThrownBy(() -> quorum(1, one, quantumOne, two, quantumThere)).hasMessageContaining("the same key");
        assertThat(quorum(1, one, quantumOne, two).witnesses()).hasSize(2);
    }

    @Test
    void aTimeThatNobodyCanTellIsNoCosignature() {
        long last = 253_402_300_799L;
        NoteLine late = one.sign(checkpoint.text(), last);
        assertThat(quorum(1, one).cosigned(new Note(checkpoint.text(), List.of(late))))
                .containsExactly(new Quorum.Cosigned("w/1", 20, last));
        for (long time : List.of(last + 1, Long.MAX_VALUE)) {
            Note note = new Note(checkpoint.text(), List.of(one.sign(checkpoint.text(), time)));
            assertThatThrownBy(() -> quorum(1, one).cosigned(note))
                    .isInstanceOf(JournalException.class)
                    .hasMessage("the cosignature of w/1 says a time after the year 9999");
        }
    }
}
