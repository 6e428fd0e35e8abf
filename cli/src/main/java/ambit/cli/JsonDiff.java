package ambit.cli;

import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How one JSON value became another, line by line of their usual spelling. */
final class JsonDiff {
    /** Lines times lines that are compared; what is beyond is shown as gone and come. */
    private static final long MOST_WORK = 4_000_000;

    /** Lines that stay the same and are shown around a change. */
    private static final int AROUND = 2;

    private JsonDiff() {}

    /** Lines that begin with {@code "- "}, {@code "+ "} or two spaces; {@code "  …"} stands for some that stay the same. */
    static List<String> of(Optional<Json> old, Json fresh) {
        List<String> before = old.map(JsonDiff::lines).orElse(List.of());
        List<String> after = lines(fresh);
        int start = 0;
        while (start < before.size()
                && start < after.size()
                && before.get(start).equals(after.get(start))) {
            start++;
        }
        int end = 0;
        while (end < before.size() - start
                && end < after.size() - start
                && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
            end++;
        }
        List<String> diff = new ArrayList<>();
        before.subList(0, start).forEach(line -> diff.add("  " + line));
        diff.addAll(changed(before.subList(start, before.size() - end), after.subList(start, after.size() - end)));
        before.subList(before.size() - end, before.size()).forEach(line -> diff.add("  " + line));
        return shortened(diff);
    }

    private static List<String> lines(Json value) {
        return JsonText.pretty(value).lines().map(Terminal::plain).toList();
    }

    private static List<String> changed(List<String> before, List<String> after) {
        List<String> diff = new ArrayList<>();
        int i = 0;
        int j = 0;
        if ((long) before.size() * after.size() <= MOST_WORK) {
            int[][] common = common(before, after);
            while (i < before.size() && j < after.size()) {
                if (before.get(i).equals(after.get(j))) {
                    diff.add("  " + before.get(i));
                    i++;
                    j++;
                } else if (common[i + 1][j] >= common[i][j + 1]) {
                    diff.add("- " + before.get(i++));
                } else {
                    diff.add("+ " + after.get(j++));
                }
            }
        }
        before.subList(i, before.size()).forEach(line -> diff.add("- " + line));
        after.subList(j, after.size()).forEach(line -> diff.add("+ " + line));
        return diff;
    }

    /** How many lines the rests from each place on have in common. */
    private static int[][] common(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private static List<String> shortened(List<String> diff) {
        List<String> shown = new ArrayList<>();
        boolean skipping = false;
        for (int i = 0; i < diff.size(); i++) {
            List<String> near = diff.subList(Math.max(0, i - AROUND), Math.min(diff.size(), i + AROUND + 1));
            if (near.stream().anyMatch(line -> !line.startsWith("  "))) {
                shown.add(diff.get(i));
                skipping = false;
            } else if (!skipping) {
                shown.add("  …");
                skipping = true;
            }
        }
        return shown;
    }
}
