package ambit.retrieval.encryption;

import ambit.wire.Blob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.store.BaseDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.SingleInstanceLockFactory;

/**
 * A directory of Lucene whose files are sealed, temporary ones too. Names are Lucene's and tell how many segments there are, nothing
 * of what they hold.
 *
 * <p>Each file is bound to the partition, to its name and to its length: one in another's place, one cut short and one with two blocks
 * exchanged do not open. That all files are those of an earlier moment is not noticed here. Safe for use by several threads.
 */
public final class SealedDirectory extends BaseDirectory {
    /** What a commit is called before it is one; the file gets its name by being renamed. */
    private static final String PENDING = "pending_";

    private final Path path;
    private final String label;
    private final FileKeys keys;
    private final BlockCache cache;
    private final BlockCache.Owner owner = new BlockCache.Owner();
    private final AtomicLong temporary = new AtomicLong();

    /** Names of files that are being written; they have no end yet. */
    private final Set<String> unfinished = ConcurrentHashMap.newKeySet();

    /**
     * Opens, or makes, the directory at {@code path}.
     *
     * @param label what tells it from the partition's other directories: no file of one opens in another
     */
    public SealedDirectory(Path path, String label, FileKeys keys, BlockCache cache) throws IOException {
        super(new SingleInstanceLockFactory());
        this.label = label;
        this.path = Files.createDirectories(path).toRealPath();
        this.keys = keys;
        this.cache = cache;
    }

    /** The id of the partition that it is of. */
    public Blob partition() {
        return keys.partition();
    }

    public Path path() {
        return path;
    }

    /** What a file is bound to. */
    private String bound(String name) {
        return label + "/" + (name.startsWith(PENDING) ? name.substring(PENDING.length()) : name);
    }

    private Path place(String name) {
        if (name.indexOf('/') >= 0 || name.startsWith(".")) {
            throw new IllegalArgumentException("not the name of a file of an index: " + name);
        }
        return path.resolve(name);
    }

    @Override
    public String[] listAll() throws IOException {
        ensureOpen();
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toArray(String[]::new);
        }
    }

    @Override
    public void deleteFile(String name) throws IOException {
        ensureOpen();
        Files.delete(place(name));
    }

    @Override
    public long fileLength(String name) throws IOException {
        ensureOpen();
        return SealedFile.plainLength(Files.size(place(name)));
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
        ensureOpen();
        return create(name);
    }

    private IndexOutput create(String name) throws IOException {
        boolean marked = unfinished.add(name);
        boolean made = false;
        try {
            SealedOutput out = new SealedOutput(place(name), name, bound(name), keys, () -> unfinished.remove(name));
            made = true;
            return out;
        } finally {
            if (marked && !made) {
                unfinished.remove(name);
            }
        }
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context) throws IOException {
        ensureOpen();
        while (true) {
            String counted = suffix + "_" + Long.toString(temporary.getAndIncrement(), Character.MAX_RADIX);
            String name = IndexFileNames.segmentFileName(prefix, counted, "tmp");
            if (!Files.exists(place(name))) {
                return create(name);
            }
        }
    }

    @Override
    public void sync(Collection<String> names) throws IOException {
        ensureOpen();
        for (String name : names) {
            sync(place(name), StandardOpenOption.WRITE);
        }
    }

    @Override
    public void syncMetaData() throws IOException {
        ensureOpen();
        sync(path, StandardOpenOption.READ);
    }

    private static void sync(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        ensureOpen();
        if (!Files.exists(place(from))) {
            throw new NoSuchFileException(from);
        }
        if (bound(from).equals(bound(to))) {
            Files.move(place(from), place(to), StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        // bound to its name, it is sealed again under the other
        copyFrom(this, from, to, IOContext.DEFAULT);
        sync(Set.of(to));
        Files.delete(place(from));
    }

    @Override
    public IndexInput openInput(String name, IOContext context) throws IOException {
        ensureOpen();
        if (unfinished.contains(name)) {
            throw new AccessDeniedException(name, null, "it is still open for writing");
        }
        SealedFile file = SealedFile.open(place(name), bound(name), keys, cache, owner);
        return new SealedInput("SealedInput(" + path.resolve(name) + ")", file);
    }

    @Override
    public Set<String> getPendingDeletions() {
        return Set.of();
    }

    /** Forgets what was read of it. */
    @Override
    public void close() {
        isOpen = false;
        cache.forget(owner);
    }
}
