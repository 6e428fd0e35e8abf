package ambit.simulation;

import ambit.log.JournalException;
import ambit.log.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The disk under a journal, with the cache above it: what was written is there for every reader at once, and for good when it was synced. Its
 * n-th operation may fail or be the last one, and what was not synced may come out of a loss of power in every way that disks know. What a failed
 * sync did not write may stay in the cache as if it were written, for the next process to read, or fall out of it.
 *
 * <p>Not thread-safe: the {@link Schedule} lets one thread run at a time.
 */
final class SimulatedDisk {
    private static final int SECTOR = 512;

    /** Bytes of the newest part from which on another one is begun: a small part, so that there are many. */
    private static final int PART = 6000;

    /** Zeros at the edge of a sector that are too few to tell what they come from. */
    private static final int FEW = 12;

    private static final long NEVER = Long.MAX_VALUE;

    /** What a loss of power does to what was not synced. */
    enum Loss {
        /** None of it is there. */
        NOTHING_STAYS,
        ALL_STAYS,
        /** The first bytes of it are there. */
        TORN,
        /** Some of its sectors are there, zeros in the place of the others. */
        SCATTERED,
        /** The first bytes of it are there, with one bit wrong. */
        FLIPPED
    }

    /** A part that a failed sync left in the cache as if it were written. */
    private record Phantom(int from, int to) {}

    private final SplittableRandom random;
    private final Schedule schedule;
    private final Trace trace;
    private final boolean lying;
    private byte[] cached = new byte[1 << 16];
    private int length;
    private byte[] durable = new byte[0];
    private Optional<byte[]> checkpoint = Optional.empty();
    private Optional<byte[]> snapshot = Optional.empty();
    private Optional<byte[]> flipped = Optional.empty();

    /** The snapshot that a loss of power brings back while the new name of its successor is not durable. */
    private Optional<Optional<byte[]>> former = Optional.empty();

    private final List<Phantom> phantoms = new ArrayList<>();
    private final List<Integer> parts = new ArrayList<>(List.of(0));
    private int start;
    private Optional<String> wrong = Optional.empty();

    private long operations;
    private long failing = NEVER;
    private long lastOne = NEVER;
    private Handle handle = new Handle();

    /** @param lying whether it only says that it synced */
    SimulatedDisk(SplittableRandom random, Schedule schedule, Trace trace, boolean lying) {
        this.random = random;
        this.schedule = schedule;
        this.trace = trace;
        this.lying = lying;
    }

    /** The disk for a process that starts. */
    Handle open() {
        former = Optional.empty();
        handle = new Handle();
        return handle;
    }

    private int newest() {
        return parts.getLast();
    }

    private void require(boolean right, String sentence) {
        if (!right) {
            wrong = Optional.of(sentence);
        }
        requireRightUse();
    }

    /** The journal takes what is thrown here for a failure of the disk; so somebody else has to ask. */
    void requireRightUse() {
        Violation.unless(wrong.isEmpty(), "%s", wrong.orElse(""));
    }

    int start() {
        return start;
    }

    /** Where parts begin that may be archived, because the snapshot stands for the entries before this place. */
    void archive(long before) {
        for (int begin : parts.subList(0, Math.max(1, parts.size() - 1))) {
            start = begin <= before ? Math.max(start, begin) : start;
        }
        trace.event("archived what is before " + start);
    }

    /** Puts back what was archived. */
    void bringBack() {
        start = 0;
    }

    Optional<byte[]> snapshot() {
        return snapshot;
    }

    /** Whether it has a wrong bit. */
    boolean isSnapshotFlipped() {
        return snapshot.isPresent() && snapshot.equals(flipped);
    }

    /** One wrong bit in the snapshot. */
    void flipSnapshot() {
        byte[] wrong = snapshot.orElseThrow().clone();
        int at = random.nextInt(wrong.length);
        wrong[at] ^= (byte) (1 << random.nextInt(8));
        snapshot = flipped = Optional.of(wrong);
        trace.event("one wrong bit in byte " + at + " of the snapshot");
    }

    /**
     * Some of what a failed sync left in the cache falls out of it.
     *
     * @return whether so few bytes are gone at the edge of a sector that the log may be refused for it
     */
    boolean forget() {
        boolean few = false;
        for (Phantom phantom : phantoms) {
            if (phantom.to <= length && random.nextInt(3) == 0) {
                few |= scatter(cached, phantom.from, phantom.to);
                trace.event("what was not written is not shown any more");
            }
        }
        return few;
    }

    long operations() {
        return operations;
    }

    /** The operation of this number fails. */
    void failAt(long operation) {
        failing = operation;
    }

    /** The process is killed, or the power goes, in the operation of this number. */
    void endAt(long operation) {
        lastOne = operation;
    }

    boolean hasUnsynced() {
        return length > durable.length || !phantoms.isEmpty();
    }

    /**
     * The power goes.
     *
     * @return whether the log may be refused for it: a wrong bit, or so few bytes that are gone at the edge of a sector
     */
    boolean lose(Loss how) {
        int unsynced = length - durable.length;
        int kept = switch (how) {
            case NOTHING_STAYS -> 0;
            case ALL_STAYS, SCATTERED -> unsynced;
            case TORN, FLIPPED -> unsynced == 0 ? 0 : random.nextInt(unsynced + 1);
        };
        byte[] found = Arrays.copyOf(durable, durable.length + kept);
        System.arraycopy(cached, durable.length, found, durable.length, kept);
        boolean refusable = how == Loss.FLIPPED;
        if (how == Loss.SCATTERED) {
            refusable = scatter(found, durable.length, found.length);
        }
        if (how == Loss.FLIPPED && kept > 0) {
            found[durable.length + random.nextInt(kept)] ^= (byte) (1 << random.nextInt(8));
        }
        trace.event("power lost, " + how + ", " + kept + " of " + unsynced);
        if (former.isPresent() && random.nextBoolean()) {
            snapshot = former.get();
            trace.event("the former snapshot is back");
        }
        former = Optional.empty();
        replace(found);
        return refusable;
    }

    /** Zeros in the place of some sectors, counted from where the newest part begins; whether one of them had only a few bytes. */
    private boolean scatter(byte[] found, int from, int to) {
        boolean few = false;
        int next;
        for (int at = from; at < to; at = next) {
            next = Math.min(to, at + SECTOR - (at - newest()) % SECTOR);
            if (random.nextBoolean()) {
                Arrays.fill(found, at, next, (byte) 0);
                few |= next - at < FEW;
            }
        }
        return few;
    }

    private void replace(byte[] found) {
        durable = found;
        length = found.length;
        reserve(0);
        System.arraycopy(found, 0, cached, 0, length);
        phantoms.clear();
        parts.removeIf(begin -> begin > length);
    }

    private void reserve(int more) {
        if (cached.length < length + more) {
            cached = Arrays.copyOf(cached, Math.max(2 * cached.length, length + more));
        }
    }

    /** Everything as it is, to come back to. */
    Runnable keep() {
        byte[] bytes = durable.clone();
        Optional<byte[]> note = checkpoint;
        return () -> {
            replace(bytes);
            checkpoint = note;
        };
    }

    /** Cuts what was never synced, as somebody does who restores a log that is refused. */
    int durableLength() {
        return durable.length;
    }

    void cutTo(int bytes) {
        replace(Arrays.copyOf(durable, bytes));
    }

    /** One wrong bit in a whole record that begins at {@code from} or later or in the checkpoint, both of which were synced; says where. */
    String flip(int from) {
        byte[] note = checkpoint.orElse(new byte[0]);
        List<Integer> records = wholeRecords().stream().filter(at -> at >= from).toList();
        int whole = records.getLast();
        // The lengths of records are few among the bytes, and matter most, those of the last ones above all.
        int last = Math.max(0, records.size() - 1 - (random.nextBoolean() ? 3 : records.size()));
        int at = random.nextBoolean() || whole == from
                ? random.nextInt(from, whole + note.length)
                : records.get(random.nextInt(last, records.size() - 1)) + random.nextInt(4);
        byte bit = (byte) (1 << random.nextInt(8));
        if (at < whole) {
            durable[at] ^= bit;
            cached[at] ^= bit;
            return "bit in byte " + at + " of " + whole;
        }
        byte[] wrong = note.clone();
        wrong[at - whole] ^= bit;
        checkpoint = Optional.of(wrong);
        return "bit in byte " + (at - whole) + " of the checkpoint";
    }

    /** Where the whole records begin, and where they end. */
    private List<Integer> wholeRecords() {
        ByteBuffer bytes = ByteBuffer.wrap(durable);
        List<Integer> begin = new ArrayList<>(List.of(0));
        while (bytes.remaining() >= 4) {
            int next = bytes.position() + 4 + bytes.getInt() + 32;
            if (next > bytes.limit() || next <= bytes.position()) {
                break;
            }
            bytes.position(next);
            begin.add(next);
        }
        return begin;
    }

    /** The storage of one process. */
    final class Handle implements Storage {
        private boolean dead;
        private boolean broken;
        private boolean undivided;
        private long handed;
        private long synced;

        /** From now on nothing reaches the disk. */
        void kill() {
            dead = true;
        }

        boolean isDead() {
            return dead;
        }

        boolean isBroken() {
            return broken;
        }

        /** Whether nothing else happens between the operations that follow. */
        void undivided(boolean on) {
            undivided = on;
        }

        /** Entries that were written, of those that this process appended. */
        long handed() {
            return handed;
        }

        /** Entries that are durable, of those that this process appended. */
        long synced() {
            return synced;
        }

        /** Before an operation others may go on, and this may be the one that fails, or the last one. */
        private void enter(String what) {
            if (!undivided) {
                schedule.pause();
            }
            operations++;
            if (dead) {
                throw new Killed();
            }
            trace.event(what);
            if (operations == lastOne) {
                dead = true;
            }
            if (operations == failing) {
                broken = true;
            }
        }

        /** After what an operation did of what it was to do. */
        private void leave() throws IOException {
            if (dead) {
                throw new Killed();
            }
            if (broken) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public long length() {
            return length;
        }

        /** Others may go on before it, where it is not the core that starts. */
        @Override
        public int read(long position, byte[] into, int offset, int wanted) {
            schedule.pause();
            if (position < start) {
                throw new JournalException("the entries before offset " + start + " are archived");
            }
            int count = (int) Math.min(wanted, length - position);
            System.arraycopy(cached, (int) position, into, offset, count);
            return count;
        }

        @Override
        public void append(ByteBuffer bytes) throws IOException {
            handed += records(bytes.duplicate());
            if (length - SimulatedDisk.this.newest() >= PART) {
                roll();
            }
            enter("write " + bytes.remaining());
            boolean whole = !dead && !broken;
            byte[] written = new byte[whole ? bytes.remaining() : random.nextInt(bytes.remaining() + 1)];
            bytes.get(written);
            reserve(written.length);
            System.arraycopy(written, 0, cached, length, written.length);
            length += written.length;
            leave();
        }

        private void roll() throws IOException {
            enter("part");
            require(lying || (durable.length == length && phantoms.isEmpty()), "a part is closed that is not durable");
            if ((!dead && !broken) || random.nextBoolean()) {
                parts.add(length);
            }
            leave();
        }

        @Override
        public void rewrite(long position, ByteBuffer bytes) throws IOException {
            enter("rewrite " + bytes.remaining());
            boolean whole = !dead && !broken;
            byte[] again = new byte[whole ? bytes.remaining() : random.nextInt(bytes.remaining() + 1)];
            bytes.get(again);
            int from = (int) position;
            int to = from + again.length;
            require(
                    from >= SimulatedDisk.this.newest() && Arrays.equals(again, 0, again.length, cached, from, to),
                    "what is written again is not what was there");
            // The system knows whole sectors at least that it has to write.
            int begin = SimulatedDisk.this.newest();
            int before = begin + (from - begin) / SECTOR * SECTOR;
            int after = begin + (to - begin + SECTOR - 1) / SECTOR * SECTOR;
            List<Phantom> left = new ArrayList<>();
            for (Phantom phantom : phantoms) {
                left.add(new Phantom(phantom.from, Math.min(phantom.to, before)));
                left.add(new Phantom(Math.max(phantom.from, after), phantom.to));
            }
            phantoms.clear();
            left.stream().filter(it -> it.from < it.to).forEach(phantoms::add);
            leave();
        }

        private static int records(ByteBuffer bytes) {
            int count = 0;
            while (bytes.hasRemaining()) {
                int entry = bytes.getInt();
                bytes.position(bytes.position() + entry + 32);
                count++;
            }
            return count;
        }

        @Override
        public void sync() throws IOException {
            enter("sync");
            if (broken && length > durable.length && random.nextBoolean()) {
                phantoms.add(new Phantom(durable.length, length));
            }
            leave();
            durable = lying ? durable : written();
            synced = handed;
        }

        /** What is on the disk when all that the system knows to be unwritten was written. */
        private byte[] written() {
            byte[] now = Arrays.copyOf(cached, length);
            phantoms.removeIf(it -> it.from >= length);
            phantoms.forEach(it -> Arrays.fill(now, it.from, Math.min(it.to, length), (byte) 0));
            return now;
        }

        @Override
        public void truncate(long to) throws IOException {
            if (to < SimulatedDisk.this.newest()) {
                throw new JournalException("entries has an incomplete record before its newest part");
            }
            enter("truncate");
            leave();
            length = (int) to;
            durable = written();
        }

        @Override
        public Optional<byte[]> checkpoint() {
            return checkpoint;
        }

        @Override
        public long start() {
            return start;
        }

        @Override
        public long newest() {
            return SimulatedDisk.this.newest();
        }

        @Override
        public Optional<byte[]> snapshot() {
            return snapshot;
        }

        /** Written beside the former one, renamed, and the name made durable. That may fail without any harm to the log. */
        @Override
        public void replaceSnapshot(byte[] fresh) throws IOException {
            beside("snapshot of " + fresh.length);
            former = Optional.of(snapshot);
            snapshot = Optional.of(fresh.clone());
            beside("name of the snapshot");
            former = Optional.empty();
        }

        private void beside(String what) throws IOException {
            boolean well = !broken;
            enter(what);
            boolean fails = broken;
            broken = !well;
            if (dead) {
                throw new Killed();
            }
            if (fails) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void replaceCheckpoint(byte[] note) throws IOException {
            enter("checkpoint");
            if ((!dead && !broken) || random.nextBoolean()) {
                checkpoint = Optional.of(note.clone());
            }
            leave();
        }

        @Override
        public void close() {}
    }
}
