package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tenuo and Cedar, measured by {@code bench/peers/peers.py} in a process of theirs. */
final class Peers {

    /** Said where {@code bench/peers/setup} could not install them. */
    static final String LEFT_OUT = "Tenuo and Cedar were left out: bench/peers/setup could not install them.";

    private final Path root;
    private final Path python;

    Peers(Path root) {
        this.root = root;
        this.python = root.resolve("target/bench/peers/bin/python");
    }

    boolean areThere() {
        return Files.isExecutable(python);
    }

    /** What {@code peers.py PART COUNT} prints: samples by name. */
    String measure(String part, int count) throws IOException, InterruptedException {
        Path script = root.resolve("bench/peers/peers.py");
        return Programs.run(
                root,
                Map.of("PYTHONDONTWRITEBYTECODE", "1"),
                root.resolve("target/bench/peers.err"),
                List.of(python.toString(), script.toString(), part, Integer.toString(count)));
    }
}
