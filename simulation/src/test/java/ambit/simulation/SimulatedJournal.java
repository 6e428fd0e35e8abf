package ambit.simulation;

import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The real journal. Who waits for it lets others go on meanwhile, and everything that is appended is remembered. */
final class SimulatedJournal implements Journal {
    private final Journal real;
    private final SimulatedDisk.Handle disk;
    private final Schedule schedule;
    private final List<byte[]> appended;
    private final Predicate<Entry> remembered;
    private final long first;

    /**
     * @param appended takes what is appended, in the places of the entries
     * @param remembered what the core is shown of it when it starts
     */
    SimulatedJournal(
            Journal real,
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
    public synchronized long append(byte[] entry) {
        long index = real.append(entry);
        while (appended.size() > index) {
            appended.removeLast();
        }
        appended.add(entry);
        if (disk.isGated()) {
            disk.awaitTaken(mine());
        } else {
            durable(index);
        }
        return index;
    }

    private void durable(long index) {
        try {
            real.awaitDurable(index);
        } catch (JournalException e) {
            throw ended(e);
        }
    }

    private RuntimeException ended(JournalException e) {
        if (disk.isDead()) {
            throw new Killed();
        }
        return e;
    }

    @Override
    public void awaitDurable(long index) {
        schedule.await(() -> disk.synced() > index - first || disk.isBroken());
        durable(index);
        schedule.pause();
    }

    /** Whether the entry would outlive a loss of power now. */
    boolean isDurable(long index) {
        return index < first + disk.synced();
    }

    /** Whether the disk has something to do. */
    boolean waits() {
        return disk.waits();
    }

    /** Lets the disk do one thing. */
    void flush() {
        disk.letFlush(mine());
        awaitFailure();
    }

    private void awaitFailure() {
        if (disk.isBroken()) {
            try {
                real.checkpoint();
                throw new Violation("the log goes on after the disk failed");
            } catch (JournalException e) {
                // The failure is known to all now.
            }
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

    /** What the disk holds. */
    List<byte[]> entries() {
        List<byte[]> entries = new ArrayList<>();
        real.forEach((_, bytes) -> entries.add(bytes));
        return entries;
    }

    @Override
    public long size() {
        return real.size();
    }

    @Override
    public long recoveredFrom() {
        return real.recoveredFrom();
    }

    /** When that happens would depend on the machine's clock; {@link #checkpoint} makes them. */
    @Override
    public void requestCheckpoint() {}

    @Override
    public String checkpoint() {
        boolean gated = disk.isGated();
        disk.gate(false);
        try {
            return real.checkpoint();
        } catch (JournalException e) {
            throw ended(e);
        } finally {
            disk.gate(gated);
        }
    }

    @Override
    public void close() {
        real.close();
    }
}
