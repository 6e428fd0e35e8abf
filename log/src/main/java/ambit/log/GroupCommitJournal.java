package ambit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Appends go to a buffer; one thread writes what has gathered and syncs once for all of it. */
final class GroupCommitJournal implements Journal {
    /** Appends are refused when this many bytes wait for the disk. */
    private static final int MAX_PENDING = 16 << 20;

    private static final long CHECKPOINT_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final Storage storage;
    private final LogKey key;
    private final long recoveredFrom;
    private final MerkleRange tree;
    private final Thread flusher = Thread.ofPlatform().name("journal").daemon().unstarted(this::flushUntilClosed);
    private byte[] chain;

    // Everything below is guarded by this object's monitor; the storage belongs to the flusher.
    private ByteBuffer pending = ByteBuffer.allocate(1 << 16);
    private ByteBuffer spare = ByteBuffer.allocate(1 << 16);
    private long durableLength;
    private long durable;
    private long signed;
    private String note;
    private long checkpointWanted = -1;
    private boolean checkpointAtOnce;
    private long checkpointTime = System.nanoTime() - CHECKPOINT_INTERVAL;
    private boolean closing;
    private @Nullable Throwable failure;

    private GroupCommitJournal(Storage storage, LogKey key, Records records, String note) {
        this.storage = storage;
        this.key = key;
        this.note = note;
        this.recoveredFrom = records.torn();
        this.tree = records.tree;
        this.chain = records.chain;
        this.durableLength = records.offset;
        this.durable = records.tree.size();
        this.signed = durable;
    }

    static GroupCommitJournal open(Storage storage, LogKey key, Optional<byte[]> floor) throws IOException {
        try {
            Optional<byte[]> found = storage.checkpoint();
            if (found.isEmpty() && storage.length() > 0) {
                throw new JournalException("checkpoint is missing beside a log that has entries");
            }
            Records records = new Records(storage::read, heads(key, found));
            records.walk(storage.length(), (_, _) -> {});
            if (floor.isPresent()) {
                requireContinued(storage, key, floor);
            }
            if (records.torn() > 0) {
                storage.truncate(records.offset);
            }
            // What is read back may so far stand in the page cache alone.
            storage.sync();
            String note = note(records.head(), key);
            storage.replaceCheckpoint(note.getBytes(UTF_8));
            GroupCommitJournal journal = new GroupCommitJournal(storage, key, records, note);
            journal.flusher.start();
            return journal;
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    private static List<Head> heads(LogKey key, Optional<byte[]> note) {
        return note
                .map(bytes ->
                        Checkpoint.open(bytes, key.origin(), key.accepted()).head())
                .stream()
                .toList();
    }

    private static void requireContinued(Storage storage, LogKey key, Optional<byte[]> floor) throws IOException {
        try {
            new Records(storage::read, heads(key, floor)).walk(storage.length(), (_, _) -> {});
        } catch (JournalException e) {
            throw new JournalException("the log is older than one that was seen here before: " + e.getMessage(), e);
        }
    }

    private static String note(Head head, LogKey key) {
        return new Checkpoint(key.origin(), head).note(key);
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
        byte[] leafHash = MerkleRange.leaf().digest(entry);
        chain = Records.chain(chain, leafHash);
        tree.add(leafHash);
        pending.putInt(entry.length).put(entry).put(chain);
        notifyAll();
        return tree.size() - 1;
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
    public synchronized void awaitDurable(long index) {
        while (durable <= index) {
            if (failure != null || !flusher.isAlive()) {
                throw lost("entry " + index + " did not become durable");
            }
            pause(0);
        }
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
        try {
            new Records(storage::read, List.of()).walk(end, visitor);
        } catch (IOException e) {
            throw new JournalException("entries cannot be read", e);
        }
    }

    @Override
    public synchronized long size() {
        return tree.size();
    }

    @Override
    public synchronized Head head() {
        return tree.head();
    }

    @Override
    public long recoveredFrom() {
        return recoveredFrom;
    }

    @Override
    public synchronized void requestCheckpoint() {
        checkpointWanted = tree.size();
        notifyAll();
    }

    @Override
    public synchronized String checkpoint() {
        refuseIfDone();
        long size = tree.size();
        requestCheckpoint();
        checkpointAtOnce = true;
        while (checkpointAtOnce || signed < size) {
            if (failure != null || !flusher.isAlive()) {
                throw lost("the checkpoint could not be written");
            }
            pause(0);
        }
        return note;
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            flusher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a change, at most {@code nanos} where that is not 0. An interrupted thread gets no durability. */
    @SuppressWarnings("WaitNotInLoop") // every caller asks again for what it waits for
    private void pause(long nanos) {
        try {
            if (nanos == 0) {
                wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JournalException("interrupted while waiting for the disk", e);
        }
    }

    private void flushUntilClosed() {
        try (storage) {
            while (flushOnce()) {
                // The next batch is what gathered while this one was written.
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private synchronized void fail(Throwable cause) {
        failure = cause;
        notifyAll();
    }

    private boolean flushOnce() throws IOException {
        ByteBuffer batch;
        Head head;
        boolean last;
        boolean sign;
        synchronized (this) {
            while (pending.position() == 0 && !closing && !checkpointDue()) {
                pause(untilCheckpoint());
            }
            batch = pending.flip();
            pending = spare;
            head = tree.head();
            last = closing;
            sign = last || checkpointDue();
        }
        int length = batch.remaining();
        if (length > 0) {
            storage.append(batch);
            storage.sync();
        }
        flushed(batch, length, head);
        if (sign) {
            String fresh = note(head, key);
            storage.replaceCheckpoint(fresh.getBytes(UTF_8));
            signedAt(head, fresh);
        }
        return !last;
    }

    private synchronized void flushed(ByteBuffer batch, int length, Head head) {
        durable = head.size();
        durableLength += length;
        spare = batch.clear();
        notifyAll();
    }

    private synchronized void signedAt(Head head, String fresh) {
        note = fresh;
        signed = head.size();
        checkpointTime = System.nanoTime();
        if (checkpointWanted <= signed) {
            checkpointWanted = -1;
            checkpointAtOnce = false;
        }
        notifyAll();
    }

    private boolean checkpointDue() {
        return checkpointWanted >= 0 && (checkpointAtOnce || System.nanoTime() - checkpointTime >= CHECKPOINT_INTERVAL);
    }

    private long untilCheckpoint() {
        return checkpointWanted < 0 ? 0 : Math.max(1, checkpointTime + CHECKPOINT_INTERVAL - System.nanoTime());
    }
}
