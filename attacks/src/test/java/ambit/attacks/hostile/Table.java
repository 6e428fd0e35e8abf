package ambit.attacks.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of a document that is made from a run: between its two markers stands what the run says, or the test fails. */
record Table(Path document) {
    private static final String BEGIN = "<!-- hostile broker: begin -->\n";
    private static final String END = "<!-- hostile broker: end -->\n";

    /** The rows of what was run. */
    static String of(Map<Attack, Result> attacked, Map<Attack, Result> controlled) {
        StringBuilder table = new StringBuilder();
        int number = 0;
        for (Group group : Battery.GROUPS) {
            table.append("\n**").append(group.title()).append("**\n\n");
            table.append("| # | attack | comes to | succeeds with |\n|---|---|---|---|\n");
            for (Attack attack : group.attacks()) {
                boolean bites =
                        controlled.getOrDefault(attack, Result.failed("")).succeeded();
                Result result = attacked.getOrDefault(attack, Result.success("not run"));
                table.append("| %d | %s | %s | %s |\n"
                        .formatted(
                                ++number,
                                attack.name(),
                                result.succeeded() ? "**" + result.answer() + "**" : result.answer(),
                                bites ? defence(attack) : "**nothing**"));
            }
        }
        return "%d attacks; %d came through; %d of %d controls succeed.\n"
                        .formatted(
                                number,
                                attacked.values().stream()
                                        .filter(Result::succeeded)
                                        .count(),
                                controlled.values().stream()
                                        .filter(Result::succeeded)
                                        .count(),
                                number)
                + table
                + "\n";
    }

    private static String defence(Attack attack) {
        return attack.isOfTheBoundary()
                ? "no boundary"
                : attack.defence().stream().map(Weakness::describe).collect(Collectors.joining("; "));
    }

    /** Compares, or writes where the system property {@code table.write} says so. */
    void check(String table) throws IOException {
        String text = Files.readString(document);
        int from = text.indexOf(BEGIN);
        int to = text.indexOf(END);
        assertThat(from).as("the markers in %s", document).isPositive().isLessThan(to);
        if (Boolean.getBoolean("table.write")) {
            Files.writeString(document, text.substring(0, from) + BEGIN + table + text.substring(to));
        } else {
            assertThat(text.substring(from + BEGIN.length(), to)).isEqualTo(table);
        }
    }
}
