package ambit.cli.backup;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import ambit.authority.Forgetting;
import ambit.cli.supervisor.Places;
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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A backup's files beside the place that they are to have, until they are given it in one step. */
public final class Restoration {
    private final Places places;
    private final Path fresh;

    private Restoration(Places places) {
        this.places = places;
        this.fresh = places.state().resolveSibling(places.state().getFileName() + ".restoring");
    }

    /** Unpacks a backup, each file synced, for its owner alone. What an earlier one left that was broken off is removed. */
    public static Restoration unpack(BackupFile backup, Places places, Supplier<char[]> passphrase) throws IOException {
        Restoration made = new Restoration(places);
        made.discard();
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
        Path file = fresh.resolve(
                item.path().equals(BackupFile.CONFIG)
                        ? BackupFile.CONFIG
                        : item.path().substring(BackupFile.STATE.length()));
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
        Files.writeString(fresh.resolve(String.valueOf(places.restored().getFileName())), why);
    }

    /**
     * Gives it the place of the state, which is kept under another name.
     *
     * @return where a state that was there is now
     */
    public Optional<Path> takePlace(Path config, long atMs) throws IOException {
        Path unpacked = fresh.resolve(BackupFile.CONFIG);
        if (Files.notExists(config)) {
            Files.copy(unpacked, config);
        } else if (Files.mismatch(unpacked, config) >= 0) {
            Files.copy(unpacked, config.resolveSibling("ambit.yaml.restored"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.delete(unpacked);
        syncAll();
        Optional<Path> before = Optional.empty();
        if (Files.exists(places.state())) {
            before = Optional.of(places.state().resolveSibling(places.state().getFileName() + ".before-" + atMs));
            Files.move(places.state(), before.get(), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(fresh, places.state(), StandardCopyOption.ATOMIC_MOVE);
        sync(places.state().resolveSibling(""));
        return before;
    }

    private void syncAll() throws IOException {
        try (Stream<Path> found = Files.walk(fresh)) {
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

    /** Removes what was unpacked. */
    public void discard() throws IOException {
        if (Files.exists(fresh)) {
            List<Path> all;
            try (Stream<Path> found = Files.walk(fresh)) {
                all = found.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : all) {
                Files.delete(each);
            }
        }
    }
}
