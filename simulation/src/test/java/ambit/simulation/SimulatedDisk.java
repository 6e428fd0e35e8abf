package ambit.simulation;

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
 * n-th operation may fail or be the last one, and what was not synced may come out of a loss of power in every way that disks know.
 *
 * <p>Not thread-safe: the {@link Schedule} lets one thread run at a time.
 */
final class SimulatedDisk {
    private static final int SECTOR = 512;

    /** Whether a failed sync may leave what it did not write in the cache, for the next process to read. */
    private static final boolean PHANTOMS = Boolean.getBoolean("simulation.phantoms");

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
    private final List<Phantom> phantoms = new ArrayList<>();

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
        handle = new Handle();
        return handle;
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

    /** The power goes. */
    void lose(Loss how) {
        int unsynced = length - durable.length;
        int kept = switch (how) {
            case NOTHING_STAYS -> 0;
            case ALL_STAYS, SCATTERED -> unsynced;
            case TORN, FLIPPED -> unsynced == 0 ? 0 : random.nextInt(unsynced + 1);
        };
        byte[] found = Arrays.copyOf(durable, durable.length + kept);
        System.arraycopy(cached, durable.length, found, durable.length, kept);
        if (how == Loss.SCATTERED) {
            scatter(found, durable.length);
        }
        if (how == Loss.FLIPPED && kept > 0) {
            found[durable.length + random.nextInt(kept)] ^= (byte) (1 << random.nextInt(8));
        }
        trace.event("power lost, " + how + ", " + kept + " of " + unsynced);
        replace(found);
    }

    private void scatter(byte[] found, int from) {
        for (int at = from; at < found.length; at = (at / SECTOR + 1) * SECTOR) {
            if (random.nextBoolean()) {
                Arrays.fill(found, at, Math.min(found.length, (at / SECTOR + 1) * SECTOR), (byte) 0);
            }
        }
    }

    private void replace(byte[] found) {
        durable = found;
        length = found.length;
        reserve(0);
        System.arraycopy(found, 0, cached, 0, length);
        phantoms.clear();
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

    /** One wrong bit in a whole record or in the checkpoint, both of which were synced; says where. */
    String flip() {
        byte[] note = checkpoint.orElse(new byte[0]);
        List<Integer> records = wholeRecords();
        int whole = records.getLast();
        // The lengths of records are few among the bytes, and matter most.
        int at = random.nextInt(3) > 0 || whole == 0
                ? random.nextInt(whole + note.length)
                : records.get(random.nextInt(records.size() - 1)) + random.nextInt(4);
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
            if (next > bytes.limit()) {
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

        @Override
        public int read(long position, byte[] into, int offset, int wanted) {
            int count = (int) Math.min(wanted, length - position);
            System.arraycopy(cached, (int) position, into, offset, count);
            return count;
        }

        @Override
        public void append(ByteBuffer bytes) throws IOException {
            handed += records(bytes.duplicate());
            enter("write " + bytes.remaining());
            boolean whole = !dead && !broken;
            byte[] written = new byte[whole ? bytes.remaining() : random.nextInt(bytes.remaining() + 1)];
            bytes.get(written);
            reserve(written.length);
            System.arraycopy(written, 0, cached, length, written.length);
            length += written.length;
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
            if (broken && PHANTOMS && random.nextBoolean()) {
                phantoms.add(new Phantom(durable.length, length));
            }
            leave();
            byte[] now = Arrays.copyOf(cached, length);
            phantoms.forEach(phantom -> Arrays.fill(now, phantom.from, Math.min(phantom.to, length), (byte) 0));
            durable = lying ? durable : now;
            synced = handed;
        }

        @Override
        public void truncate(long to) throws IOException {
            enter("truncate");
            leave();
            length = (int) to;
            durable = Arrays.copyOf(cached, length);
        }

        @Override
        public Optional<byte[]> checkpoint() {
            return checkpoint;
        }

        @Override
        public long start() {
            return 0;
        }

        /** No simulated core is so old that it has one. */
        @Override
        public Optional<byte[]> snapshot() {
            return Optional.empty();
        }

        @Override
        public void replaceSnapshot(byte[] snapshot) {
            throw new UnsupportedOperationException();
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
