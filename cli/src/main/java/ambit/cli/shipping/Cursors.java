package ambit.cli.shipping;

import ambit.wire.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The directory with one cursor for each destination that was ever shipped to. */
public record Cursors(Path directory) {

    /** A cursor, and whether a process ships to its destination now. */
    public record Entry(Cursor cursor, boolean shipped) {}

    private static final String CURSOR = ".cursor";

    Path file(String to) {
        return directory.resolve(name(to) + CURSOR);
    }

    private static String name(String to) {
        return Blob.of(to.getBytes(StandardCharsets.UTF_8)).sha256().toHex().substring(0, 16);
    }

    /** The lock under which one process ships to a destination; nothing if another one has it. */
    Optional<Closeable> lock(String to) throws IOException {
        FileChannel channel = FileChannel.open(
                directory.resolve(name(to) + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // This process itself has it.
        }
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(channel);
    }

    /** All of them, by their destinations. */
    public List<Entry> all() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Entry> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith(CURSOR)).sorted().toList()) {
                Cursor cursor = Cursor.read(file);
                Optional<Closeable> lock = lock(cursor.to());
                if (lock.isPresent()) {
                    lock.get().close();
                }
                all.add(new Entry(cursor, lock.isEmpty()));
            }
        }
        return all;
    }
}
