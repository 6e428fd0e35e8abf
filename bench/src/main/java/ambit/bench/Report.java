package ambit.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The results in {@code docs/benchmarks.md}; the words around them are written there. */
final class Report {

    private static final Pattern PARTS = Pattern.compile(
            "(?s)(?<before>.*^## Result\\n\\n)(?<results>.*)(?<after>^## How to read it\\n.*)", Pattern.MULTILINE);
    private static final Pattern SECTION = Pattern.compile("(?ms)^### (.*?)\\n(.*?)(?=^### |\\z)");

    private Report() {}

    /**
     * The text after a run. What {@code previous}, the text before it, has of runs of other parts stays, unless this one was of all.
     *
     * @param parts what was run, as its heading says it
     * @throws IOException if the text has no place for results
     */
    static String of(String previous, String parts, boolean all, String result) throws IOException {
        Matcher text = PARTS.matcher(previous);
        if (!text.matches()) {
            throw new IOException("docs/benchmarks.md has no '## Result' with '## How to read it' behind it");
        }
        Map<String, String> sections = new LinkedHashMap<>();
        if (!all) {
            SECTION.matcher(text.group("results"))
                    .results()
                    .forEach(match -> sections.put(match.group(1), match.group(2)));
        }
        sections.put(parts, "\n" + result + "\n");
        return text.group("before")
                + sections.entrySet().stream()
                        .map(section -> "### " + section.getKey() + "\n" + section.getValue())
                        .collect(Collectors.joining())
                + text.group("after");
    }
}
