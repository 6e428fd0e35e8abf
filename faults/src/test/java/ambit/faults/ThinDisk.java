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
    private final Mount outer;
    private final Path image;
    private final Path filler;
    private final Mount inner;

    /** Where its file system is. */
    final Path files;

    ThinDisk(Path place, int megabytes) throws IOException {
        this.place = Files.createDirectories(place);
        this.outer = Mount.memory((megabytes + 16) + "m", place.resolve("thin"));
        this.image = outer.files.resolve("image");
        this.filler = outer.files.resolve("filler");
        this.inner = inner(megabytes);
        this.files = inner.files;
    }

    private Mount inner(int megabytes) throws IOException {
        try {
            Command.run("truncate", "-s", megabytes + "M", image.toString());
            Command.run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
            Command.run("fallocate", "-l", megabytes + "M", image.toString());
            Mount mount = Mount.image(image, place.resolve("disk"));
            // What the file system uses for itself keeps its place, so that it stays writable.
            Command.run("fstrim", mount.files.toString());
            return mount;
        } catch (IOException e) {
            outer.close();
            throw e;
        }
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
    Mount losePower() throws IOException {
        Path copy = place.resolve("copy");
        Command.run("cp", "--sparse=always", image.toString(), copy.toString());
        return Mount.image(copy, place.resolve("found"));
    }

    @Override
    public void close() throws IOException {
        inner.close();
        outer.close();
    }
}
