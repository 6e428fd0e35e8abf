package ambit.cli.supervisor;

import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
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
import java.util.OptionalLong;

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
        return of(places, places.keys(), environment);
    }

    /** The one of the kernel that is to be in these places, whose keys are elsewhere yet. */
    public static Witness of(Places places, Path keys, Map<String, String> environment) {
        String name = Blob.of((places.state() + "\n" + tenantKey(keys)).getBytes(StandardCharsets.UTF_8))
                .sha256()
                .toHex();
        return new Witness(directory(places, environment), name + ".checkpoint");
    }

    /** The first that the tenant had, which stays when it is followed by others. */
    private static String tenantKey(Path keys) {
        try {
            Path first = keys.resolve("tenant.1.pub");
            return Files.readString(Files.exists(first) ? first : keys.resolve("tenant.pub"));
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

    /** How many entries the log had at least; empty where nothing was seen yet. */
    public OptionalLong size() throws IOException {
        Blob note = note();
        try {
            return note.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(
                            Checkpoint.of(Note.parse(note.toArray())).head().size());
        } catch (JournalException e) {
            throw new IOException(file + " is no checkpoint", e);
        }
    }

    /** Keeps it under another name, so that an older log is taken; harmless where there is none. */
    public void setAside(long atMs) throws IOException {
        if (Files.exists(file)) {
            Files.move(file, directory.resolve(file.getFileName() + ".lost-" + atMs), StandardCopyOption.ATOMIC_MOVE);
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
