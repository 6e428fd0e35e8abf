package ambit.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Head;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogVerifierTest {
    private static final SigningKey CORE = SigningKey.generate();
    private static final Entry ENTRY = new Entry.TenantRegistered(1, "acme", Blob.of(new byte[32]));
    private static final Blob LEAF =
            Blob.fromHex("00" + Blob.of(Entry.encode(ENTRY)).toHex()).sha256();

    @TempDir
    Path directory;

    private Journal open() throws IOException {
        LogKey key = new LogKey("ambit/test", CORE);
        return Journal.open(FileStorage.open(directory), key);
    }

    @Test
    void readsALogThatIsOpenAndOneThatIsClosed() throws IOException {
        try (Journal journal = open()) {
            journal.awaitDurable(journal.append(Entry.encode(ENTRY)));
            assertThat(LogVerifier.verify(directory, CORE.publicKey()))
                    .isInstanceOfSatisfying(LogVerifier.Intact.class, it -> {
                        assertThat(it.origin()).isEqualTo("ambit/test");
                        assertThat(it.head()).isEqualTo(new Head(1, LEAF));
                        assertThat(List.of(it.signed(), it.torn(), it.unseen())).containsOnly(0L);
                    });
        }
        List<Entry> entries = new ArrayList<>();
        LogVerifier.read(directory, CORE.publicKey(), (_, entry) -> entries.add(entry));
        assertThat(entries).containsExactly(ENTRY);
    }

    @Test
    void refusesALogThatIsNotThereOrIsOfAnotherCore() throws IOException {
        open().close();
        Blob other = SigningKey.generate().publicKey();
        assertThat(LogVerifier.verify(directory, other)).isInstanceOf(LogVerifier.Broken.class);
        assertThat(LogVerifier.verify(directory.resolve("none"), CORE.publicKey()))
                .isInstanceOf(LogVerifier.Broken.class);
    }

    @Test
    void findsEveryFlippedBit() throws IOException {
        Path file = directory.resolve("entries");
        byte[] unsigned;
        try (Journal journal = open()) {
            unsigned = Files.readAllBytes(directory.resolve("checkpoint"));
            for (int i = 0; i < 20; i++) {
                journal.append(Entry.encode(ENTRY));
            }
        }
        byte[] entries = Files.readAllBytes(file);
        // The checkpoint is taken away from the defence: what it signs is older than the flip.
        Files.write(directory.resolve("checkpoint"), unsigned);
        assertThat(LogVerifier.verify(directory, CORE.publicKey())).isInstanceOf(LogVerifier.Intact.class);
        Random random = new Random(7);
        for (int i = 0; i < 150; i++) {
            byte[] flipped = entries.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            assertThat(LogVerifier.verify(directory, CORE.publicKey())).isInstanceOf(LogVerifier.Broken.class);
        }
    }
}
