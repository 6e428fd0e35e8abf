package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.retrieval.index.PlainIndex;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Texts made of real words: those that the vocabulary of the embedding model has. Each is about one of some hundred topics, from which
 * half of its words are; the others are frequent as words are in a language (Zipf). The same number makes the same text. Immutable.
 */
final class MadeTexts {
    private static final String TOKENIZER = "all-minilm-l6-v2-q-tokenizer.json";
    private static final int TOPICS = 200;
    private static final int WORDS_OF_A_TOPIC = 80;

    private final List<String> words;
    private final int length;

    /** @param length words of one text */
    MadeTexts(int length) throws IOException {
        this.words = vocabulary();
        this.length = length;
    }

    private static List<String> vocabulary() throws IOException {
        try (InputStream in = MadeTexts.class.getClassLoader().getResourceAsStream(TOKENIZER)) {
            if (in == null) {
                throw new IOException("there is no " + TOKENIZER + " among the jars");
            }
            Json json = Json.parse(Blob.of(in.readAllBytes()));
            return member(member(json, "model"), "vocab").members().keySet().stream()
                    .filter(word -> word.matches("[a-z]{3,}"))
                    .sorted(java.util.Comparator.comparingInt(String::hashCode))
                    .toList();
        } catch (ambit.wire.MalformedException e) {
            throw new IOException("the vocabulary is not JSON: " + e.getMessage(), e);
        }
    }

    private static Json.Obj member(Json json, String name) throws IOException {
        if (json instanceof Json.Obj(Map<String, Json> members) && members.get(name) instanceof Json.Obj object) {
            return object;
        }
        throw new IOException("the vocabulary has no '" + name + "'");
    }

    String text(long number) {
        return words(new Random(number * 0x9E3779B97F4A7C15L + 1), length);
    }

    /** A few words of one topic. */
    String query(long number) {
        return words(new Random(~number * 0x9E3779B97F4A7C15L), 6);
    }

    private String words(Random random, int many) {
        int topic = random.nextInt(TOPICS);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < many; i++) {
            text.append(i == 0 ? "" : i % 12 == 0 ? ". " : " ").append(word(random, topic));
        }
        return text.append('.').toString();
    }

    private String word(Random random, int topic) {
        if (random.nextBoolean()) {
            return words.get((topic * WORDS_OF_A_TOPIC + random.nextInt(WORDS_OF_A_TOPIC)) % words.size());
        }
        int rank = (int) Math.pow(words.size(), random.nextDouble());
        return words.get(Math.min(rank, words.size() - 1));
    }

    /** Chunks with the numbers from {@code first} on, of one source of a tenant. */
    List<Chunk> chunks(String tenant, String source, long first, int many) {
        Map<String, Json> whose = Map.of(PlainIndex.TENANT, new Json.Str(tenant));
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            Chunk.Position position = new Chunk.Position("line", i + 1, i + 1);
            chunks.add(new Chunk(source, List.of(), position, new TreeMap<>(whose), text(first + i)));
        }
        return chunks;
    }
}
