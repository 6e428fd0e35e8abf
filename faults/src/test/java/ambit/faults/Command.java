package ambit.faults;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A program of the machine that is run to its end. */
final class Command {
    private Command() {}

    /** What it printed; anything but success is an error that says so. */
    static String run(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (status(process) != 0) {
            throw new IOException(String.join(" ", words) + ": " + said.strip());
        }
        return said;
    }

    private static int status(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a program ran");
        }
    }

    /** Whether the machine has all of these, which {@code faults/setup} installs. */
    static boolean have(String... programs) throws IOException {
        for (String program : programs) {
            Process process = new ProcessBuilder("sh", "-c", "command -v " + program)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (status(process) != 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isRoot() throws IOException {
        return run("id", "-u").strip().equals("0");
    }

    /** A directory with all that is in it. */
    static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
