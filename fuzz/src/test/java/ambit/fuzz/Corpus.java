package ambit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The inputs that a target has been checked with: one file for each target, one line of hex for each input, the shortest first. As a
 * program it turns them into the directory of files that Jazzer works on, and back.
 */
final class Corpus {
    private static final Path ALL = Path.of(System.getProperty("ambit.root", "."), "fuzz", "corpus");

    private Corpus() {}

    private static Path file(String target) {
        return ALL.resolve(target + ".hex");
    }

    static List<byte[]> of(String target) throws IOException {
        if (!Files.exists(file(target))) {
            return List.of();
        }
        return Files.readAllLines(file(target)).stream()
                .map(HexFormat.of()::parseHex)
                .toList();
    }

    /** {@code targets}, {@code unpack TARGET DIRECTORY}, {@code pack TARGET DIRECTORY MOST} or {@code seeds TARGET DIRECTORY}. */
    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "targets" -> Target.all().keySet().forEach(System.out::println);
            case "unpack" -> write(Path.of(args[2]), of(args[1]));
            case "seeds" -> write(Path.of(args[2]), Seeds.of(args[1]));
            case "pack" -> pack(args[1], Path.of(args[2]), Integer.parseInt(args[3]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void write(Path directory, List<byte[]> inputs) throws IOException {
        Files.createDirectories(directory);
        for (byte[] input : inputs) {
            String name = ambit.wire.Blob.of(input).sha256().toHex().substring(0, 40);
            Files.write(directory.resolve(name), input);
        }
    }

    /** The {@code most} shortest inputs, none of more than 8 KiB. */
    private static void pack(String target, Path directory, int most) throws IOException {
        TreeSet<String> lines =
                new TreeSet<>(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                byte[] input = Files.readAllBytes(file);
                if (input.length <= 8192) {
                    lines.add(HexFormat.of().formatHex(input));
                }
            }
        }
        Files.createDirectories(ALL);
        Files.write(file(target), new ArrayList<>(lines).subList(0, Math.min(most, lines.size())));
    }
}
