package ambit.cli.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the supervisor and its processes say, line by line, each with its time and who said it. */
final class KernelLog {

    private static final int LONGEST = 4000;

    private static final String ERROR = "ambit: error: ";

    private final PrintStream out;
    private final Map<String, String> complaints = new ConcurrentHashMap<>();

    KernelLog(PrintStream out) {
        this.out = out;
    }

    void say(String who, String line) {
        if (line.isBlank()) {
            return;
        }
        if (line.startsWith(ERROR)) {
            complaints.put(who, line.substring(ERROR.length()));
        }
        String text = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
        synchronized (out) {
            out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + who + ": " + text);
            out.flush();
        }
    }

    /** What this process last complained of, empty where it did not. */
    String complaint(String who) {
        return complaints.getOrDefault(who, "");
    }

    /** Copies a stream until it ends, on the thread that is answered. */
    Thread follow(String who, InputStream stream) {
        return Thread.ofVirtual().name("log of " + who).start(() -> {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = readLine(lines); line != null; line = readLine(lines)) {
                    say(who, line);
                }
            } catch (IOException e) {
                say("supervisor", "the output of the " + who + " broke off");
            }
        });
    }

    /** A line, cut where it gets long, so that a process without line ends does not fill the memory. */
    private static @org.jspecify.annotations.Nullable String readLine(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n' && line.length() <= LONGEST) {
            line.append((char) next);
            next = reader.read();
        }
        return line.toString();
    }
}
