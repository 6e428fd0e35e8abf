package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends go to a buffer; one thread hashes and writes what has gathered and syncs once for all of it. Who appends waits for neither, and
 * who waits for the disk is woken by the disk alone. A stepped one has no thread: whoever waits does that thread's work meanwhile.
 */
final class GroupCommitJournal implements Journal.Stepped {
    /** Appends are refused when this many bytes wait for the disk. */
    private static final int MAX_PENDING = 16 << 20;

    private static final long CHECKPOINT_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final long FOREVER = Long.MAX_VALUE;

    private static final System.Logger LOG = System.getLogger("ambit.log");

    private final Storage storage;
    private final LogKey key;
    private final LongSupplier nanos;
    private final boolean stepped;
    private final long recoveredFrom;
    private final Thread flusher = Thread.ofPlatform().name("journal").daemon().unstarted(this::flushUntilClosed);

    // These and the storage belong to the flusher, or to who has its turn as one.
    private final Object turn = new Object();
    private final MerkleRange tree;
    private final RevocationEpoch epoch;
    private byte[] chain;

    private volatile Head head;
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;
    private volatile long snapshotSize;

    // Everything below is guarded by this object's monitor.
    private ByteBuffer pending = ByteBuffer.allocate(1 << 16);
    private ByteBuffer spare = ByteBuffer.allocate(1 << 16);

    /** Let go when what has gathered now is durable, or never will be; the other one for the {@link #writtenSize} entries before. */
    private CountDownLatch gathered = new CountDownLatch(1);

    private CountDownLatch written = gathered;
    private long writtenSize;
    private long durableLength;
    private long size;
    private long signed;
    private String note;
    private long checkpointWanted = -1;
    private boolean checkpointAtOnce;
    private long checkpointTime;
    private boolean closing;

    private GroupCommitJournal(
            Storage storage, LogKey key, LongSupplier nanos, boolean stepped, Records records, String note) {
        this.storage = storage;
        this.key = key;
        this.nanos = nanos;
        this.stepped = stepped;
        this.checkpointTime = nanos.getAsLong() - CHECKPOINT_INTERVAL;
        this.note = note;
        this.recoveredFrom = records.torn();
        this.tree = records.tree;
        this.epoch = records.epoch;
        this.chain = records.chain;
        this.durableLength = records.offset;
        this.head = records.head();
        this.signed = this.size = head.size();
    }

    /** With a thread of its own. */
    static GroupCommitJournal open(Storage storage, LogKey key, Optional<byte[]> floor) throws IOException {
        GroupCommitJournal journal = open(storage, key, floor, System::nanoTime, false);
        journal.flusher.start();
        return journal;
    }

    static GroupCommitJournal open(
            Storage storage, LogKey key, Optional<byte[]> floor, LongSupplier nanos, boolean stepped)
            throws IOException {
        try {
            Optional<byte[]> found = storage.checkpoint();
            if (found.isEmpty() && storage.length() > 0) {
                throw new JournalException("checkpoint is missing beside a log that has entries");
            }
            Optional<Snapshot> base = snapshot(storage, key, (_, _) -> {});
            Records records = new Records(storage::read, heads(key, found), base, storage.newest());
            records.walk(storage.length(), (_, _) -> {});
            if (floor.isPresent()) {
                requireContinued(storage, key, floor, base, records.offset);
            }
            if (records.torn() > 0) {
                storage.truncate(records.offset);
            }
            settle(storage, base, records);
            String note = note(records.head(), records.epoch, key);
            storage.replaceCheckpoint(note.getBytes(UTF_8));
            GroupCommitJournal journal = new GroupCommitJournal(storage, key, nanos, stepped, records, note);
            journal.snapshotSize = base.map(Snapshot::size).orElse(0L);
            return journal;
        } catch (IOException e) {
            closeAfter(e, storage);
            throw new IOException("the log cannot be recovered: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeAfter(e, storage);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, Storage storage) {
        try {
            storage.close();
        } catch (IOException again) {
            failure.addSuppressed(again);
        }
    }

    private static List<Head> heads(LogKey key, Optional<byte[]> note) {
        return note
                .map(bytes ->
                        Checkpoint.open(bytes, key.origin(), key.accepted()).head())
                .stream()
                .toList();
    }

    /**
     * The snapshot that is there, of whose entries the visitor takes those that come before a fault. One that is of no use is passed over
     * where all entries are there to read instead.
     */
    private static Optional<Snapshot> snapshot(Storage storage, LogKey key, Journal.Visitor visitor)
            throws IOException {
        try {
            Optional<byte[]> file = storage.snapshot();
            if (file.isPresent()) {
                return Optional.of(Snapshot.read(file.get(), key.origin(), key.all(), visitor));
            }
        } catch (JournalException e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; all entries are read instead");
        }
        if (storage.start() > 0) {
            throw new JournalException("the entries before offset " + storage.start()
                    + " are archived, and no snapshot stands for them; put the archived files back");
        }
        return Optional.empty();
    }

    private static void requireContinued(
            Storage storage, LogKey key, Optional<byte[]> floor, Optional<Snapshot> base, long end) throws IOException {
        try {
            new Records(storage::read, heads(key, floor), base).walk(end, (_, _) -> {});
        } catch (JournalException e) {
            throw new JournalException("the log is older than one that was seen here before: " + e.getMessage(), e);
        }
    }

    /**
     * Makes durable what was read. It may stand in the page cache alone, where a system that could not write it shows it as written, and would
     * never write it: what is newer than all that was signed is written again, as it was verified.
     */
    private static void settle(Storage storage, Optional<Snapshot> base, Records read) throws IOException {
        long from = Math.max(storage.newest(), read.signed);
        if (from < read.offset) {
            ByteBuffer tail = ByteBuffer.allocate(Math.toIntExact(read.offset - from));
            Records again = new Records(storage::read, List.of(), base);
            again.walk(read.offset, (_, entry) -> {
                if (again.offset > from) {
                    tail.putInt(entry.length).put(entry).put(again.chain);
                }
            });
            storage.rewrite(from, tail.flip());
        }
        storage.sync();
    }

    private static String note(Head head, RevocationEpoch epoch, LogKey key) {
        return new Checkpoint(key.origin(), head, epoch.value()).note(key).toString();
    }

    @Override
    public synchronized long append(byte[] entry) {
        if (entry.length > MAX_ENTRY) {
            throw new IllegalArgumentException("entry of " + entry.length + " bytes");
        }
        refuseIfDone();
        int needed = entry.length + Records.OVERHEAD;
        if (pending.remaining() < needed) {
            grow(needed);
        }
        pending.putInt(entry.length).put(entry).put(new byte[32]);
        notifyAll();
        return size++;
    }

    private void grow(int needed) {
        if (pending.position() + needed > MAX_PENDING) {
            throw new JournalException("the log waits for the disk with " + pending.position() + " bytes");
        }
        ByteBuffer larger = ByteBuffer.allocate(Math.max(2 * pending.capacity(), pending.position() + needed));
        pending = larger.put(pending.flip());
    }

    private void refuseIfDone() {
        if (failure != null) {
            throw new JournalException("the log has failed", failure);
        }
        if (closing) {
            throw new JournalException("the log is closed");
        }
    }

    @Override
    public void awaitDurable(long index) {
        stepUntil(() -> head.size() > index);
        while (head.size() <= index) {
            await(batch(index));
        }
    }

    /** What is let go when the entry is durable, or never will be. */
    private synchronized CountDownLatch batch(long index) {
        if (isOver() && head.size() <= index) {
            throw lost("entry " + index + " did not become durable");
        }
        return index < writtenSize ? written : gathered;
    }

    /** Whether what is not there yet will never be. */
    private boolean isOver() {
        return failure != null || ended || stepped;
    }

    private JournalException lost(String sentence) {
        return failure == null ? new JournalException(sentence) : new JournalException(sentence, failure);
    }

    @Override
    public void forEach(Visitor visitor) {
        long end;
        synchronized (this) {
            refuseIfDone();
            end = durableLength;
        }
        walk(end, visitor);
    }

    private Records walk(long end, Visitor visitor) {
        try {
            Records records = new Records(storage::read, List.of(), snapshot(storage, key, visitor));
            records.walk(end, visitor);
            return records;
        } catch (IOException e) {
            throw new JournalException("entries cannot be read", e);
        }
    }

    @Override
    public void snapshot(Fold fold) {
        long end;
        synchronized (this) {
            refuseIfDone();
            end = durableLength;
        }
        Records records = walk(end, fold);
        try {
            storage.replaceSnapshot(Snapshot.write(key, records, fold.sum()));
            snapshotSize = records.tree.size();
        } catch (IOException e) {
            throw new JournalException("a snapshot could not be written: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized long size() {
        return size;
    }

    @Override
    public synchronized long sinceSnapshot() {
        return size - snapshotSize;
    }

    @Override
    public long recoveredFrom() {
        return recoveredFrom;
    }

    @Override
    public synchronized void requestCheckpoint() {
        checkpointWanted = size;
        notifyAll();
    }

    @Override
    public String checkpoint() {
        long wanted;
        synchronized (this) {
            refuseIfDone();
            wanted = size;
            requestCheckpoint();
            checkpointAtOnce = true;
        }
        stepUntil(() -> isSigned(wanted));
        synchronized (this) {
            while (!isSigned(wanted)) {
                if (isOver()) {
                    throw lost("the checkpoint could not be written");
                }
                pause(FOREVER);
            }
            return note;
        }
    }

    private synchronized boolean isSigned(long wanted) {
        return !checkpointAtOnce && signed >= wanted;
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        stepUntil(() -> ended);
        try {
            flusher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a change of what this object guards, at most so long. An interrupted thread gets no durability. */
    @SuppressWarnings("WaitNotInLoop") // every caller asks again for what it waits for
    private void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void await(CountDownLatch batch) {
        try {
            batch.await();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static JournalException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new JournalException("interrupted while waiting for the disk", e);
    }

    private void flushUntilClosed() {
        while (flushNext()) {
            // The next batch is what gathered while this one was written.
        }
    }

    @Override
    public boolean step() {
        synchronized (turn) {
            if (!stepped || ended || !hasWork()) {
                return false;
            }
            flushNext();
            return true;
        }
    }

    private void stepUntil(BooleanSupplier done) {
        while (stepped && !done.getAsBoolean() && step()) {
            // Another batch is written.
        }
    }

    private synchronized boolean hasWork() {
        return pending.position() > 0 || closing || checkpointDue();
    }

    /** Writes one batch, and says whether others may follow. A failure is final. */
    private boolean flushNext() {
        try {
            if (flushOnce()) {
                return true;
            }
            storage.close();
            end(null);
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, storage);
            end(e);
        }
        return false;
    }

    private void end(@Nullable Throwable cause) {
        if (cause != null) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the log cannot be written any more (" + cause.getMessage()
                            + "), so nothing is allowed; mend the disk, then start the core again");
        }
        failure = cause;
        ended = true;
        synchronized (this) {
            written.countDown();
            gathered.countDown();
            notifyAll();
        }
    }

    private boolean flushOnce() throws IOException {
        ByteBuffer batch;
        boolean last;
        boolean sign;
        synchronized (this) {
            while (!stepped && !hasWork()) {
                pause(untilCheckpoint());
            }
            batch = pending.flip();
            pending = spare;
            written = gathered;
            writtenSize = size;
            gathered = new CountDownLatch(1);
            last = closing;
            sign = last || checkpointDue();
        }
        if (batch.hasRemaining()) {
            seal(batch);
            storage.append(batch.rewind());
            storage.sync();
        }
        flushed(batch);
        if (sign) {
            String fresh = note(head, epoch, key);
            storage.replaceCheckpoint(fresh.getBytes(UTF_8));
            signedAt(head, fresh);
        }
        return !last;
    }

    /** Writes the chain hashes over the zeros that appends left for them. */
    private void seal(ByteBuffer batch) {
        while (batch.hasRemaining()) {
            byte[] entry = new byte[batch.getInt()];
            batch.get(entry);
            byte[] leafHash = MerkleRange.leaf().digest(entry);
            chain = Records.chain(chain, leafHash);
            tree.add(leafHash);
            epoch.take(entry);
            batch.put(chain);
        }
    }

    /** Wakes who waits for this batch and nobody else, and needs no lock that all of them would queue for. */
    private synchronized void flushed(ByteBuffer batch) {
        durableLength += batch.limit();
        spare = batch.clear();
        head = tree.head();
        written.countDown();
    }

    private synchronized void signedAt(Head head, String fresh) {
        note = fresh;
        signed = head.size();
        checkpointTime = nanos.getAsLong();
        if (checkpointWanted <= signed) {
            checkpointWanted = -1;
            checkpointAtOnce = false;
        }
        notifyAll();
    }

    private boolean checkpointDue() {
        return checkpointWanted >= 0 && (checkpointAtOnce || nanos.getAsLong() - checkpointTime >= CHECKPOINT_INTERVAL);
    }

    private long untilCheckpoint() {
        return checkpointWanted < 0 ? FOREVER : Math.max(1, checkpointTime + CHECKPOINT_INTERVAL - nanos.getAsLong());
    }
}
