package ambit.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An ext4 file system on a disk that has less room than it says. Where there is none left, the file system learns it only when it writes
 * back: the sync fails, and what could not be written is shown as if it were there. Only root can mount it.
 */
final class ThinDisk implements AutoCloseable {
    private final Path place;
    private final Path outer;
    private final Path image;
    private final Path filler;

    /** Where its file system is. */
    final Path files;

    ThinDisk(Path place) throws IOException {
        this.place = place;
        this.outer = Files.createDirectories(place.resolve("thin"));
        this.files = Files.createDirectories(place.resolve("disk"));
        this.image = outer.resolve("image");
        this.filler = outer.resolve("filler");
        Command.run("mount", "-t", "tmpfs", "-o", "size=64m", "thin", outer.toString());
        Command.run("truncate", "-s", "48M", image.toString());
        Command.run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
        Command.run("fallocate", "-l", "48M", image.toString());
        Command.run("mount", "-o", "loop", image.toString(), files.toString());
        // What the file system uses for itself keeps its place, so that it stays writable.
        Command.run("fstrim", files.toString());
    }

    /** From now on nothing can be written that has no place yet. */
    void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            // It is full.
        }
    }

    void makeRoom() throws IOException {
        Files.delete(filler);
    }

    /** The power goes: what another machine finds is what the disk holds, and nothing of what the system shows. */
    Path losePower() throws IOException {
        Path copy = place.resolve("copy");
        Path found = Files.createDirectories(place.resolve("found"));
        Command.run("cp", "--sparse=always", image.toString(), copy.toString());
        Command.run("mount", "-o", "loop", copy.toString(), found.toString());
        return found;
    }

    @Override
    public void close() throws IOException {
        Command.unmount(files);
        Command.unmount(outer);
    }
}
