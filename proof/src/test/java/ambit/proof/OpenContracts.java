package ambit.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/** The contracts that no proof is known of, each a line: its name, and what is missing. */
final class OpenContracts {

    private static final String BEFORE_THE_REASON = " — ";

    private OpenContracts() {}

    static SortedSet<String> read(Path file) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(BEFORE_THE_REASON, 2);
            if (parts.length < 2 || parts[1].isBlank() || !names.add(parts[0])) {
                throw new IOException(file + ": not a new name and a reason: " + line);
            }
        }
        return names;
    }
}
