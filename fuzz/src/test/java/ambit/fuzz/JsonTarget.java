package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is accepted, Jackson reads as the same value; what only Jackson accepts is refused by one of the rules that go beyond JSON. */
final class JsonTarget {
    private static final Set<String> STRICTER = Set.of(
            "invalid UTF-8",
            "lone surrogate in a JSON string",
            "JSON nested too deep",
            "JSON number too long",
            "JSON number out of range",
            "JSON integer beyond 64 bits",
            "JSON document beyond its limit");

    private static final JsonMapper JACKSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(1 << 20)
                            .maxNestingDepth(1 << 20)
                            .maxNameLength(1 << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JsonTarget() {}

    static void check(byte[] input) {
        try {
            Json value = Json.parse(Blob.of(input));
            same(value, jackson(input));
        } catch (MalformedException e) {
            if (!STRICTER.contains(e.getMessage())) {
                assertThat(accepts(input))
                        .as("only Jackson accepts it; refused here: %s", e.getMessage())
                        .isFalse();
            }
        }
    }

    private static JsonNode jackson(byte[] input) {
        return JACKSON.readTree(new String(input, java.nio.charset.StandardCharsets.UTF_8));
    }

    private static boolean accepts(byte[] input) {
        try {
            return !jackson(input).isMissingNode();
        } catch (JacksonException e) {
            return false;
        }
    }

    private static void same(Json ours, JsonNode theirs) {
        switch (ours) {
            case Json.Obj(Map<String, Json> members) -> {
                assertThat(theirs.isObject()).isTrue();
                Iterator<Map.Entry<String, JsonNode>> others =
                        theirs.properties().iterator();
                members.forEach((name, value) -> {
                    Map.Entry<String, JsonNode> other = others.next();
                    assertThat(name).isEqualTo(other.getKey());
                    same(value, other.getValue());
                });
                assertThat(others.hasNext()).isFalse();
            }
            case Json.Arr(java.util.List<Json> items) -> {
                assertThat(theirs.isArray() && theirs.size() == items.size()).isTrue();
                for (int i = 0; i < items.size(); i++) {
                    same(items.get(i), theirs.get(i));
                }
            }
            case Json.Str(String text) -> assertThat(theirs.stringValue()).isEqualTo(text);
            case Json.Int(long number) -> assertThat(theirs.bigIntegerValue()).isEqualTo(BigInteger.valueOf(number));
            case Json.Dec(String canonical) -> {
                assertThat(theirs.decimalValue()).isEqualByComparingTo(new BigDecimal(canonical));
                assertThat(new BigDecimal(canonical).stripTrailingZeros().toString())
                        .isEqualTo(canonical);
            }
            case Json.Bool(boolean yes) ->
                assertThat(theirs.isBoolean() && theirs.booleanValue() == yes).isTrue();
            case Json.Null() -> assertThat(theirs.isNull()).isTrue();
        }
    }
}
