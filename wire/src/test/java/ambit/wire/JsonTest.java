package ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static Json parse(String json) throws MalformedException {
        return Json.parse(Blob.of(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aDocumentBecomesItsValue() throws Exception {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("a", new Json.Int(-5));
        members.put("b", new Json.Arr(List.of(new Json.Bool(true), new Json.Bool(false), new Json.Null())));
        members.put("", new Json.Obj(Map.of()));
        members.put("\u00e9", new Json.Str("\n\t\"\\/\b\f\r\u20ac\ud83d\ude00"));
        String json = " { \"a\" : -5 , \"b\":[true,\tfalse,\r\nnull],\"\":{},"
                + "\"\u00e9\":\"\\n\\t\\\"\\\\\\/\\b\\f\\r\\u20aC\\uD83D\\ude00\"} \n";
        assertThat(parse(json)).isEqualTo(new Json.Obj(members));
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "1.50, 1.5",
        "1e2, 1E+2",
        "100.0, 1E+2",
        "0.0, 0",
        "-0.0, 0",
        "0e5, 0",
        "1E-3, 0.001",
        "-2.5e+1, -25"
    })
    void decimalsHaveOneSpellingForEachValueAndAreNoIntegers(String json, String canonical) throws Exception {
        assertThat(parse(json)).isEqualTo(new Json.Dec(canonical));
    }

    @Test
    void integersReachFromEndToEndOfLong() throws Exception {
        assertThat(parse("9223372036854775807")).isEqualTo(new Json.Int(Long.MAX_VALUE));
        assertThat(parse("-9223372036854775808")).isEqualTo(new Json.Int(Long.MIN_VALUE));
        assertThat(parse("-0")).isEqualTo(new Json.Int(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1}x",
                "1 2",
                "nul",
                "nulll",
                "True",
                "NaN",
                "Infinity",
                "-",
                "+1",
                "01",
                "-01",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x10",
                "1_000",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\u\uff11111\"",
                "\"\t\"",
                "\"\u0000\"",
                "\"a\nb\"",
                "//x\n1",
                "/**/1",
                "[1]]",
                "\ufeff1",
                "\u00a01",
                "\uffff",
                "9223372036854775808",
                "-9223372036854775809",
                "123456789012345678901234567890",
                "1e301",
                "1e-301",
                "1e999999999",
                "1e99999999999999999999",
                "0e9999999999",
                "1.5e-400",
                "0.00000000000000000000000000000000000000000000000000000001",
                "1.00000000000000000000000000000000000000000000001"
            })
    void whatIsNotOneStrictValueIsRefused(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"a\":3}",
                "{\"a\":1,\"\\u0061\":2}",
                "[{\"x\":{\"k\":null,\"k\":null}}]"
            })
    void duplicateKeysAreRefusedHoweverTheyAreSpelled(String json) {
        assertThatThrownBy(() -> parse(json)).hasMessageContaining("duplicate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ud800x\"",
                "\"\\ud800\\ud800\"",
                "\"\\udc00\\ud800\"",
                "{\"\\ud800\":1}"
            })
    void loneSurrogatesAreRefused(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22ff22", "22c08022", "22eda08022", "22f490808022", "22c322", "efbbbf31", "fffe3100"})
    void invalidUtf8IsRefused(String hex) {
        assertThatThrownBy(() -> Json.parse(Blob.fromHex(hex))).isInstanceOf(MalformedException.class);
    }

    @Test
    void nestingEndsAtThirtyTwo() throws Exception {
        assertThat(parse("[".repeat(32) + "1" + "]".repeat(32))).isInstanceOf(Json.Arr.class);
        assertThatThrownBy(() -> parse("[".repeat(33) + "1" + "]".repeat(33))).hasMessageContaining("deep");
        assertThatThrownBy(() -> parse("{\"a\":".repeat(500_000 / 5))).hasMessageContaining("deep");
    }

    @Test
    void sizeEndsAtOneMebibyte() throws Exception {
        byte[] bytes = new byte[Json.MAX_BYTES];
        Arrays.fill(bytes, (byte) ' ');
        bytes[0] = '1';
        assertThat(Json.parse(Blob.of(bytes))).isEqualTo(new Json.Int(1));
        byte[] larger = Arrays.copyOf(bytes, bytes.length + 1);
        larger[bytes.length] = ' ';
        assertThatThrownBy(() -> Json.parse(Blob.of(larger))).hasMessageContaining("limit");
    }

    @Test
    void randomBytesAreRefusedAndNothingElseHappens() {
        Gen gen = new Gen(3);
        String seed = "{\"a\":[1,-2.5e3,\"x\\n\\u00e9\",true,null,{\"b\":\"\ud83d\ude00\"}]}";
        byte[] valid = seed.getBytes(StandardCharsets.UTF_8);
        int accepted = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = valid.clone();
            for (int f = gen.below(3); f >= 0; f--) {
                bytes[gen.below(bytes.length)] = gen.coin() ? (byte) gen.integer() : valid[gen.below(valid.length)];
            }
            try {
                Json.parse(Blob.of(bytes));
                accepted++;
            } catch (MalformedException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
        assertThat(accepted).isBetween(300, 29_700);
    }
}
