package ambit.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Endorsement;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose core changed its key verifies for whoever knows one that came before, and only if each key vouched for the next. */
class CoreKeysTest {
    private static final String ORIGIN = "ambit/test";

    @TempDir
    private Path directory;

    private final SigningKey first = SigningKey.generate();
    private final SigningKey second = SigningKey.generate();
    private final SigningKey third = SigningKey.generate();
    private final SigningKey stranger = SigningKey.generate();

    private static Entry boot(SigningKey key) {
        return new Entry.Boot(1, ORIGIN, key.publicKey(), 0);
    }

    private static Entry endorsed(SigningKey by, SigningKey key) {
        return endorsed(Domain.CORE_KEY, by, ORIGIN, key.publicKey(), key.publicKey());
    }

    private static Entry endorsed(Domain domain, SigningKey by, String origin, Blob signed, Blob named) {
        return new Entry.CoreKeyEndorsed(
                2, named, Signed.sign(domain, by, new Endorsement(origin, signed, 3).toBlob()));
    }

    private static Entry event(int number) {
        return new Entry.Recovered(number, "t" + number, true);
    }

    /** Goes on with the log as a core with this key does: its last checkpoint covers what is written. */
    private void write(SigningKey key, Entry... entries) throws IOException {
        List<Blob> all = List.of(first.publicKey(), second.publicKey(), third.publicKey(), stranger.publicKey());
        try (Journal journal = Journal.open(FileStorage.open(directory), new LogKey(ORIGIN, key, all))) {
            for (Entry entry : entries) {
                journal.append(Entry.encode(entry));
            }
        }
    }

    private void intact(SigningKey trusted) {
        assertThat(LogVerifier.verify(directory, trusted.publicKey())).isInstanceOf(LogVerifier.Intact.class);
    }

    private void broken(SigningKey trusted, String because) {
        assertThat(LogVerifier.verify(directory, trusted.publicKey()))
                .isInstanceOfSatisfying(
                        LogVerifier.Broken.class,
                        it -> assertThat(it.sentence()).contains(because));
    }

    private void rotatedTwice() throws IOException {
        write(first, boot(first), event(1), endorsed(first, second), event(2));
        write(second, boot(second), event(3), endorsed(second, third));
        write(third, boot(third), event(4));
    }

    @Test
    void whoKnowsTheFirstKeyFollowsTheLogToTheLastAndSoDoesWhoKnowsALaterOne() throws Exception {
        rotatedTwice();
        intact(first);
        intact(second);
        intact(third);
        broken(stranger, "not signed");
    }

    @Test
    void aCheckpointStaysGoodAtEveryMomentOfAChange() throws Exception {
        write(first, boot(first), endorsed(first, second), event(1));
        intact(first);
        broken(second, "not signed");
        // The new key signs before the core's first entry with it.
        write(second);
        intact(first);
        intact(second);
        write(second, boot(second));
        intact(first);
        intact(second);
    }

    @Test
    void aKeyThatChangedWithoutAnEndorsementIsRefused() throws Exception {
        write(first, boot(first), event(1));
        write(second, boot(second), event(2));
        broken(first, "had not endorsed");
        broken(second, "had not endorsed");
    }

    @Test
    void aCheckpointByAKeyThatNobodyEndorsedIsRefused() throws Exception {
        write(first, boot(first), event(1));
        write(second);
        broken(first, "not signed");
        broken(second, "not signed");
    }

    @Test
    void aForgedEndorsementIsRefused() throws Exception {
        List<Entry> forged = List.of(
                endorsed(stranger, second),
                endorsed(second, second),
                endorsed(Domain.TENANT_KEY, first, ORIGIN, second.publicKey(), second.publicKey()),
                endorsed(Domain.CORE_KEY, first, "ambit/other", second.publicKey(), second.publicKey()),
                endorsed(Domain.CORE_KEY, first, ORIGIN, third.publicKey(), second.publicKey()),
                new Entry.CoreKeyEndorsed(2, second.publicKey(), Blob.EMPTY),
                endorsed(Domain.CORE_KEY, first, ORIGIN, Blob.fromHex("01" + "00".repeat(31)), second.publicKey()));
        for (Entry entry : forged) {
            clear();
            write(first, boot(first), entry);
            broken(first, "not endorsed");
        }
    }

    private void clear() throws IOException {
        Files.deleteIfExists(directory.resolve("entries"));
        Files.deleteIfExists(directory.resolve("checkpoint"));
    }

    @Test
    void anEndorsementIsNotWorthAnythingWhenItsKeyIsNoLongerInForce() throws Exception {
        Entry word = endorsed(first, second);
        write(first, boot(first), word, endorsed(first, third));
        write(third, boot(third));
        intact(first);
        write(second, boot(second));
        broken(first, "had not endorsed");
        clear();
        write(first, boot(first), word);
        write(second, boot(second), word);
        broken(first, "not endorsed");
        clear();
        write(first, boot(first), word);
        write(second, boot(second), endorsed(second, first));
        broken(first, "there before");
    }

    @Test
    void theFormerKeySignsNoCheckpointOfWhatCameAfterIt() throws Exception {
        write(first, boot(first), endorsed(first, second));
        write(second, boot(second), event(1));
        intact(first);
        write(first);
        broken(first, "not signed");
        broken(second, "not signed");
    }

    @Test
    void whoTrustsALaterKeyIsNotFooledByALogThatEndsInAStrangersCheckpoint() throws Exception {
        // The stranger's log endorses the trusted key, which says nothing of the stranger.
        write(stranger, boot(stranger), event(1), endorsed(stranger, third));
        broken(third, "not signed");
        intact(stranger);
    }

    @Test
    void aKeyThatWasEndorsedAndNeverTookOverIsNoAncestorOfTheOneThatDid() throws Exception {
        write(first, boot(first), endorsed(first, second), endorsed(first, third));
        write(third, boot(third));
        intact(first);
        intact(third);
        broken(second, "not signed");
    }

    @Test
    void aLogWithoutABootIsOfTheTrustedKeyAlone() throws Exception {
        write(first, event(1));
        intact(first);
        broken(second, "not signed");
        assertThat(Files.readString(directory.resolve("checkpoint"), UTF_8)).startsWith(ORIGIN);
    }
}
