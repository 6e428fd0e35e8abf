package ambit.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An ext4 file system in an image file. The image lies on an XFS of its own, which can copy a file in one moment: a copy is what the disk
 * held at that moment, and what a machine finds that lost its power then. Only root can mount it.
 */
final class ImageDisk implements AutoCloseable {
    /** Enough for a core and an embedded memory. */
    static final int USUAL_MB = 48;

    private final Path place;
    private final Path backing;
    private final Mount outer;
    private final Path image;
    private final Mount inner;
    private int copies;

    /** Where its file system is. */
    final Path files;

    ImageDisk(Path place) throws IOException {
        this(place, USUAL_MB);
    }

    ImageDisk(Path place, int megabytes) throws IOException {
        this.place = Files.createDirectories(place);
        this.backing = place.resolve("xfs");
        Command.run("truncate", "-s", (512 + 8 * megabytes) + "M", backing.toString());
        Command.run("mkfs.xfs", "-q", "-f", "-m", "reflink=1", backing.toString());
        this.outer = Mount.image(backing, place.resolve("outer"));
        this.image = outer.files.resolve("image");
        this.inner = inner(megabytes);
        this.files = inner.files;
    }

    private Mount inner(int megabytes) throws IOException {
        try {
            Command.run("truncate", "-s", megabytes + "M", image.toString());
            Command.run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
            return Mount.image(image, place.resolve("disk"));
        } catch (IOException e) {
            outer.close();
            throw e;
        }
    }

    /** What the disk holds now, as another image. */
    Path copy() throws IOException {
        Path copy = outer.files.resolve("copy" + copies++);
        Command.run("cp", "--reflink=always", image.toString(), copy.toString());
        return copy;
    }

    /** A copy that is mounted, which plays its journal back. */
    final class Mounted implements AutoCloseable {
        private final Path copy;
        private final Mount mount;
        final Path files;

        Mounted(Path copy) throws IOException {
            this.copy = copy;
            this.mount = Mount.image(copy, place.resolve("recovered"));
            this.files = mount.files;
        }

        @Override
        public void close() throws IOException {
            mount.close();
            Files.delete(copy);
        }
    }

    @Override
    public void close() throws IOException {
        inner.close();
        outer.close();
        Files.delete(backing);
    }
}
