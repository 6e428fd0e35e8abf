package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tessera, measured by the program in {@code bench/peers/tessera} in a process of its own. */
final class TesseraPeer {

    /** Said where {@code bench/peers/tessera/build} could not build it. */
    static final String LEFT_OUT =
            "Tessera was left out: bench/peers/tessera/build could not build what measures it, which needs Go 1.26 or later.";

    private final Path root;
    private final Path program;

    TesseraPeer(Path root) {
        this.root = root;
        this.program = root.resolve("target/bench/tessera");
    }

    boolean isThere() {
        return Files.isExecutable(program);
    }

    /** Entries a second that so many writers together make durable in a new log in {@code directory}, in each stretch of half a second. */
    Samples rates(Path directory, int writers, int stretches) throws IOException, InterruptedException {
        String measured = Programs.run(
                root,
                Map.of(),
                root.resolve("target/bench/peers.err"),
                List.of(
                        program.toString(),
                        directory.toString(),
                        Integer.toString(writers),
                        Integer.toString(stretches)));
        return Installation.Json.samples(measured, "rates");
    }
}
