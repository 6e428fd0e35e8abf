package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Arguments;
import ambit.authority.Receipt;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResultFieldsTest {
    private static Blob json(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Blob> digests(String result, String path) {
        List<Receipt.Field> fields = ResultFields.of(json(result), List.of(path));
        return fields.isEmpty() ? List.of() : fields.getFirst().digests();
    }

    private static Blob text(String value) {
        return Arguments.digest(new Json.Str(value));
    }

    @Test
    void textsAndWholeNumbersAtThePathAreReportedOnceEach() {
        String result =
                "{\"bills\":[{\"iban\":\"DE1\"},{\"iban\":7},{\"iban\":\"DE1\"},{\"iban\":true},{\"iban\":1.5}]}";
        assertThat(digests(result, "bills/*/iban")).containsExactly(text("DE1"), Arguments.digest(new Json.Int(7)));
    }

    @Test
    void aDocumentInsideATextIsReadWhereThePathSaysSo() {
        String result =
                "{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"iban\\\":\\\"DE1\\\"}\"},{\"text\":\"no JSON\"}]}";
        assertThat(digests(result, "content/*/text/@json/iban")).containsExactly(text("DE1"));
        assertThat(digests(result, "content/*/text/iban")).isEmpty();
    }

    @Test
    void namesAreEscapedAsInPathsOfArguments() {
        assertThat(digests("{\"a/b\":{\"~\":{\"*\":\"x\"}}}", "a~1b/~0/~2")).containsExactly(text("x"));
        assertThat(digests("{\"a\":{\"*\":\"x\",\"b\":\"y\"}}", "a/*")).isEmpty();
    }

    @Test
    void whatIsNoStrictJsonOrLiesElsewhereReportsNothing() {
        assertThat(digests("{\"a\":1,\"a\":2}", "a")).isEmpty();
        assertThat(digests("", "a")).isEmpty();
        assertThat(digests("{\"a\":{\"b\":1}}", "a")).isEmpty();
        assertThat(digests("{\"a\":[1]}", "a")).isEmpty();
        assertThat(ResultFields.of(json("{}"), List.of())).isEmpty();
    }

    @Test
    void aReceiptHasRoomForSoManyValues() {
        String many =
                IntStream.range(0, 3000).mapToObj(i -> "\"" + i + "\"").toList().toString();
        List<Receipt.Field> fields =
                ResultFields.of(json("{\"a\":" + many + "}"), List.of("a/*", "a/*", "a/*", "a/*", "a/*"));
        assertThat(fields).extracting(field -> field.digests().size()).containsExactly(1024, 1024, 1024, 1024, 0);
    }
}
