package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The reference says what becomes of each field, in tables that are made from those that the driver works by. */
class ConversationPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("ambit.root", "..")).resolve("docs/reference/conversation.md");
    private static final String BEGIN = "<!-- fields: begin -->\n";
    private static final String END = "<!-- fields: end -->\n";

    @Test
    void thePageHasTheTablesThatTheDriverWorksBy() throws IOException {
        String tables = table("`POST /v1/chat/completions` (`chat`)", ModelFields.chat())
                + table("`POST /v1/responses` (`responses`)", ModelFields.responses())
                + table("Parts of a message, and of what a tool said", ModelFields.parts());
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        if (Boolean.getBoolean("table.write")) {
            Files.writeString(PAGE, page.substring(0, from) + tables + page.substring(to));
            return;
        }
        assertThat(page.substring(from, to))
                .as("make the tables again: -Dtest=ConversationPageTest -Dtable.write=true")
                .isEqualTo(tables);
    }

    @Test
    void thePageHasARowForEachDriver() throws IOException {
        Set<String> rows = Files.readString(PAGE)
                .lines()
                .filter(line -> line.startsWith("| **`"))
                .map(line -> line.substring(5, line.indexOf('`', 5)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows).containsExactlyInAnyOrder(ToolConfig.MEMORY, ToolConfig.OPENAI, ToolConfig.MCP);
    }

    /** One field, at whatever depth. */
    private record Leaf(String path, FieldRule rule) {}

    private static String table(String title, FieldRule top) {
        List<Leaf> leaves = new ArrayList<>();
        collect("", top, top, leaves);
        Map<String, Set<String>> rows = new LinkedHashMap<>();
        Map<String, Set<String>> passed = new LinkedHashMap<>();
        for (Leaf leaf : leaves) {
            String row = row(leaf.rule());
            (row.isEmpty() ? passed : rows)
                    .computeIfAbsent(row.isEmpty() ? container(leaf.path()) : row, _ -> new LinkedHashSet<>())
                    .add(row.isEmpty() ? name(leaf) : leaf.path().replaceFirst("^\\.", ""));
        }
        StringBuilder out = new StringBuilder("\n### " + title + "\n\n| fields | become | |\n|---|---|---|\n");
        rows.forEach((row, paths) -> out.append("| ")
                .append(code(together(paths)))
                .append(" | ")
                .append(row)
                .append(" |\n"));
        out.append("\nGo out as they are:\n\n");
        passed.forEach((where, names) -> out.append("- ")
                .append(where.isEmpty() ? "" : "`" + where + "`: ")
                .append(code(names))
                .append('\n'));
        return out.append('\n').toString();
    }

    private static void collect(String path, FieldRule rule, FieldRule top, List<Leaf> leaves) {
        switch (rule) {
            case FieldRule.Each(FieldRule element) -> collect(path + "[]", element, top, leaves);
            case FieldRule.Members members ->
                members.fields().forEach((name, field) -> collect(path + "." + name, field, top, leaves));
            case FieldRule.ByType byType
            when !byType.equals(ModelFields.parts()) || top.equals(byType) ->
                byType.rules().forEach((type, field) -> collect(path + "(" + type + ")", field, top, leaves));
            default -> leaves.add(new Leaf(path, rule));
        }
    }

    /** Paths that differ in the type of one thing only, as one. */
    private static Set<String> together(Set<String> paths) {
        Map<String, Set<String>> types = new LinkedHashMap<>();
        for (String path : paths) {
            Matcher type = Pattern.compile("\\((\\w+)\\)").matcher(path);
            String open = type.replaceFirst("(TYPES)");
            types.computeIfAbsent(open, _ -> new LinkedHashSet<>())
                    .add(type.reset().find() ? type.group(1) : "");
        }
        Set<String> all = new LinkedHashSet<>();
        types.forEach((path, of) -> all.add(path.replace("TYPES", String.join(", ", of))));
        return all;
    }

    private static String container(String path) {
        int dot = path.lastIndexOf('.');
        int type = path.lastIndexOf('(');
        return path.substring(0, Math.max(0, Math.max(dot, type))).replaceFirst("^\\.", "");
    }

    private static String name(Leaf leaf) {
        String last =
                leaf.path().replaceFirst("\\($", "").replaceFirst("^.*[.(]", "").replace(")", "");
        return leaf.rule() instanceof FieldRule.ByType ? last + " (parts)" : last;
    }

    private static String code(Set<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    /** What becomes of it and why; empty if it goes out as it is. */
    private static String row(FieldRule rule) {
        return switch (rule) {
            case FieldRule.Strip(String why) -> "left out | " + why;
            case FieldRule.Derive(String why) -> "replaced | " + why;
            case FieldRule.Own(String what) -> "the context's own name | " + what;
            case FieldRule.OnlyFalse(String why) -> "refused unless `false` | " + why;
            case FieldRule.Refuse(String why) -> "refused | " + why;
            case FieldRule.Pass _,
                    FieldRule.Scalar _,
                    FieldRule.Address _,
                    FieldRule.Each _,
                    FieldRule.Members _,
                    FieldRule.ByType _ -> "";
        };
    }
}
