package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A checkpoint names the revocation epoch of its size, neither an earlier nor a later one. */
class RevocationEpochTest {
    private static final LogKey KEY = new LogKey("ambit/test", SigningKey.generate());

    private final MemoryStorage storage = new MemoryStorage();

    private Journal.Stepped open() throws IOException {
        return Journal.stepped(storage, KEY, Optional.empty(), () -> 0);
    }

    private static byte[] revoked(long epoch) {
        return Entry.encode(new Entry.Revoked(1_700_000_000_000L, epoch, "acme", Blob.of(new byte[32]), Blob.EMPTY));
    }

    private static byte[] another() {
        return Entry.encode(new Entry.Stopped(1_700_000_000_000L, "t", "why"));
    }

    private static Checkpoint opened(byte[] note) {
        return Checkpoint.open(note, KEY.origin(), KEY.accepted());
    }

    @Test
    void itIsTheOneOfTheNewestRevocationBelowTheCheckpoint() throws IOException {
        try (Journal journal = open()) {
            assertThat(opened(journal.checkpoint().getBytes(UTF_8)).epoch()).isZero();
            journal.append(another());
            assertThat(opened(journal.checkpoint().getBytes(UTF_8)).epoch()).isZero();
            journal.append(revoked(1));
            journal.append(another());
            assertThat(opened(journal.checkpoint().getBytes(UTF_8)).epoch()).isEqualTo(1);
            journal.append(revoked(2));
            journal.append(revoked(3));
        }
        assertThat(opened(storage.checkpoint().orElseThrow()).epoch()).isEqualTo(3);
    }

    @Test
    void itIsKnownAgainWhenTheLogIsOpened() throws IOException {
        try (Journal journal = open()) {
            journal.append(revoked(1));
            journal.append(revoked(70_000));
            journal.append(another());
        }
        storage.replaceCheckpoint(new Checkpoint(KEY.origin(), new MerkleRange().head(), 0)
                .note(KEY)
                .toString()
                .getBytes(UTF_8));
        open();
        assertThat(opened(storage.checkpoint().orElseThrow()).epoch()).isEqualTo(70_000);
    }

    @Test
    void whateverIsFlushedTogetherItIsThatOfTheSizeThatIsSigned() throws IOException {
        Random random = new Random(11);
        long epoch = 0;
        long size = 0;
        try (Journal.Stepped journal = open()) {
            for (int i = 0; i < 300; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        journal.append(revoked(++epoch));
                        size++;
                    }
                    case 1 -> {
                        journal.append(another());
                        size++;
                    }
                    case 2 -> journal.step();
                    default ->
                        assertThat(opened(journal.checkpoint().getBytes(UTF_8)))
                                .extracting(it -> it.head().size(), Checkpoint::epoch)
                                .containsExactly(size, epoch);
                }
            }
        }
        assertThat(epoch).isPositive();
    }

    @Test
    void entriesThatOnlyBeginLikeARevocationAreOfNoOtherKind() {
        RevocationEpoch taken = new RevocationEpoch();
        taken.take(new byte[0]);
        taken.take(new byte[] {revoked(1)[0]});
        taken.take(another());
        assertThat(taken.value()).isZero();
        taken.take(revoked(9));
        assertThat(taken.value()).isEqualTo(9);
    }
}
