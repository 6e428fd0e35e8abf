package ambit.retrieval.index;

import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.encryption.BlockCache;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * All namespaces' indexes: a directory each, named after its partition, open only while somebody has its key. Safe for use by several
 * threads.
 */
public final class Indexes implements AutoCloseable {
    /** Whether a transaction committed before this process began, or before something failed. */
    @FunctionalInterface
    public interface Commits {
        boolean happened(String transaction) throws IndexFailure;
    }

    private static final long LAST_WORK_SECONDS = 5;

    private final Path root;
    private final Embedding embedding;
    private final Commits commits;
    private final BlockCache cache;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final Map<Blob, NamespaceIndex> open = new HashMap<>();

    /** What takes committed changes over, so that nobody's end waits for that. */
    private final ExecutorService settling = Executors.newVirtualThreadPerTaskExecutor();

    private final Map<Blob, CompletableFuture<Void>> unsettled = new ConcurrentHashMap<>();

    /**
     * Opens the directory that all are in, for this process alone; makes it if it is not there.
     *
     * @param cacheBytes of plaintext of open namespaces that are kept in memory at most
     */
    public Indexes(Path root, Embedding embedding, Commits commits, long cacheBytes) throws IOException {
        this.root = Files.createDirectories(root);
        this.embedding = embedding;
        this.commits = commits;
        this.cache = new BlockCache(cacheBytes);
        this.lockFile = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        this.lock = locked(root, lockFile);
    }

    private static FileLock locked(Path root, FileChannel file) throws IOException {
        FileLock lock = null;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new IOException("the indexes in " + root + " are open already", e);
        } finally {
            if (lock == null) {
                file.close();
            }
        }
        if (lock == null) {
            throw new IOException("another process has the indexes in " + root + " open; end it first");
        }
        return lock;
    }

    public Embedding embedding() {
        return embedding;
    }

    /** The namespace's index, to be closed by everyone who opened it; with the last one its key and all that was read of it go. */
    public NamespaceIndex open(Blob partition, Blob dataKey) throws IndexFailure {
        synchronized (open) {
            NamespaceIndex known = open.get(partition);
            if (known != null && known.join()) {
                return known.requireKey(dataKey);
            }
            NamespaceIndex index = NamespaceIndex.open(root, partition, dataKey, this);
            open.put(partition, index);
            return index;
        }
    }

    /** Has the index take over what was committed; it was joined for that. */
    void later(NamespaceIndex index) {
        try {
            CompletableFuture<Void> running = unsettled.merge(
                    index.partition(),
                    CompletableFuture.runAsync(index::settleNow, settling),
                    (one, other) -> CompletableFuture.allOf(one, other));
            CompletableFuture<Void> _ = running.whenComplete((_, _) -> unsettled.remove(index.partition(), running));
        } catch (RejectedExecutionException e) {
            // the process ends, and the next one looks what is left
            index.close();
        }
    }

    /** Waits until what was committed to a namespace is taken over, or has failed to be. */
    public void await(Blob partition) {
        CompletableFuture<Void> running = unsettled.get(partition);
        if (running != null) {
            running.join();
        }
    }

    /** Deletes the index of a partition; refused while somebody has it open. */
    public void forget(Blob partition) throws IndexFailure {
        await(partition);
        synchronized (open) {
            if (open.containsKey(partition)) {
                throw new IndexFailure(Denial.CONFLICT, "a live transaction still has this namespace open");
            }
            Path directory = root.resolve(partition.toHex());
            try (Stream<Path> files = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
                for (Path file : files.toList().reversed()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw NamespaceIndex.failure(partition, e);
            }
        }
    }

    void closed(NamespaceIndex index) {
        synchronized (open) {
            open.remove(index.partition(), index);
        }
    }

    Commits commits() {
        return commits;
    }

    BlockCache cache() {
        return cache;
    }

    /** How many namespaces are open. */
    public int size() {
        synchronized (open) {
            return open.size();
        }
    }

    /** Waits until what was committed is taken over, for a while: it is not lost otherwise. */
    @Override
    public void close() {
        settling.shutdown();
        try {
            if (!settling.awaitTermination(LAST_WORK_SECONDS, TimeUnit.SECONDS)) {
                System.getLogger("ambit.retrieval")
                        .log(System.Logger.Level.WARNING, "committed changes of indexes are left for the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            System.getLogger("ambit.retrieval").log(System.Logger.Level.WARNING, "while closing the indexes", e);
        }
    }
}
