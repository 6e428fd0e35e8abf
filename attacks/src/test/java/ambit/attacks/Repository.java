package ambit.attacks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** The source tree whose build is tested, and a copy of what of it an ordinary user needs. */
public final class Repository {
    private static final Path ROOT =
            Path.of(System.getProperty("ambit.root", ".")).toAbsolutePath().normalize();

    private static @org.jspecify.annotations.Nullable Path copy;

    private Repository() {}

    public static Path file(String name) {
        return ROOT.resolve(name);
    }

    /** The {@code ambit} command, which uses what the build has made. */
    static Path command(Mode mode) {
        if (!Files.isDirectory(file("target/dist/cli/lib"))) {
            throw new AssertionError("nothing was built in " + file("target/dist") + "; run ./ambit test");
        }
        return mode.changesUser() ? readable().resolve("ambit") : file("ambit");
    }

    /** A copy that every user can read: the tree itself may lie in root's home. */
    private static synchronized Path readable() {
        Path made = copy;
        if (made == null) {
            try {
                made = Files.createTempDirectory("attacks-dist-");
                for (String name : List.of("ambit", "scripts/jdk", "target/dist")) {
                    copyTree(file(name), made.resolve(name));
                }
                Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Path toDelete = made;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(toDelete)));
            copy = made;
        }
        return made;
    }

    public static void copyTree(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                    boolean program = Files.isExecutable(file);
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /** Deletes a directory and all that is in it, following no links. */
    public static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
