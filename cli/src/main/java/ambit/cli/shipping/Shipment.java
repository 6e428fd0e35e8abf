package ambit.cli.shipping;

import ambit.audit.LogTail;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ships a log to one destination, in order and at least once: what was delivered is remembered after it was delivered. It only reads the log,
 * takes no lock of it, and nothing waits for it. Only what is on the disk is shipped. Not thread-safe.
 */
public final class Shipment {
    private static final int MOST_EVENTS = 1000;
    private static final int MOST_CHARACTERS = 512 << 10;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** Puts an entry into words. */
    @FunctionalInterface
    public interface Wording {
        /** The event of an entry of the log with this origin. */
        Event event(String origin, long index, Entry entry, Blob leaf);
    }

    private final Path log;
    private final Cursors cursors;
    private final Wording wording;
    private final Receiver receiver;
    private final Consumer<String> saying;
    private Cursor cursor;
    private String origin = "";

    /** From where it was left; {@code saying} takes each new problem, and its end, in a sentence. */
    public Shipment(Path log, Cursors cursors, Destination destination, Wording wording, Consumer<String> saying)
            throws IOException {
        this.log = log;
        this.cursors = cursors;
        this.wording = wording;
        this.receiver = destination.receiver();
        this.saying = saying;
        this.cursor = cursor(cursors, destination.to());
    }

    private static Cursor cursor(Cursors cursors, String to) throws IOException {
        try {
            return Cursor.read(cursors.file(to));
        } catch (NoSuchFileException e) {
            return Cursor.start(to);
        }
    }

    /**
     * Ships what is there and returns how many events that were.
     *
     * @throws IOException if they could not be delivered
     * @throws JournalException if the log is broken, or not the one that was shipped before
     */
    public long shipOnce() throws IOException, InterruptedException {
        try (Closeable _ = lock();
                LogTail tail = LogTail.open(log, cursor.place())) {
            long before = cursor.place().index();
            long end = tail.sync();
            while (shipSome(tail, end)) {
                // Until all of it is shipped.
            }
            return cursor.place().index() - before;
        }
    }

    /** Where to. */
    public String to() {
        return cursor.to();
    }

    /** Ships what is there and what comes, until the thread is interrupted. */
    public void ship() throws IOException {
        try (Closeable _ = lock()) {
            Duration pause = FIRST_PAUSE;
            while (true) {
                long before = cursor.place().index();
                try {
                    shipUntilItFails();
                } catch (NoSuchFileException e) {
                    // There is no log yet.
                    TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
                } catch (IOException | JournalException e) {
                    pause = cursor.place().index() > before ? FIRST_PAUSE : pause;
                    problem(String.valueOf(e.getMessage()));
                    Duration asked = e instanceof OtlpReceiver.Refusal refusal ? refusal.pause() : Duration.ZERO;
                    TimeUnit.NANOSECONDS.sleep(Math.max(asked.toNanos(), pause.toNanos()));
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Closeable lock() throws IOException {
        return cursors.lock(cursor.to())
                .orElseThrow(() -> new Taken("another process ships to " + cursor.to() + " already"));
    }

    /** One process at a time ships to a destination. */
    public static final class Taken extends IOException {
        private static final long serialVersionUID = 1L;

        Taken(String sentence) {
            super(sentence);
        }
    }

    private void shipUntilItFails() throws IOException, InterruptedException {
        try (LogTail tail = LogTail.open(log, cursor.place())) {
            long end = tail.place().offset();
            while (true) {
                if (tail.length() != end) {
                    end = tail.sync();
                }
                if (!shipSome(tail, end)) {
                    TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
                }
            }
        }
    }

    /** Delivers the next events before {@code end}, and returns whether there were some. */
    private boolean shipSome(LogTail tail, long end) throws IOException, InterruptedException {
        List<Event> batch = new ArrayList<>();
        origin = cursor.origin();
        int[] characters = {0};
        tail.read(end, (index, entry, leaf) -> {
            Event event = event(index, entry, leaf);
            batch.add(event);
            characters[0] += Math.min(receiver.mostCharacters(), event.size());
            return batch.size() < MOST_EVENTS && characters[0] < MOST_CHARACTERS;
        });
        if (batch.isEmpty()) {
            return false;
        }
        receiver.deliver(batch);
        boolean wasInTrouble = !cursor.problem().isEmpty();
        cursor = cursor.at(origin, tail.place(), batch.getLast().atMs());
        cursor.write(cursors.file(cursor.to()));
        if (wasInTrouble) {
            saying.accept(cursor.to() + " takes events again");
        }
        return true;
    }

    private Event event(long index, Entry entry, Blob leaf) {
        if (entry instanceof Entry.Boot boot) {
            origin = boot.origin();
        }
        return wording.event(origin, index, entry, leaf);
    }

    private void problem(String sentence) throws IOException {
        if (!cursor.problem().equals(sentence)) {
            saying.accept(cursor.to() + " is not shipped to: " + sentence);
            cursor = cursor.with(sentence);
            cursor.write(cursors.file(cursor.to()));
        }
    }
}
