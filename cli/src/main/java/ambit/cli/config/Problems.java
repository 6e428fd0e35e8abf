package ambit.cli.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects everything that is wrong with one file, so that its author mends it in one go. */
final class Problems {

    private final String file;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void error(Position at, String what, String hint) {
        errors.add(new Problem(file, at, what, hint));
    }

    void warn(Position at, String what, String hint) {
        warnings.add(new Problem(file, at, what, hint));
    }

    boolean none() {
        return errors.isEmpty();
    }

    List<Problem> errors() {
        return inOrder(errors);
    }

    List<Problem> warnings() {
        return inOrder(warnings);
    }

    private static List<Problem> inOrder(List<Problem> problems) {
        return problems.stream()
                .sorted(Comparator.comparingInt(
                                (Problem problem) -> problem.at().line())
                        .thenComparingInt(problem -> problem.at().column()))
                .toList();
    }
}
