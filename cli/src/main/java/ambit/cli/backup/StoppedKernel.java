package ambit.cli.backup;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The state of a kernel that is down and stays so as long as this is open: nobody else changes its files. */
public final class StoppedKernel implements AutoCloseable {
    private final Places places;
    private final FileChannel channel;
    private final FileLock lock;

    private StoppedKernel(Places places, FileChannel channel, FileLock lock) {
        this.places = places;
        this.channel = channel;
        this.lock = lock;
    }

    /** Holds the state's lock; refuses while a kernel has it, and stops nothing. The state need not be there yet. */
    public static StoppedKernel hold(Places places) throws IOException {
        Places.makePrivate(places.state());
        FileChannel channel = FileChannel.open(places.lock(), CREATE, WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw Failure.kernel(
                    "the kernel runs on " + places.state() + ", and its files are of one moment only while it is down",
                    "'ambit down' stops it; nothing was stopped or written");
        }
        return new StoppedKernel(places, channel, lock);
    }

    /**
     * Writes all that lasts of it, and the configuration, to a file that is not there yet.
     *
     * @param entries how many entries its log has
     * @param store the database that memory is kept in, or empty
     */
    public Manifest backUp(Path config, Path target, long entries, String store, Optional<char[]> passphrase)
            throws IOException {
        List<Item> items = new ArrayList<>();
        items.add(item(BackupFile.CONFIG, config));
        try (Stream<Path> found = Files.walk(places.state())) {
            List<Path> files = found.filter(it -> Files.isRegularFile(it, LinkOption.NOFOLLOW_LINKS))
                    .filter(this::lasts)
                    .sorted()
                    .toList();
            for (Path file : files) {
                items.add(item(BackupFile.STATE + places.state().relativize(file), file));
            }
        }
        Manifest manifest = new Manifest(Instant.now().toEpochMilli(), entries, store, items);
        new BackupFile(target).write(manifest, it -> it.path().equals(BackupFile.CONFIG) ? config : at(it), passphrase);
        return manifest;
    }

    private Path at(Item item) {
        return places.state().resolve(item.path().substring(BackupFile.STATE.length()));
    }

    /** What the processes say, locks, and what they make again for a faster start, is no part of a backup. */
    private boolean lasts(Path file) {
        String name = String.valueOf(file.getFileName());
        return !file.startsWith(places.kernelLog().resolveSibling(""))
                && !file.startsWith(places.broker())
                && !Restoration.left(places, file)
                && !file.equals(places.lock())
                && !file.equals(places.status())
                && !name.contains(".aot")
                && !name.equals("lock")
                && !name.endsWith("-shm");
    }

    private static Item item(String path, Path file) throws IOException {
        MessageDigest digest = BackupFile.sha256();
        long size;
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            size = in.transferTo(out);
        }
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        return new Item(path, mode, size, Blob.of(digest.digest()));
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
