package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that {@link #close} removes with all that is in it. */
record TemporaryDirectory(Path path) implements AutoCloseable {

    /** A new one in {@code place}, which is made where needed. */
    static TemporaryDirectory in(Path place, String prefix) throws IOException {
        return new TemporaryDirectory(Files.createTempDirectory(Files.createDirectories(place), prefix));
    }

    /** Bytes of all files below a directory. */
    static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(it -> it.toFile().length())
                    .sum();
        }
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> left = Files.walk(path)) {
            all = left.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path one : all) {
            Files.deleteIfExists(one);
        }
    }
}
