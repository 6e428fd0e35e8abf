package ambit.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/**
 * Nicolas Seriot's JSONTestSuite: what every parser of RFC 8259 accepts, what none may, and what each decides for itself. The strict
 * parser is one for I-JSON and narrower, so it refuses some of the first and all of the last; {@code refused.tsv} lists each with the rule.
 */
class JsonTestSuiteTest {
    private static final String ACCEPTED = "accepted";

    @Test
    void whatEveryParserAcceptsIsAcceptedButForWhatTwoParsersCouldReadDifferently() throws IOException {
        Map<String, String> refused = listed("y_");
        assertThat(refused)
                .containsOnlyKeys(
                        "y_number_double_close_to_zero.json",
                        "y_object_duplicated_key.json",
                        "y_object_duplicated_key_and_value.json");
        Map<String, String> decisions = decisions("y_");
        assertThat(decisions).hasSize(95).containsAllEntriesOf(refused);
        assertThat(without(decisions, refused))
                .hasSize(92)
                .allSatisfy((_, decision) -> assertThat(decision).isEqualTo(ACCEPTED));
    }

    @Test
    void whatNoParserMayAcceptIsRefused() throws IOException {
        assertThat(decisions("n_")).hasSize(188).doesNotContainValue(ACCEPTED);
    }

    @Test
    void whatEachParserDecidesForItselfIsRefusedAndTheListSaysWhy() throws IOException {
        assertThat(decisions("i_")).hasSize(35).doesNotContainValue(ACCEPTED).isEqualTo(listed("i_"));
    }

    private static Map<String, String> without(Map<String, String> all, Map<String, String> some) {
        Map<String, String> rest = new TreeMap<>(all);
        rest.keySet().removeAll(some.keySet());
        return rest;
    }

    /** Documents whose name begins so, and what the parser says of each: "accepted", or the rule it breaks. */
    private static Map<String, String> decisions(String prefix) throws IOException {
        Map<String, String> decisions = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(resource("test_parsing.zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (name.startsWith(prefix)) {
                    decisions.put(name, decision(zip.readAllBytes()));
                }
            }
        }
        return decisions;
    }

    private static String decision(byte[] document) {
        try {
            Json.parse(Blob.of(document));
            return ACCEPTED;
        } catch (MalformedException e) {
            return Objects.requireNonNull(e.getMessage());
        }
    }

    private static Map<String, String> listed(String prefix) throws IOException {
        try (InputStream in = resource("refused.tsv")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.split("\t", -1))
                    .collect(Collectors.toMap(fields -> fields[0], fields -> fields[1]));
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(JsonTestSuiteTest.class.getResourceAsStream("/jsontestsuite/" + name), name);
    }
}
