package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Tenuo and Biscuit publish to show what a chain of delegations may and may not do, played on the core with Ambit's own chains. Where
 * the core's verdict is not theirs, the case says why. docs/reference/vectors.md lists all of them.
 */
class OthersChainsTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("ambit.root", "..")).resolve("docs/reference/vectors.md");

    @TempDir
    Path directory;

    static Stream<OthersCase> cases() {
        return Stream.concat(TenuoCases.all().stream(), BiscuitCases.all().stream());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCoreSaysWhatTheCaseSaysItDoes(OthersCase one) throws Exception {
        try (Scene scene = new Scene(directory.resolve("log"))) {
            assertThat(one.play().on(scene)).as(one.shows()).isEqualTo(one.ours());
        }
    }

    /** A.11, A.13 and A.17 allow what every block allows where Tenuo refuses the chain; A.16 names no holder. The others say too much. */
    @Test
    void everyVerdictIsTheSourcesButForTheseWhichSayWhy() {
        List<OthersCase> different = cases().filter(one -> !one.agrees()).toList();
        assertThat(different).noneMatch(one -> one.why().isEmpty());
        assertThat(different.stream()
                        .filter(one -> one.ours().contains("accepted"))
                        .map(OthersCase::id))
                .containsExactly("A.11 (I4)", "A.13 (I3)", "A.16", "A.17");
        assertThat(different.stream()
                        .filter(one -> !one.ours().contains("accepted"))
                        .map(OthersCase::id))
                .containsExactly("A.7", "A.18, A.21.1", "A.25.3", "test024", "test026");
    }

    @Test
    void theDocumentListsEveryCaseAndWhatCameOfIt() throws IOException {
        List<String> rows = cases().map(OthersCase::row).toList();
        List<String> document = Files.readAllLines(DOCUMENT);
        assertThat(document).containsSubsequence(rows);
    }

    @Test
    void everySampleOfBiscuitAndEveryGroupOfTenuoHasItsCase() {
        List<String> ids = cases().map(OthersCase::id).toList();
        assertThat(ids).doesNotHaveDuplicates();
        for (int sample = 1; sample <= 28; sample++) {
            assertThat(ids).contains("test%03d".formatted(sample));
        }
        for (int group = 1; group <= 25; group++) {
            String name = "A." + group;
            assertThat(ids).as(name).anyMatch(id -> id.matches(".*\\b" + name.replace(".", "\\.") + "(?!\\d).*"));
        }
    }
}
