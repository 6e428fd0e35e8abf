package ambit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Denial;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DocumentedDenialsTest {
    @Test
    void theReferenceListsEachDenialWithItsNumberAndSentenceAndNoOther() {
        List<String> rows = Repository.read(Repository.file("docs/reference/denials.md"))
                .lines()
                .filter(line -> line.matches("\\| \\d+ .*"))
                .map(line -> line.substring(0, line.lastIndexOf(" | ", line.length() - 3)))
                .toList();
        List<String> expected = Arrays.stream(Denial.values())
                .map(denial -> "| " + denial.number() + " | `" + denial + "` | " + denial.sentence())
                .toList();
        assertThat(rows).isEqualTo(expected);
    }
}
