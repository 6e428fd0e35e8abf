package ambit.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The source tree whose build this is. */
final class Repository {

    /** The modules that have to be right for any guarantee to hold. */
    static final List<String> TRUSTED_BASE = List.of("wire", "decision", "authority", "log", "core");

    private Repository() {}

    /** The Java sources of a module, without its tests, in the order of their paths. */
    static List<Path> sources(String module) {
        try (Stream<Path> paths = Files.walk(file(module).resolve("src/main/java"))) {
            return paths.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the classes of a module were compiled to. */
    static Path classes(String module) {
        return file(module).resolve("target/classes");
    }

    static String read(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file or directory by its path from the root of the repository. */
    static Path file(String path) {
        return Path.of(System.getProperty("ambit.root", "..")).resolve(path);
    }
}
