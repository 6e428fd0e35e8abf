package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.signing.SigningKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A journal without thread and clock of its own does only what it is told to, and the same again. */
class SteppedJournalTest {
    private static final LogKey KEY = new LogKey("ambit/test", SigningKey.generate());

    private final MemoryStorage storage = new MemoryStorage();
    private final AtomicLong nanos = new AtomicLong();
    private final Journal.Stepped journal = open(storage, nanos);

    private static Journal.Stepped open(MemoryStorage storage, AtomicLong nanos) {
        try {
            return Journal.stepped(storage, KEY, Optional.empty(), nanos::get);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] entry(int i) {
        return ("entry " + i).getBytes(UTF_8);
    }

    private List<String> since(int operations) {
        return storage.operations().subList(operations, storage.operations().size());
    }

    @Test
    void nothingIsWrittenBeforeItIsTold() {
        int opened = storage.operations().size();
        journal.append(entry(0));
        journal.append(entry(1));
        assertThat(since(opened)).isEmpty();
        assertThat(journal.step()).isTrue();
        assertThat(since(opened)).containsExactly("append 86", "sync");
        assertThat(journal.step()).isFalse();
        assertThat(since(opened)).hasSize(2);
    }

    @Test
    void whoWaitsForTheDiskWritesAllThatGathered() {
        int opened = storage.operations().size();
        journal.append(entry(0));
        journal.append(entry(1));
        journal.awaitDurable(0);
        assertThat(since(opened)).containsExactly("append 86", "sync");
        journal.awaitDurable(1);
        assertThat(since(opened)).hasSize(2);
    }

    @Test
    void whatWasNeverAppendedIsNotWaitedFor() {
        assertThatThrownBy(() -> journal.awaitDurable(0))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("did not become durable");
    }

    @Test
    void aCheckpointIsDueByTheClockThatWasGiven() {
        journal.append(entry(0));
        journal.requestCheckpoint();
        assertThat(journal.step()).isTrue();
        assertThat(storage.operations()).endsWith("append 43", "sync", "checkpoint 1");
        int before = storage.operations().size();
        journal.append(entry(1));
        journal.requestCheckpoint();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
        assertThat(journal.step()).isTrue();
        assertThat(journal.step()).isFalse();
        assertThat(since(before)).containsExactly("append 43", "sync");
        nanos.addAndGet(1);
        assertThat(journal.step()).isTrue();
        assertThat(since(before)).endsWith("checkpoint 2");
        journal.append(entry(2));
        assertThat(journal.checkpoint()).startsWith("ambit/test\n3\n");
    }

    @Test
    void aFailureIsFinalForWhoStepsToo() {
        journal.append(entry(0));
        storage.failSyncAfter(0);
        assertThatThrownBy(() -> journal.awaitDurable(0)).isInstanceOf(JournalException.class);
        assertThat(storage.operations()).endsWith("append 43", "sync", "close");
        assertThat(journal.step()).isFalse();
        assertThatThrownBy(() -> journal.append(entry(1))).hasMessage("the log has failed");
        assertThatThrownBy(journal::checkpoint).isInstanceOf(JournalException.class);
        journal.close();
        assertThat(storage.operations()).endsWith("append 43", "sync", "close");
    }

    @Test
    void closingWritesTheRestAndACheckpoint() {
        journal.append(entry(0));
        journal.close();
        assertThat(storage.operations()).endsWith("append 43", "sync", "checkpoint 1", "close");
        assertThatThrownBy(() -> journal.append(entry(1))).hasMessageContaining("closed");
    }

    @Test
    void theSameSeedDoesTheSameToTheDisk() {
        for (int seed = 0; seed < 50; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed));
        }
    }

    private static List<String> run(int seed) {
        MemoryStorage disk = new MemoryStorage();
        AtomicLong clock = new AtomicLong();
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        try (Journal.Stepped stepped = open(disk, clock)) {
            for (int i = 0; i < 40; i++) {
                switch (random.nextInt(5)) {
                    case 0 -> seen.add("stepped " + stepped.step());
                    case 1 -> clock.addAndGet(random.nextInt(400_000_000));
                    case 2 -> stepped.requestCheckpoint();
                    case 3 -> stepped.awaitDurable(stepped.append(entry(i)));
                    default -> stepped.append(entry(i));
                }
            }
        }
        seen.addAll(disk.operations());
        return seen;
    }
}
