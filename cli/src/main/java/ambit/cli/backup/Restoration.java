package ambit.cli.backup;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.authority.Forgetting;
import ambit.cli.supervisor.Places;
import ambit.cli.supervisor.Witness;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A backup's files in a directory of the state that they are to have. All is inside the state, so that its lock never moves and every move is a
 * rename: the files are unpacked into {@code restoring.unpacked}, which counts for nothing. Its rename to {@code restoring} begins the exchange; while
 * that is there no kernel starts. What was there goes to {@code restoring/old}; then {@code restoring/new} becomes {@code restoring/in}, and what it
 * holds goes to its place. Wherever this ends early, {@link #finish} goes on.
 */
public final class Restoration {
    private static final String UNPACKED = "restoring.unpacked";
    private static final String BEGUN = "restoring";
    private static final String BEFORE = "before-";

    /** How a file or directory gets another name. */
    @FunctionalInterface
    interface Renaming {
        void rename(Path from, Path to) throws IOException;
    }

    static final Renaming ON_DISK = (from, to) -> {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        sync(from.resolveSibling(""));
        sync(to.resolveSibling(""));
    };

    private final Places places;
    private final Path unpacked;
    private final Path fresh;

    private Restoration(Places places) {
        this.places = places;
        this.unpacked = places.state().resolve(UNPACKED);
        this.fresh = unpacked.resolve("new");
    }

    /** Whether an exchange was begun and has not ended. */
    public static boolean begun(Places places) {
        return Files.exists(places.state().resolve(BEGUN));
    }

    /** Whether there is a state besides its lock and what restores left. */
    public static boolean replaces(Places places) throws IOException {
        return Files.exists(places.state()) && !movable(places).isEmpty();
    }

    /** Whether this file of a state belongs to a restore and not to the kernel. */
    static boolean left(Places places, Path file) {
        String top = String.valueOf(places.state().relativize(file).getName(0));
        return top.equals(UNPACKED) || top.equals(BEGUN) || top.startsWith(BEFORE);
    }

    private static List<Path> movable(Places places) throws IOException {
        try (Stream<Path> found = Files.list(places.state())) {
            return found.filter(it -> !left(places, it) && !it.equals(places.lock()))
                    .toList();
        }
    }

    /** Unpacks a backup, each file synced, for its owner alone, while the state's lock is held. What an earlier one left that was broken off is removed. */
    public static Restoration unpack(BackupFile backup, Places places, Supplier<char[]> passphrase) throws IOException {
        Restoration made = new Restoration(places);
        made.discard();
        Places.makePrivate(made.unpacked);
        Places.makePrivate(made.fresh);
        try {
            backup.read(passphrase, made::open);
        } catch (IOException e) {
            made.discard();
            throw e;
        }
        return made;
    }

    private OutputStream open(Item item) throws IOException {
        Path file = item.path().equals(BackupFile.CONFIG)
                ? unpacked.resolve(BackupFile.CONFIG)
                : fresh.resolve(item.path().substring(BackupFile.STATE.length()));
        makeDirectories(file.resolveSibling(""));
        FileChannel channel = FileChannel.open(
                file,
                Set.of(CREATE_NEW, WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(item.mode())));
        return new FilterOutputStream(Channels.newOutputStream(channel)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                channel.force(true);
                super.close();
            }
        };
    }

    private void makeDirectories(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            makeDirectories(directory.resolveSibling(""));
            Places.makePrivate(directory);
        }
    }

    /** Where the keys are that were unpacked. */
    public Path keys() {
        return fresh.resolve("keys");
    }

    /** Leaves out the secret of whom this word had forgotten; what the rest of the backup has of them stays unreadable for ever. */
    public void forget(Forgetting word) throws IOException {
        String name = Blob.of(Cbor.encode(Cbor.array(word.tenant(), word.principal())))
                .sha256()
                .toHex();
        Files.deleteIfExists(fresh.resolve("core/memory").resolve(name + ".secret"));
    }

    /** Has the first start revoke all grants with this reason, before anything else is done with the kernel. */
    public void revokeAllGrants(String why) throws IOException {
        Files.writeString(fresh.resolve(places.state().relativize(places.restored())), why);
    }

    /** Begins the exchange, which {@link #finish} does. From here on it can only go forward. */
    public void begin() throws IOException {
        syncAll();
        ON_DISK.rename(unpacked, places.state().resolve(BEGUN));
    }

    /**
     * Does the exchange that was {@linkplain #begun begun}, from wherever it is. The state's lock must be held.
     *
     * @param config where {@code ambit.yaml} is or is to be; one that differs stays
     * @param environment of the command, which says where checkpoints outside the state are
     * @return where a state that was there is now
     */
    public static Optional<Path> finish(Places places, Path config, Map<String, String> environment)
            throws IOException {
        return finish(places, config, environment, ON_DISK);
    }

    static Optional<Path> finish(Places places, Path config, Map<String, String> environment, Renaming disk)
            throws IOException {
        Path begun = places.state().resolve(BEGUN);
        Path old = begun.resolve("old");
        Path fresh = begun.resolve("new");
        Path in = begun.resolve("in");
        if (Files.exists(fresh)) {
            Places.makePrivate(old);
            for (Path each : movable(places)) {
                disk.rename(each, old.resolve(each.getFileName()));
            }
            disk.rename(fresh, in);
        }
        if (Files.exists(in)) {
            for (Path each : childrenOf(in)) {
                disk.rename(each, places.state().resolve(each.getFileName()));
            }
        }
        long nowMs = Instant.now().toEpochMilli();
        if (Files.exists(places.restored())) {
            Witness.of(places, environment).setAside(nowMs);
        }
        putConfig(begun.resolve(BackupFile.CONFIG), config, disk);
        Optional<Path> before = Optional.empty();
        if (Files.exists(old) && !childrenOf(old).isEmpty()) {
            before = Optional.of(places.state().resolve(BEFORE + nowMs));
            disk.rename(old, before.get());
        }
        // What is left of it are empty directories; the rename is what ends it.
        disk.rename(begun, places.state().resolve(UNPACKED));
        new Restoration(places).discard();
        return before;
    }

    private static void putConfig(Path unpacked, Path config, Renaming disk) throws IOException {
        if (Files.notExists(config)) {
            Path beside = config.resolveSibling("ambit.yaml.restored");
            Files.copy(unpacked, beside, StandardCopyOption.REPLACE_EXISTING);
            disk.rename(beside, config);
        } else if (Files.mismatch(unpacked, config) >= 0) {
            Files.copy(unpacked, config.resolveSibling("ambit.yaml.restored"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static List<Path> childrenOf(Path directory) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.toList();
        }
    }

    private void syncAll() throws IOException {
        try (Stream<Path> found = Files.walk(unpacked)) {
            for (Path directory : found.filter(Files::isDirectory).toList()) {
                sync(directory);
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    /** Removes what was unpacked; what was begun stays. */
    public void discard() throws IOException {
        if (Files.exists(unpacked)) {
            List<Path> all;
            try (Stream<Path> found = Files.walk(unpacked)) {
                all = found.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : all) {
                Files.delete(each);
            }
        }
    }
}
