package ambit.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of RFC 8949, appendix A: accepted as the value that the RFC says, and written as it says; or refused, and why. */
class Rfc8949Test {
    private static final String ACCEPTED = "accepted";

    /** A row of the table; {@code decision} is ours. */
    record Example(String encoding, String diagnostic, String decision) {}

    static Stream<Example> examples() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(Rfc8949Test.class.getResourceAsStream("/rfc8949/appendix-a.tsv"))) {
            List<String> lines = new String(in.readAllBytes(), UTF_8).lines().toList();
            return lines.stream().map(line -> line.split("\t", -1)).map(f -> new Example(f[0], f[1], f[2]));
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleOfAppendixAIsTheValueItSaysOrRefusedByTheListedRule(Example example) throws MalformedException {
        byte[] encoding = Blob.fromHex(example.encoding()).toArray();
        if (example.decision().equals(ACCEPTED)) {
            Cbor value = Cbor.decode(encoding);
            assertThat(diagnostic(value)).isEqualTo(example.diagnostic());
            assertThat(Cbor.encode(value)).isEqualTo(encoding);
        } else {
            assertThatThrownBy(() -> Cbor.decode(encoding))
                    .isInstanceOf(MalformedException.class)
                    .hasMessage(example.decision());
        }
    }

    @Test
    void theWholeTableIsThere() throws IOException {
        assertThat(examples()).hasSize(81).doesNotHaveDuplicates();
        assertThat(examples().filter(example -> example.decision().equals(ACCEPTED)))
                .hasSize(35);
    }

    /** The diagnostic notation of RFC 8949 §8, as its appendix A writes it. */
    private static String diagnostic(Cbor value) {
        return switch (value) {
            case Cbor.Int(long number) -> String.valueOf(number);
            case Cbor.Bytes(Blob bytes) -> "h'" + bytes.toHex() + "'";
            case Cbor.Text(String text) ->
                text.chars().mapToObj(Rfc8949Test::escaped).collect(Collectors.joining("", "\"", "\""));
            case Cbor.Array(List<Cbor> items) ->
                items.stream().map(Rfc8949Test::diagnostic).collect(Collectors.joining(", ", "[", "]"));
            case Cbor.Map(List<Cbor.Entry> entries) ->
                entries.stream()
                        .map(entry -> diagnostic(entry.key()) + ": " + diagnostic(entry.value()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Cbor.Bool(boolean yes) -> String.valueOf(yes);
            case Cbor.Null() -> "null";
        };
    }

    private static String escaped(int unit) {
        if (unit == '"' || unit == '\\') {
            return "\\" + (char) unit;
        }
        return unit < 0x80 ? String.valueOf((char) unit) : "\\u%04x".formatted(unit);
    }
}
