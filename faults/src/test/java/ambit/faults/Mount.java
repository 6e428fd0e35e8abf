package ambit.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A mounted file system, which is unmounted in any case: also when this process is killed. Only root can mount. */
final class Mount implements AutoCloseable {
    private final Warden warden;

    /** Where its files are. */
    final Path files;

    private Mount(Path files, Warden warden) {
        this.files = files;
        this.warden = warden;
    }

    /** The file system in an image file, which plays its journal back. */
    static Mount image(Path image, Path place) throws IOException {
        return mount(place, "-o", "loop", image.toString());
    }

    /** @param size as {@code mount} takes it, such as {@code 64m} */
    static Mount memory(String size, Path place) throws IOException {
        return mount(place, "-t", "tmpfs", "-o", "size=" + size, "small");
    }

    private static Mount mount(Path place, String... what) throws IOException {
        Files.createDirectories(place);
        Mount mount = new Mount(place, Warden.ofMount(place));
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(what));
        command.add(place.toString());
        try {
            Command.run(command.toArray(String[]::new));
            return mount;
        } catch (IOException e) {
            mount.warden.close();
            throw e;
        }
    }

    /**
     * Now or as soon as nobody uses it: a boundary that was made meanwhile by somebody else on this machine has a copy of every mount until
     * it ends.
     */
    @Override
    public void close() throws IOException {
        Command.run("umount", "--lazy", files.toString());
        warden.close();
    }
}
