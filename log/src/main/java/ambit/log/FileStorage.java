package ambit.log;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.log.note.Note;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory with the files {@code entries} and what was before it, {@code checkpoint}, {@code snapshot} and {@code lock}. One process
 * holds the lock.
 */
public final class FileStorage implements Storage {
    static final int MAX_CHECKPOINT = Note.MAX;

    /** Bytes of the newest part from which on another one is begun. */
    public static final long PART = 16 << 20;

    private final Path directory;
    private final FileChannel lock;
    private final Segments entries;
    private final long part;

    private FileStorage(Path directory, FileChannel lock, Segments entries, long part) {
        this.directory = directory;
        this.lock = lock;
        this.entries = entries;
        this.part = part;
    }

    /**
     * Opens the directory for writing, creating it where needed.
     *
     * @throws JournalException if another process (or another journal of this one) has it open
     * @throws IOException which says in a sentence what is in the way
     */
    public static FileStorage open(Path directory) throws IOException {
        return open(directory, PART);
    }

    static FileStorage open(Path directory, long part) throws IOException {
        try {
            return locked(directory, part);
        } catch (AccessDeniedException e) {
            throw new IOException(e.getFile() + " may not be read and written by this user", e);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getFile() + " is not a directory, and the log is to be one", e);
        }
    }

    private static FileStorage locked(Path directory, long part) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
        try {
            if (tryLock(lock) == null) {
                throw new JournalException(directory + " is in use by another process");
            }
            Segments entries = Segments.open(Segments.older(directory), newest(directory));
            syncDirectory(directory);
            return new FileStorage(directory, lock, entries, part);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel newest(Path directory) throws IOException {
        FileChannel newest = FileChannel.open(directory.resolve(Segments.NEWEST), CREATE, READ, WRITE);
        return newest.position(newest.size());
    }

    private static @Nullable FileLock tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    @Override
    public long start() {
        return entries.start();
    }

    @Override
    public long length() throws IOException {
        return entries.length();
    }

    @Override
    public long newest() {
        return entries.newest();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        return entries.read(position, into, offset, length);
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
        if (entries.appended().size() >= part) {
            Path full = directory.resolve(Segments.older(entries.newest()));
            Files.move(directory.resolve(Segments.NEWEST), full, StandardCopyOption.ATOMIC_MOVE);
            entries.add(newest(directory));
            syncDirectory(directory);
        }
        writeAll(entries.appended(), bytes);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Into another file: where a write failed, a file system may go on to show zeros after a loss of power, whatever was written there again. */
    @Override
    public void rewrite(long position, ByteBuffer bytes) throws IOException {
        Path again = directory.resolve(Segments.NEWEST + ".again");
        Files.deleteIfExists(again);
        try (FileChannel channel = FileChannel.open(again, CREATE_NEW, WRITE)) {
            long kept = position - entries.newest();
            for (long done = 0; done < kept; ) {
                done += entries.appended().transferTo(done, kept - done, channel);
            }
            writeAll(channel, bytes);
            channel.force(true);
        }
        Files.move(again, directory.resolve(Segments.NEWEST), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
        entries.replace(newest(directory));
    }

    @Override
    public void sync() throws IOException {
        entries.appended().force(false);
    }

    @Override
    public void truncate(long length) throws IOException {
        long kept = length - entries.newest();
        if (kept < 0) {
            throw new JournalException(
                    "entries has an incomplete record at offset " + length + ", before its newest part");
        }
        entries.appended().truncate(kept).position(kept).force(true);
    }

    @Override
    public Optional<byte[]> checkpoint() throws IOException {
        return readCheckpoint(directory);
    }

    /** The checkpoint of a log that somebody else may have open. */
    public static Optional<byte[]> readCheckpoint(Path directory) throws IOException {
        Path file = directory.resolve("checkpoint");
        try {
            if (Files.size(file) > MAX_CHECKPOINT) {
                throw new JournalException(file + " is larger than a checkpoint can be");
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void replaceCheckpoint(byte[] note) throws IOException {
        replace("checkpoint", note);
    }

    @Override
    public Optional<byte[]> snapshot() throws IOException {
        try {
            return Optional.of(Files.readAllBytes(directory.resolve("snapshot")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void replaceSnapshot(byte[] snapshot) throws IOException {
        replace("snapshot", snapshot);
    }

    private void replace(String name, byte[] content) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        try (FileChannel channel = FileChannel.open(fresh, CREATE, WRITE, TRUNCATE_EXISTING)) {
            writeAll(channel, ByteBuffer.wrap(content));
            channel.force(true);
        }
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            entries.close();
        }
    }
}
