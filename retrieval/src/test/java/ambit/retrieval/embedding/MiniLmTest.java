package ambit.retrieval.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MiniLmTest {
    private static MiniLm model;

    @BeforeAll
    static void load() throws Exception {
        model = MiniLm.load(2);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static double nearness(float[] left, float[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }

    @Test
    void textsOfOneMeaningAreNearerThanOthers() throws Exception {
        List<float[]> vectors = model.embed(List.of(
                "How do I reset my password?", "I forgot my login credentials.", "The recipe calls for two eggs."));
        assertThat(nearness(vectors.get(0), vectors.get(1)))
                .isGreaterThan(nearness(vectors.get(0), vectors.get(2)) + 0.2);
        assertThat(nearness(vectors.get(0), vectors.get(0))).isCloseTo(1, within(1e-5));
    }

    @Test
    void aTextHasTheVectorThatItHasAlone() throws Exception {
        List<String> texts =
                List.of("short", "a somewhat longer sentence about the weather in spring", "x ".repeat(400));
        List<float[]> together = model.embed(texts);
        for (int i = 0; i < texts.size(); i++) {
            float[] alone = model.embed(List.of(texts.get(i))).getFirst();
            assertThat(together.get(i)).containsExactly(alone);
        }
    }

    @Test
    void theTokenizerSaysWhatTheOriginalSays() throws Exception {
        WordPiece own = new WordPiece(MiniLm.vocabulary());
        List<String> texts = new ArrayList<>(List.of(
                "",
                " ",
                "Hello, World!",
                "naïve café Ünïcødé ÅNGSTRÖM İstanbul ΣΊΣΥΦΟΣ ς",
                "unaffable antidisestablishmentarianism electroencephalographically",
                "日本語のテキスト と 中文 mixed ㍿ ㌔",
                "emoji 😀👩‍👩‍👧 and \u200b zero\u200dwidth \ufeffbom \u0000nul \ufffd",
                "a\u0085b\u2028c\u00a0d\te\r\nf\u000bg\u000ch",
                "x".repeat(101) + " " + "y".repeat(100),
                "$1,234.56 `code` ~/path/file_name.txt a-b—c «q» ¿qué? x^2+y^2=z^2",
                "\u0915\u094d\u0937\u0947\u0924\u094d\u0930 \u0e01\u0e33 \ud83c\uddff e\u0301 \u1e9e"));
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                int point = switch (random.nextInt(8)) {
                    case 0 -> ' ';
                    case 1 -> random.nextInt(0x20, 0x250);
                    case 2 -> random.nextInt(0x370, 0x520);
                    case 3 -> random.nextInt(0x2010, 0x2043);
                    case 4 -> random.nextInt(0x3040, 0x9fa0);
                    default -> random.nextInt('a', 'z' + 1);
                };
                // blocks that have not changed since: the original's tables are of another Unicode
                if (Character.isDefined(point)) {
                    text.appendCodePoint(point);
                }
            }
            texts.add(text.toString());
        }
        try (InputStream in = MiniLm.class.getClassLoader().getResourceAsStream("all-minilm-l6-v2-q-tokenizer.json");
                HuggingFaceTokenizer original =
                        HuggingFaceTokenizer.newInstance(in, Map.of("padding", "false", "truncation", "false"))) {
            int different = 0;
            for (String text : texts) {
                int[] expected = Arrays.stream(original.encode(text).getIds())
                        .mapToInt(Math::toIntExact)
                        .toArray();
                int[] got = own.encode(text, 100_000);
                if (!Arrays.equals(got, expected)) {
                    different++;
                    System.err.println(text + "\n " + Arrays.toString(expected) + "\n " + Arrays.toString(got));
                }
            }
            assertThat(different).isZero();
        }
    }

    /** Later builds of the runtime do: its process has a network, and nobody asked it to. */
    @Test
    void theRuntimeTellsNobodyThatItRuns() throws Exception {
        try (InputStream in = MiniLm.class
                .getClassLoader()
                .getResourceAsStream("ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
            String library = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(library)
                    .contains("ONNX")
                    .doesNotContain("events.data.microsoft.com")
                    .doesNotContain("blkid");
        }
    }

    @Test
    void aTextIsCutToTheTokensThatThereIsRoomFor() throws Exception {
        WordPiece own = new WordPiece(MiniLm.vocabulary());
        int[] tokens = own.encode("word ".repeat(1000), 16);
        assertThat(tokens).hasSize(16).startsWith(101).endsWith(102);
    }
}
