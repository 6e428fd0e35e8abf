package ambit.bench;

import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.core.InProcess;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A log of calls of a hundred grants, as a core would have it: a boot, then permits and their outcomes by turns.
 *
 * @param key what its checkpoints are signed with
 */
record SampleLog(Path directory, LogKey key, int entries) {

    /** Entries behind the snapshot of a log that has one: nearly as many as a core lets come before it writes the next. */
    static final int AFTER_SNAPSHOT = 49_000;

    static final String ORIGIN = "ambit/bench";

    private static final int ALONG = 10_000;
    private static final int ACCOUNTS = 100;
    private static final long ONE_MS = 1_700_000_000_000L;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A key that signs as a core does: with Ed25519 and ML-DSA. */
    static LogKey logKey(SigningKey key) {
        byte[] seed = new byte[MlDsaKey.SEED];
        RANDOM.nextBytes(seed);
        return new LogKey(ORIGIN, key, Optional.of(MlDsaKey.ofSeed(seed)), List.of());
    }

    /** Writes one into a directory that is not there yet. It has a snapshot if it has more entries than stand behind one. */
    static SampleLog write(Path directory, SigningKey key, int entries) throws IOException {
        SampleLog log = new SampleLog(directory, logKey(key), entries);
        try (Journal journal = Journal.open(FileStorage.open(directory), log.key)) {
            for (int i = 0; i < entries; i++) {
                long index = journal.append(Entry.encode(log.entry(i)));
                if (i % ALONG == 0 || i == entries - AFTER_SNAPSHOT) {
                    journal.awaitDurable(index);
                }
                if (i == entries - AFTER_SNAPSHOT) {
                    journal.snapshot(InProcess.history());
                }
            }
        }
        return log;
    }

    long bytes() throws IOException {
        return TemporaryDirectory.bytes(directory);
    }

    private Entry entry(int i) {
        return switch (i) {
            case 0 -> new Entry.Boot(ONE_MS, ORIGIN, key.key().publicKey(), 0);
            case 1 ->
                new Entry.PostQuantumKey(ONE_MS, key.postQuantum().orElseThrow().publicKey());
            default -> i % 2 == 0 ? allowed(i) : outcome(i);
        };
    }

    private static Blob id(String kind, int i, int size) {
        byte[] hash =
                Blob.of((kind + i).getBytes(StandardCharsets.UTF_8)).sha256().toArray();
        return Blob.of(Arrays.copyOf(hash, size));
    }

    private static Entry allowed(int i) {
        int grant = i / 2 % ACCOUNTS;
        return new Entry.Allowed(
                ONE_MS + i,
                id("context", grant, 16),
                id("transaction", grant, 16).toHex(),
                i,
                1,
                "files.read",
                id("parameters", i, 32),
                id("permit", i, 16),
                "files",
                true,
                List.of(debit("grant", i), debit("request", i)),
                List.of(),
                Blob.EMPTY);
    }

    /** Of a block that the grant's calls have in common. */
    private static Entry.Debit debit(String block, int i) {
        return new Entry.Debit(id(block, i / 2 % ACCOUNTS, 32), 0, 1 + i / 2 / ACCOUNTS, -1);
    }

    private static Entry outcome(int i) {
        return new Entry.Outcome(ONE_MS + i, id("permit", i - 1, 16), 0, id("result", i, 32), 100, 3, List.of());
    }
}
