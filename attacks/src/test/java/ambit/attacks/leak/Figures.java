package ambit.attacks.leak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The table of a run.
 *
 * @param attempts how many were asked for
 * @param store where the kernel kept memory
 * @param kernel what came of them against a kernel
 * @param control and against the application that keeps everybody's memory in one place, as far as it has such a thing
 */
record Figures(int attempts, long seed, String store, Map<Kind, Finding> kernel, Map<Kind, Finding> control) {
    private static final String BEGIN = "<!-- leaks: begin -->\n";
    private static final String END = "<!-- leaks: end -->\n";

    /** In Markdown. */
    String table() {
        StringBuilder table = new StringBuilder("`scripts/leaks %d %d %s`:\n\n".formatted(attempts, seed, store));
        table.append("| kind | attempts | Ambit: canaries | changed | shared: canaries | changed |\n");
        table.append("|---|---:|---:|---:|---:|---:|\n");
        kernel.forEach((kind, finding) -> row(table, kind.words(), finding, Optional.ofNullable(control.get(kind))));
        row(table, "**together**", Finding.sum(kernel), Optional.of(Finding.sum(control)));
        return table.append('\n').toString();
    }

    private static void row(StringBuilder table, String name, Finding kernel, Optional<Finding> control) {
        table.append("| %s | %,d | %d | %d | %s | %s |%n"
                .formatted(
                        name,
                        kernel.attempts(),
                        kernel.leaks(),
                        kernel.changed(),
                        control.map(it -> "%,d".formatted(it.leaks())).orElse(""),
                        control.map(it -> "%,d".formatted(it.changed())).orElse("")));
    }

    /** Puts the table in its place. */
    void write(Path document) throws IOException {
        String text = Files.readString(document);
        int from = text.indexOf(BEGIN);
        int to = text.indexOf(END);
        if (from < 0 || to < from) {
            throw new AssertionError("no place for the table in " + document);
        }
        Files.writeString(document, text.substring(0, from) + BEGIN + "\n" + table() + text.substring(to));
    }
}
