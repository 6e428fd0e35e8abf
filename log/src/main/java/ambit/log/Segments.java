package ambit.log;

import static java.nio.file.StandardOpenOption.READ;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The entries area of a log's directory, as anybody may read it while a core goes on with it. The newest part is the file {@code entries};
 * each older part was renamed to {@code entries.} and the 16 digits of the place in the area where it begins. Old parts may be missing up
 * to some place; not the newest of them, by which the place of {@code entries} is known.
 */
public final class Segments implements Records.Source, Closeable {
    static final String NEWEST = "entries";
    private static final Pattern OLDER = Pattern.compile("entries\\.[0-9]{16}");

    private final TreeMap<Long, FileChannel> parts = new TreeMap<>();

    private Segments() {}

    /**
     * Opens what is there now.
     *
     * @throws java.nio.file.NoSuchFileException if there is no log
     * @throws JournalException if a part between others is missing
     */
    public static Segments open(Path directory) throws IOException {
        while (true) {
            List<Path> older = older(directory);
            Segments segments = open(older, FileChannel.open(directory.resolve(NEWEST), READ));
            if (older.equals(older(directory))) {
                return segments;
            }
            // A new part was begun meanwhile.
            segments.close();
        }
    }

    /** @param newest is closed with the rest */
    static Segments open(List<Path> older, FileChannel newest) throws IOException {
        Segments segments = new Segments();
        long end = 0;
        try {
            for (Path part : older) {
                long begin = begin(part);
                FileChannel channel = FileChannel.open(part, READ);
                segments.parts.put(begin, channel);
                if (segments.parts.size() > 1 && begin != end) {
                    throw new JournalException("a part of the log is missing or not whole: entries from offset " + end
                            + " to " + begin + "; put the archived file back");
                }
                end = begin + channel.size();
            }
            segments.parts.put(end, newest);
            return segments;
        } catch (IOException | RuntimeException e) {
            segments.close();
            newest.close();
            throw e;
        }
    }

    /** The older parts, in their order. */
    static List<Path> older(Path directory) throws IOException {
        List<Path> older = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            for (Path file : found) {
                if (OLDER.matcher(file.getFileName().toString()).matches()) {
                    older.add(file);
                }
            }
        }
        older.sort(null);
        return older;
    }

    /** Where an older part begins in the area, in bytes. */
    public static long begin(Path part) {
        return Long.parseLong(part.getFileName().toString().substring(NEWEST.length() + 1));
    }

    /** The name of the part that begins there, once it is not the newest. */
    static String older(long begin) {
        return "%s.%016d".formatted(NEWEST, begin);
    }

    /** Where what is here begins. */
    public long start() {
        return parts.firstKey();
    }

    /** Where it ends. */
    public long length() throws IOException {
        return newest() + parts.lastEntry().getValue().size();
    }

    /** Where the newest part begins. */
    long newest() {
        return parts.lastKey();
    }

    /** From now on appends go to this one. */
    synchronized void add(FileChannel newest) throws IOException {
        parts.put(length(), newest);
    }

    /** The newest part is this one now. */
    synchronized void replace(FileChannel newest) throws IOException {
        parts.put(newest(), newest).close();
    }

    FileChannel appended() {
        return parts.lastEntry().getValue();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        Map.Entry<Long, FileChannel> part;
        synchronized (this) {
            part = parts.floorEntry(position);
        }
        if (part == null) {
            throw new JournalException("the entries before offset " + start() + " are archived");
        }
        return part.getValue().read(ByteBuffer.wrap(into, offset, length), position - part.getKey());
    }

    @Override
    public void close() throws IOException {
        for (FileChannel part : parts.values()) {
            part.close();
        }
    }
}
