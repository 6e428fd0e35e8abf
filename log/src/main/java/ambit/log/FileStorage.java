package ambit.log;

import static java.nio.file.StandardOpenOption.CREATE;
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

/** A directory with the files {@code entries}, {@code checkpoint} and {@code lock}. One process holds the lock. */
public final class FileStorage implements Storage {
    static final int MAX_CHECKPOINT = Note.MAX;

    private final Path directory;
    private final FileChannel lock;
    private final FileChannel entries;

    private FileStorage(Path directory, FileChannel lock, FileChannel entries) {
        this.directory = directory;
        this.lock = lock;
        this.entries = entries;
    }

    /**
     * Opens the directory for writing, creating it where needed.
     *
     * @throws JournalException if another process (or another journal of this one) has it open
     * @throws IOException which says in a sentence what is in the way
     */
    public static FileStorage open(Path directory) throws IOException {
        try {
            return locked(directory);
        } catch (AccessDeniedException e) {
            throw new IOException(e.getFile() + " may not be read and written by this user", e);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getFile() + " is not a directory, and the log is to be one", e);
        }
    }

    private static FileStorage locked(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
        try {
            if (tryLock(lock) == null) {
                throw new JournalException(directory + " is in use by another process");
            }
            FileChannel entries = FileChannel.open(directory.resolve("entries"), CREATE, READ, WRITE);
            entries.position(entries.size());
            syncDirectory(directory);
            return new FileStorage(directory, lock, entries);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
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
    public long length() throws IOException {
        return entries.size();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        return entries.read(ByteBuffer.wrap(into, offset, length), position);
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
        writeAll(entries, bytes);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void sync() throws IOException {
        entries.force(false);
    }

    @Override
    public void truncate(long length) throws IOException {
        entries.truncate(length);
        entries.position(length);
        entries.force(true);
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
        Path fresh = directory.resolve("checkpoint.new");
        try (FileChannel channel = FileChannel.open(fresh, CREATE, WRITE, TRUNCATE_EXISTING)) {
            writeAll(channel, ByteBuffer.wrap(note));
            channel.force(true);
        }
        Files.move(fresh, directory.resolve("checkpoint"), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            entries.close();
        }
    }
}
