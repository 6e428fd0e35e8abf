package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.SigningKey;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.LogKey;
import ambit.log.Snapshot;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Nothing reads as a snapshot but the very bytes that the core wrote, and it says what it was made of. */
final class SnapshotTarget {
    private static final String ORIGIN = "ambit/fuzz";
    private static final SigningKey KEY = CoseTarget.key(3);
    private static final List<Blob> GENUINE = written();

    private SnapshotTarget() {}

    static List<Blob> genuine() {
        return GENUINE;
    }

    /** One for each length of the log up to six entries. */
    private static List<Blob> written() {
        List<Blob> snapshots = new ArrayList<>();
        KeptStorage storage = new KeptStorage();
        try (Journal journal = Journal.stepped(storage, new LogKey(ORIGIN, KEY), Optional.empty(), System::nanoTime)) {
            for (int size = 0; size < 6; size++) {
                journal.append(new byte[size]);
                journal.awaitDurable(size);
                journal.snapshot(new All());
                snapshots.add(Blob.of(storage.snapshot().orElseThrow()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return snapshots;
    }

    static void check(byte[] input) {
        All entries = new All();
        try {
            Snapshot snapshot = Snapshot.read(input, ORIGIN, List.of(KEY.publicKey()), entries);
            assertThat(GENUINE.get((int) snapshot.size() - 1)).isEqualTo(Blob.of(input));
            assertThat(entries.sum).hasSize((int) snapshot.size());
        } catch (JournalException e) {
            assertThat(GENUINE).as(e.getMessage()).doesNotContain(Blob.of(input));
        }
    }

    /** A log that adds up to itself. */
    private static final class All implements Journal.Fold {
        private final List<byte[]> sum = new ArrayList<>();

        @Override
        public void entry(long index, byte[] entry) {
            sum.add(entry);
        }

        @Override
        public List<byte[]> sum() {
            return sum;
        }
    }
}
