package ambit.audit;

import ambit.log.JournalException;
import ambit.log.Records;
import ambit.log.Segments;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * The entries area of a log, of which old parts may have been moved to an archive: there each is a file named as in the log, {@code .gz} behind
 * it. Goes on with a log that begins a new part. Not thread-safe.
 */
final class LogParts implements Records.Source, Closeable {
    private static final String ARCHIVED = ".gz";

    /** Far more than a part has. */
    private static final int LARGEST = 256 << 20;

    private final Path directory;
    private final NavigableMap<Long, Path> archived;
    private Segments live;
    private Object newest;
    private long unpackedAt = -1;
    private byte[] unpacked = new byte[0];

    private LogParts(Path directory, NavigableMap<Long, Path> archived) throws IOException {
        this.directory = directory;
        this.archived = archived;
        this.newest = newest();
        this.live = Segments.open(directory);
    }

    /**
     * Opens a log.
     *
     * @throws java.nio.file.NoSuchFileException if there is no log, or not this archive
     */
    static LogParts open(Path directory, Optional<Path> archive) throws IOException {
        NavigableMap<Long, Path> archived = new TreeMap<>();
        if (archive.isPresent()) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(archive.get(), "entries.[0-9]*" + ARCHIVED)) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    Path part = Path.of(name.substring(0, name.length() - ARCHIVED.length()));
                    archived.put(Segments.begin(part), file);
                }
            } catch (NumberFormatException e) {
                throw new JournalException(archive.get() + " holds a file that is no part of a log", e);
            }
        }
        return new LogParts(directory, archived);
    }

    /** Something that is another when a new part was begun. */
    private Object newest() throws IOException {
        Object key = Files.readAttributes(
                        directory.resolve("entries"), java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        return key == null ? "" : key;
    }

    /** Where what can be read begins. */
    long start() {
        return archived.isEmpty() ? live.start() : Math.min(archived.firstKey(), live.start());
    }

    /** Where it ends now. */
    long length() throws IOException {
        Object now = newest();
        if (!now.equals(newest)) {
            live.close();
            live = Segments.open(directory);
            newest = now;
        }
        return live.length();
    }

    /** Has all that is there on the disk: the core has seen to what came before the newest part. */
    void sync() throws IOException {
        try (FileChannel entries = FileChannel.open(directory.resolve("entries"), StandardOpenOption.READ)) {
            entries.force(false);
        }
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        if (position >= live.start() || archived.isEmpty()) {
            return live.read(position, into, offset, length);
        }
        Map.Entry<Long, Path> part = archived.floorEntry(position);
        if (part == null) {
            throw new JournalException("the entries before offset " + archived.firstKey() + " are in no archive");
        }
        byte[] bytes = unpacked(part.getKey(), part.getValue());
        int from = (int) (position - part.getKey());
        if (from >= bytes.length) {
            throw new JournalException(
                    "the entries at offset " + position + " are neither in the log nor in the archive");
        }
        int count = Math.min(length, bytes.length - from);
        System.arraycopy(bytes, from, into, offset, count);
        return count;
    }

    private byte[] unpacked(long begin, Path file) throws IOException {
        if (unpackedAt != begin) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                unpacked = in.readNBytes(LARGEST);
                unpackedAt = begin;
            } catch (IOException e) {
                throw new IOException("the archived " + file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return unpacked;
    }

    @Override
    public void close() throws IOException {
        live.close();
    }
}
