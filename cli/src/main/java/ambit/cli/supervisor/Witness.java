package ambit.cli.supervisor;

import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * The newest checkpoint of a kernel's log that this machine has seen, kept outside the kernel's state: an older copy of the state that is put
 * back, with counts and revocations that are no longer true, is noticed by it. It belongs to one state directory and one tenant's key, so a
 * project that begins anew has another.
 */
public final class Witness {
    private static final int LARGEST = 64 << 10;

    private final Path directory;
    private final Path file;

    private Witness(Path directory, String name) {
        this.directory = directory;
        this.file = directory.resolve(name);
    }

    /** The one of the kernel in these places. */
    public static Witness of(Places places, Map<String, String> environment) {
        String name = Blob.of((places.state() + "\n" + tenantKey(places)).getBytes(StandardCharsets.UTF_8))
                .sha256()
                .toHex();
        return new Witness(directory(places, environment), name + ".checkpoint");
    }

    /** The first that the tenant had, which stays when it is followed by others. */
    private static String tenantKey(Places places) {
        try {
            Path first = places.keys().resolve("tenant.1.pub");
            return Files.readString(Files.exists(first) ? first : places.keys().resolve("tenant.pub"));
        } catch (IOException e) {
            return "";
        }
    }

    private static Path directory(Places places, Map<String, String> environment) {
        if (Places.uid() == 0) {
            return Path.of("/var/lib/ambit");
        }
        Path home = Path.of(environment.getOrDefault("HOME", ""));
        return home.isAbsolute() && Files.isWritable(home)
                ? home.resolve(".local/state/ambit")
                : places.state().resolveSibling(".ambit-seen");
    }

    Path file() {
        return file;
    }

    /** The note, empty where nothing was seen yet. */
    Blob note() throws IOException {
        try {
            byte[] note = Files.readAllBytes(file);
            return note.length > LARGEST ? Blob.EMPTY : Blob.of(note);
        } catch (NoSuchFileException e) {
            return Blob.EMPTY;
        }
    }

    /** Asks the core for a checkpoint and remembers it. */
    public void look(Places places) throws IOException {
        try (Link core = Link.open(places.coreAdmin(), "core")) {
            core.send(new AdminToCore.Checkpoint());
            if (CoreToAdmin.fromCbor(core.receive()) instanceof CoreToAdmin.Checkpointed(String note)) {
                remember(note);
            } else {
                throw new IOException("the core gives no checkpoint");
            }
        }
    }

    private void remember(String note) throws IOException {
        Places.makePrivate(directory);
        Path fresh = Files.createTempFile(directory, "checkpoint", null);
        Files.writeString(fresh, note);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
