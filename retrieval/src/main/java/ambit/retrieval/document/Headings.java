package ambit.retrieval.document;

import java.util.ArrayList;
import java.util.List;

/** The headings that stand above the place that was reached. */
final class Headings {
    private static final int DEEPEST = 9;

    private final String[] levels = new String[DEEPEST + 1];

    Headings() {
        java.util.Arrays.fill(levels, "");
    }

    /** A heading of this level, 1 to 9, which ends all of its own and deeper ones. */
    void set(int level, String heading) {
        int at = Math.clamp(level, 1, DEEPEST);
        levels[at] = heading;
        java.util.Arrays.fill(levels, at + 1, levels.length, "");
    }

    List<String> path() {
        List<String> path = new ArrayList<>();
        for (String level : levels) {
            if (!level.isBlank()) {
                path.add(level);
            }
        }
        return path;
    }
}
