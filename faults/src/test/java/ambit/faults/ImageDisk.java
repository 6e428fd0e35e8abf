package ambit.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An ext4 file system in an image file. The image lies on an XFS of its own, which can copy a file in one moment: a copy is what the disk
 * held at that moment, and what a machine finds that lost its power then. Only root can mount it.
 */
final class ImageDisk implements AutoCloseable {
    private final Path place;
    private final Path outer;
    private final Path image;
    private int copies;

    /** Where its file system is. */
    final Path files;

    ImageDisk(Path place) throws IOException {
        this.place = place;
        this.outer = Files.createDirectories(place.resolve("outer"));
        this.files = Files.createDirectories(place.resolve("disk"));
        this.image = outer.resolve("image");
        Path backing = place.resolve("xfs");
        Command.run("truncate", "-s", "1G", backing.toString());
        Command.run("mkfs.xfs", "-q", "-f", "-m", "reflink=1", backing.toString());
        Command.run("mount", "-o", "loop", backing.toString(), outer.toString());
        Command.run("truncate", "-s", "48M", image.toString());
        Command.run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
        Command.run("mount", "-o", "loop", image.toString(), files.toString());
    }

    /** What the disk holds now, as another image. */
    Path copy() throws IOException {
        Path copy = outer.resolve("copy" + copies++);
        Command.run("cp", "--reflink=always", image.toString(), copy.toString());
        return copy;
    }

    /** A copy that is mounted, which plays its journal back. */
    final class Mounted implements AutoCloseable {
        private final Path copy;
        final Path files;

        Mounted(Path copy) throws IOException {
            this.copy = copy;
            this.files = Files.createDirectories(place.resolve("recovered"));
            Command.run("mount", "-o", "loop", copy.toString(), files.toString());
        }

        @Override
        public void close() throws IOException {
            Command.unmount(files);
            Files.delete(copy);
        }
    }

    @Override
    public void close() throws IOException {
        Command.unmount(files);
        Command.unmount(outer);
        Files.delete(place.resolve("xfs"));
    }
}
