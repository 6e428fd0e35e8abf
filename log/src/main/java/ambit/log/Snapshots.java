package ambit.log;

import java.util.function.Supplier;

/** Writes a snapshot of a journal from time to time, so that the next start need not read all of it. */
public final class Snapshots {
    private static final int EVERY = 50_000;
    private static final int LOOK_MS = 1000;

    private Snapshots() {}

    /** Begins, on a thread of its own that ends with the process or the journal; {@code fold} gives one that has folded nothing. */
    public static void keep(Journal journal, Supplier<Journal.Fold> fold) {
        Thread.ofPlatform().name("snapshots").daemon().start(() -> run(journal, fold));
    }

    private static void run(Journal journal, Supplier<Journal.Fold> fold) {
        try {
            while (true) {
                Thread.sleep(LOOK_MS);
                if (journal.sinceSnapshot() >= EVERY) {
                    journal.snapshot(fold.get());
                }
            }
        } catch (JournalException | InterruptedException e) {
            System.getLogger("ambit.log")
                    .log(System.Logger.Level.WARNING, "no more snapshots until the next start: " + e.getMessage());
        }
    }
}
