package ambit.boundary;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files that one start needs: options, filter, status, contents. The directory can be passed through but not listed
 * by the uid of the guest's launcher, which must reach the contents to mount them.
 */
final class Scratch implements Trace, AutoCloseable {
    private static final int MAX_STATUS = 4096;

    private static final String NAME = "ambit-boundary-";
    private static final String LOCK = "lock";

    /** The roots of this process, with their locks. */
    private static final Map<Path, FileChannel> IN_USE = new ConcurrentHashMap<>();

    private static final String VIEW = "view";
    private static final Pattern CHILD_PID = Pattern.compile("\"child-pid\": (\\d{1,10})");

    private final Path directory;
    private int contents;

    private Scratch(Path directory) {
        this.directory = directory;
    }

    /** A directory that scratch directories are made in. Locked while this process lives, so that others know it is in use. */
    static Path root() throws IOException {
        Path root = Files.createTempDirectory(NAME);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
        // Locked before it has its name: whoever finds the name finds it locked, or its owner dead.
        Path fresh = root.resolve(LOCK + ".new");
        FileChannel lock = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        Files.move(fresh, root.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
        IN_USE.put(root, lock);
        return root;
    }

    /** Deletes the roots below {@code temporary} that processes of this user left when they were killed. */
    static void sweep(Path temporary) throws IOException {
        int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        try (DirectoryStream<Path> roots = Files.newDirectoryStream(temporary, NAME + "*")) {
            for (Path root : roots) {
                // Closing any channel of a file drops this process's lock on it, so its own are not even opened.
                if (!IN_USE.containsKey(root)
                        && Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)
                        && self == (int) Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS)) {
                    sweepOne(root);
                }
            }
        }
    }

    private static void sweepOne(Path root) {
        try (FileChannel channel =
                        FileChannel.open(root.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return;
            }
            try (DirectoryStream<Path> starts = Files.newDirectoryStream(root, "g*")) {
                starts.forEach(start -> new Scratch(start).close());
            }
            deleteRoot(root);
        } catch (IOException e) {
            // Without a lock it is just being made; what cannot be deleted holds nothing that matters.
        }
    }

    static Scratch in(Path root) throws IOException {
        Scratch scratch = new Scratch(Files.createTempDirectory(root, "g"));
        Files.setPosixFilePermissions(scratch.directory, PosixFilePermissions.fromString("rwx--x--x"));
        scratch.write("status", new byte[0], "rw-------");
        return scratch;
    }

    Path options(String name, Bubblewrap options) throws IOException {
        return write(name, options.nulTerminated().getBytes(StandardCharsets.UTF_8), "rw-------");
    }

    Path filter(byte[] program) throws IOException {
        return write("filter", program, "rw-------");
    }

    Path content(byte[] bytes) throws IOException {
        contents++;
        return write("content" + contents, bytes, "r--r--r--");
    }

    /** An empty directory that something is mounted on. */
    Path place() throws IOException {
        Path place = Files.createDirectory(directory.resolve("place"));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx--x--x"));
        return place;
    }

    Path config(String json) throws IOException {
        return write("config", json.getBytes(StandardCharsets.UTF_8), "rw-------");
    }

    Path statusFile() {
        return directory.resolve("status");
    }

    /** Whether bubblewrap reported how the program inside ended, which it does only if that program was reached. */
    @Override
    public boolean programEnded() {
        try (InputStream in = Files.newInputStream(statusFile())) {
            return new String(in.readNBytes(MAX_STATUS), StandardCharsets.UTF_8).contains("\"exit-code\"");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public OptionalLong observed() throws IOException {
        OptionalLong first = firstProcess();
        if (first.isEmpty()) {
            throw new IOException("the launcher did not name its process");
        }
        return ProcessHandle.of(first.getAsLong()).stream()
                .flatMap(ProcessHandle::children)
                .mapToLong(ProcessHandle::pid)
                .findFirst();
    }

    @Override
    public By by() {
        return By.PROCESS;
    }

    @Override
    public void begun() {}

    /** As bubblewrap tells it. */
    @Override
    public OptionalLong firstProcess() {
        try (InputStream in = Files.newInputStream(statusFile())) {
            Matcher pid = CHILD_PID.matcher(new String(in.readNBytes(MAX_STATUS), StandardCharsets.UTF_8));
            return pid.find() ? OptionalLong.of(Long.parseLong(pid.group(1))) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private Path write(String name, byte[] bytes, String permissions) throws IOException {
        Path file = directory.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, bytes);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    /** A directory for a {@link View}. */
    Path viewDirectory() throws IOException {
        Path view = Files.createDirectory(directory.resolve(VIEW));
        Files.setPosixFilePermissions(view, PosixFilePermissions.fromString("rwx--x--x"));
        return view;
    }

    /** Deletes files and empty directories only: what is mounted on a place of the view is never entered. */
    @Override
    public void close() {
        deleteEntries(directory.resolve(VIEW));
        deleteEntries(directory);
        delete(directory);
    }

    private static void deleteEntries(Path of) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(of)) {
            entries.forEach(Scratch::delete);
        } catch (IOException e) {
            // There is no such directory.
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Left for whoever cleans the temporary directory; it holds nothing that matters after the guest.
        }
    }

    /** Deletes the scratch root once all that was started is gone: only {@code /etc} directories are entered. */
    static void deleteRoot(Path root) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "etc*")) {
            entries.forEach(Scratch::deleteTree);
        } catch (IOException e) {
            // As above.
        }
        delete(root.resolve(LOCK));
        delete(root);
        FileChannel lock = IN_USE.remove(root);
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                // The lock ends with the process.
            }
        }
    }

    /** Deletes a directory and all in it, links unfollowed; what can not be deleted is left for the system to clean. */
    private static void deleteTree(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path left, @Nullable IOException trouble) throws IOException {
                    Files.deleteIfExists(left);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // It holds nothing that matters after the guest is gone.
        }
    }
}
