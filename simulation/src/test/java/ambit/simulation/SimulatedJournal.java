package ambit.simulation;

import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The real journal. Who waits for it lets others go on meanwhile, and everything that is appended is remembered. */
final class SimulatedJournal implements Journal {
    private final Journal.Stepped real;
    private final SimulatedDisk.Handle disk;
    private final Schedule schedule;
    private final List<byte[]> appended;
    private final Predicate<Entry> remembered;
    private final long first;
    private boolean stepping;

    /**
     * @param appended takes what is appended, in the places of the entries
     * @param remembered what the core is shown of it when it starts
     */
    SimulatedJournal(
            Journal.Stepped real,
            SimulatedDisk.Handle disk,
            Schedule schedule,
            List<byte[]> appended,
            Predicate<Entry> remembered) {
        this.real = real;
        this.disk = disk;
        this.schedule = schedule;
        this.appended = appended;
        this.remembered = remembered;
        this.first = real.size();
    }

    private long mine() {
        return real.size() - first;
    }

    @Override
    public long append(byte[] entry) {
        long index = real.append(entry);
        while (appended.size() > index) {
            appended.removeLast();
        }
        appended.add(entry);
        return index;
    }

    @Override
    public void awaitDurable(long index) {
        schedule.await(() -> isDurable(index) || disk.isBroken());
        try {
            real.awaitDurable(index);
        } catch (JournalException e) {
            throw ended(e);
        }
        schedule.pause();
    }

    private RuntimeException ended(JournalException e) {
        if (disk.isDead()) {
            throw new Killed();
        }
        return e;
    }

    /** Whether the entry would outlive a loss of power now. */
    boolean isDurable(long index) {
        return index < first + disk.synced();
    }

    /** Whether there is something to write, and nobody who writes. */
    boolean wantsDisk() {
        return !stepping && !disk.isBroken() && mine() > disk.handed();
    }

    /** Says whether nobody is at the disk yet; then the caller has {@link #step} called. */
    boolean claimDisk() {
        boolean free = !stepping;
        stepping = true;
        return free;
    }

    /** Writes what has gathered, operation by operation. */
    void step() {
        try {
            real.step();
        } finally {
            stepping = false;
        }
    }

    @Override
    public void forEach(Visitor visitor) {
        real.forEach((index, bytes) -> {
            if (remembered.test(Entry.decode(bytes))) {
                visitor.entry(index, bytes);
            }
        });
    }

    /**
     * What the disk holds.
     *
     * @param sum the entries of the snapshot, which stand for the first ones
     * @param rest all that followed
     */
    record Found(List<byte[]> sum, List<byte[]> rest) {}

    Found found() {
        Found found = new Found(new ArrayList<>(), new ArrayList<>());
        real.forEach((index, bytes) -> (index < 0 ? found.sum : found.rest).add(bytes));
        return found;
    }

    @Override
    public void snapshot(Fold fold) {
        real.snapshot(fold);
    }

    @Override
    public long sinceSnapshot() {
        return real.sinceSnapshot();
    }

    @Override
    public long size() {
        return real.size();
    }

    @Override
    public long recoveredFrom() {
        return real.recoveredFrom();
    }

    @Override
    public void requestCheckpoint() {
        real.requestCheckpoint();
    }

    /** One thread may be at the disk. */
    @Override
    public String checkpoint() {
        schedule.await(() -> !stepping);
        disk.undivided(true);
        try {
            return real.checkpoint();
        } catch (JournalException e) {
            throw ended(e);
        } finally {
            disk.undivided(false);
        }
    }

    @Override
    public void close() {
        real.close();
    }
}
