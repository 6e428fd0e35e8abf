package ambit.drivers.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private static final String SECRET = "our-own/secret+1234567890";

    private static final Redaction ALL =
            Redaction.of(EnumSet.allOf(Redaction.Kind.class), Map.of("ticket", "TICKET-[0-9]{4,8}"), List.of(SECRET));

    private static Blob utf8(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String redacted(Redaction redaction, String body) {
        return new String(redaction.redact(utf8(body)).orElseThrow().bytes().toArray(), StandardCharsets.UTF_8);
    }

    private static String redacted(String body) {
        return redacted(ALL, body);
    }

    /** Test values without meaning; cut in two so that no scanner of this repository takes them for real ones. */
    private static final Map<String, List<String>> FOUND = Map.of(
            "secret",
            List.of(
                    "AKIA" + "IOSFODNN7EXAMPLE",
                    "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
                    "github_pat_" + "11ABCDEFG0123456789abc_defghijklmnopqrstuvwxyz",
                    "xoxb-" + "123456789012-abcdefghijkl",
                    "sk-" + "proj-abcdefghijklmnopqrstuvwxyz0123456789",
                    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
                    "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
                    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
                    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nabc=\n-----END EC PRIVATE KEY-----",
                    "Bearer abcdefghij0123456789abcdefghij",
                    "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab"),
            "email",
            List.of("alice@example.com", "a.b+c@mail.example.co.uk", "jürgen@müller.example", "alice%40example.com"),
            "iban",
            List.of(
                    "DE89370400440532013000",
                    "GB29 NWBK 6016 1331 9268 19",
                    "NO93-8601-1117-947",
                    "MT84MALT011000012345MTLCAST001S"),
            "card",
            List.of(
                    "4111111111111111",
                    "4111 1111 1111 1111",
                    "5500-0000-0000-0004",
                    "378282246310005",
                    "2221000000000009"),
            "phone",
            List.of("+49 171 1234567", "+1 (202) 555-0143", "+442079460958", "(202) 555-0143", "202-555-0143"),
            "ticket",
            List.of("TICKET-12345"),
            "credential",
            List.of(SECRET));

    @Test
    void whatARuleIsForIsFoundInTextInJsonAndInJsonInsideOfJson() {
        FOUND.forEach((name, values) -> values.forEach(value -> {
            String marker = "[redacted:" + name + "]";
            assertThat(redacted("before " + value + ", after")).as(value).isEqualTo("before " + marker + ", after");
            String json = "{\"text\": \"before " + escaped(value) + ", after\", \"n\": 1}";
            assertThat(redacted(json)).isEqualTo("{\"text\": \"before " + marker + ", after\", \"n\": 1}");
            String inner = "{\"arguments\": \"" + escaped("{\"a\": [\"" + escaped(value) + "\"]}") + "\"}";
            assertThat(redacted(inner)).isEqualTo("{\"arguments\": \"{\\\"a\\\": [\\\"" + marker + "\\\"]}\"}");
        }));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111112", // the check digit is wrong
                "1700000000000000000", // a time in nanoseconds
                "0.4111111111111111",
                "DE88370400440532013000", // the check is wrong
                "de89370400440532013000",
                "user@localhost",
                "@example.com",
                "2026-11-25T07:05:23+0100",
                "+123456",
                "id 20255501431",
                "skating-on-thin-ice",
                "AKIAshort",
                "eyJ is not enough",
                "commit 4f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5f60718293",
                "550e8400-e29b-41d4-a716-446655440000",
                "[redacted:email]",
                "über 12 Straßen, 日本語, 🙂"
            })
    void whatIsNothingOfTheKindStaysByteForByte(String text) {
        assertThat(redacted(text)).isEqualTo(text);
        String json = "{ \"a\" :\t[\"" + text + "\", 1.50, 1E3, true,null ] }";
        assertThat(redacted(json)).isEqualTo(json);
    }

    @Test
    void aCardIsAlsoFoundAmongTheNumbersAndAPersonAmongTheNames() throws Exception {
        String json =
                "{\"card\": 4111111111111111, \"a@example.com\": 1, \"b@example.com\": 2, \"n\": 4111111111111112}";
        String redacted = redacted(json);
        assertThat(redacted)
                .isEqualTo("{\"card\": \"[redacted:card]\", \"[redacted:email]\": 1, \"[redacted:email#2]\": 2,"
                        + " \"n\": 4111111111111112}");
        assertThat(Json.parse(utf8(redacted))).isInstanceOf(Json.Obj.class);
        assertThat(redacted(redacted)).isEqualTo(redacted);
    }

    @Test
    void aPrivateKeyWithoutItsEndIsTakenOutToTheEndOfTheText() {
        assertThat(redacted("x -----BEGIN PRIVATE KEY-----\nMHcCAQEE cut off")).isEqualTo("x [redacted:secret]");
    }

    @Test
    void escapesDoNotHideAnything() {
        assertThat(redacted("{\"a\":\"alice\\u0040example.com\"}")).isEqualTo("{\"a\":\"[redacted:email]\"}");
        assertThat(redacted("{\"a\":\"our-own\\/secret+1234567890\"}")).isEqualTo("{\"a\":\"[redacted:credential]\"}");
    }

    @Test
    void whatComesInPiecesOfAStreamIsFound() {
        String body = event(0, "write to al") + event(1, "4111 1111") + event(0, "ice@exam") + event(0, "ple.com now")
                + event(1, " 1111 1111.") + "data: [DONE]\n\n";
        String redacted = redacted(body);
        assertThat(redacted)
                .isEqualTo(event(0, "write to [redacted:email]") + event(1, "[redacted:card]") + event(0, "")
                        + event(0, " now") + event(1, ".") + "data: [DONE]\n\n");
        assertThat(redacted(redacted)).isEqualTo(redacted);
    }

    private static String event(int index, String content) {
        return "data: {\"id\":\"c-1\",\"choices\":[{\"delta\":{\"content\":\"" + content + "\"},\"index\":" + index
                + "}]}\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource({"secrets,sk-abcdefghijklmnopqrstuvwxyz", "emails,a@example.com", "cards,4111111111111111"})
    void aRuleThatIsNotNamedDoesNothingAndCredentialsAreAlwaysTakenOut(String rule, String value) {
        Redaction one = Redaction.of(
                Set.of(Redaction.Kind.valueOf(rule.toUpperCase(java.util.Locale.ROOT))), Map.of(), List.of(SECRET));
        Redaction none = Redaction.of(Set.of(), Map.of(), List.of(SECRET));
        assertThat(redacted(none, value)).isEqualTo(value);
        assertThat(redacted(one, value)).doesNotContain(value);
        assertThat(redacted(none, "x " + SECRET)).isEqualTo("x [redacted:credential]");
    }

    @Test
    void whatIsNoTextIsNotRedactedButRefused() {
        assertThat(ALL.redact(Blob.of(new byte[] {'a', (byte) 0xc3, 'b'}))).isEmpty();
    }

    @Test
    void aPatternThatNeverComesToAnEndIsRefusedInsteadOfBeingHalfDone() {
        Redaction greedy = Redaction.of(Set.of(), Map.of("first", "^."), List.of());
        assertThat(greedy.redact(utf8("x".repeat(100)))).isEmpty();
    }

    @Test
    void aPatternThatIsNoneSaysSo() {
        assertThatThrownBy(() -> Redaction.of(Set.of(), Map.of("bad", "(a"), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the pattern 'bad'");
        assertThatThrownBy(() -> Redaction.of(Set.of(), Map.of("bad", "(?=a)"), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Random documents with things to find in them, some of them broken: what comes out is valid, clean, and stays as it is. */
    @Test
    void whateverTheDocumentIsItStaysValidLosesWhatIsFoundAndIsNotChangedAgain() throws Exception {
        Random random = new Random(20_261_125);
        for (int round = 0; round < 3_000; round++) {
            StringBuilder document = new StringBuilder();
            value(random, document, 0);
            String body = random.nextInt(4) == 0
                    ? document.toString().substring(random.nextInt(document.length()))
                    : document.toString();
            String redacted = redacted(body);
            assertThat(redacted(redacted)).as("seed round %d: %s", round, body).isEqualTo(redacted);
            if (isJson(body)) {
                assertThat(isJson(redacted)).as("%s -> %s", body, redacted).isTrue();
                for (String planted :
                        List.of("alice@example.com", "4111111111111111", "DE89370400440532013000", SECRET)) {
                    assertThat(redacted).as(body).doesNotContain(planted);
                }
            }
        }
    }

    private static boolean isJson(String text) {
        try {
            Json.parse(utf8(text));
            return text.strip().startsWith("{") || text.strip().startsWith("[");
        } catch (ambit.wire.MalformedException e) {
            return false;
        }
    }

    private static final String[] WORDS = {
        "alice@example.com",
        "4111111111111111",
        "DE89370400440532013000",
        SECRET,
        " ",
        "é🙂",
        "\\n",
        "\\\"",
        "\\u0041",
        "x",
        "[redacted:email]",
        "[redacted:nothing]",
        "{",
        "}",
        "[1,",
        "@",
        "-",
        "+49 171 1234567",
        "\\ud83d"
    };

    private static void value(Random random, StringBuilder out, int depth) {
        switch (depth > 4 ? 4 + random.nextInt(3) : random.nextInt(7)) {
            case 0, 1 -> {
                out.append('{');
                int members = random.nextInt(4);
                for (int i = 0; i < members; i++) {
                    out.append(i == 0 ? "" : ", ");
                    string(random, out, "k" + i);
                    out.append(':');
                    value(random, out, depth + 1);
                }
                out.append('}');
            }
            case 2, 3 -> {
                out.append("[ ");
                int items = random.nextInt(4);
                for (int i = 0; i < items; i++) {
                    out.append(i == 0 ? "" : ",");
                    value(random, out, depth + 1);
                }
                out.append(']');
            }
            case 4 -> out.append(new String[] {"4111111111111111", "12", "-0.5e3", "true", "null"}[random.nextInt(5)]);
            default -> string(random, out, "");
        }
    }

    private static void string(Random random, StringBuilder out, String first) {
        out.append('"').append(first);
        int words = random.nextInt(4);
        for (int i = 0; i < words; i++) {
            // what stands beside a letter is not by itself, and none of ours
            out.append(' ').append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        out.append('"');
    }

    @Test
    void timeGrowsWithTheTextWhateverItIs() {
        for (String unit : List.of(
                "a@",
                "eyJaaaaaaaa.",
                "ask-",
                "+4 ",
                "4 1 ",
                "DE89 ",
                "((((",
                "[[",
                "{\"a\":",
                "-----BEGIN PRIVATE KEY-----",
                "[redacted:email]",
                "\\",
                "%40",
                "aws_secret_access_key=")) {
            String body = unit.repeat((1 << 18) / unit.length());
            org.junit.jupiter.api.Assertions.assertTimeout(Duration.ofSeconds(20), () -> ALL.redact(utf8(body)), unit);
        }
    }
}
