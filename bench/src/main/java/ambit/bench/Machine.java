package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/** What was measured on, and how busy it was. */
final class Machine {

    private Machine() {}

    static String describe() throws IOException {
        String[] load = load();
        return String.join(
                "\n",
                "- date: " + Instant.now().truncatedTo(ChronoUnit.MINUTES),
                "- processor: " + first("/proc/cpuinfo", "model name") + ", "
                        + Runtime.getRuntime().availableProcessors() + " in use",
                "- memory: " + first("/proc/meminfo", "MemTotal"),
                "- system: Linux " + System.getProperty("os.version") + ", "
                        + first("/etc/os-release", "PRETTY_NAME").replace("\"", ""),
                "- Java: " + Runtime.version(),
                "- load before the run: " + load[0] + " over 1 minute, " + load[1] + " over 5");
    }

    /** The load averages over 1, 5 and 15 minutes. */
    static String[] load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ");
    }

    private static String first(String file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).replaceFirst("^[\\s:=]+", ""))
                    .findFirst()
                    .orElse("unknown");
        }
    }
}
