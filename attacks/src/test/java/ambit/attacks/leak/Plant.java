package ambit.attacks.leak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One text that somebody remembers, in memory under a key or as a document under a source. Everybody's texts of one number have the same words, but for
 * a word that attempts ask for, and the witness, which no attempt contains: where it comes back, it came from here.
 *
 * @param name the key without the namespace, or the source
 * @param words the text without the witness
 */
record Plant(Owner owner, String namespace, boolean isDocument, int number, String name, String words, String witness) {
    static final String WITNESS = "canarywt7q";

    /** What stands in the witness of a name instead of a hexadecimal digit. */
    static final char NAMED = 'n';

    private static final String[] WORDS =
            ("heron reed river bank water stone bridge boat net fish morning fog rope mill wheel ferry otter account"
                            + " invoice customer password transfer meeting summary plan")
                    .split(" ", -1);

    Plant renamed(String other) {
        return new Plant(owner, namespace, isDocument, number, other, words, witness);
    }

    String text() {
        return words + " " + witness;
    }

    String key() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    /** As the guest's program reads it. */
    Map<String, Object> json() {
        return isDocument
                ? Map.of(
                        "namespace",
                        namespace,
                        "source",
                        name,
                        "text",
                        text(),
                        "metadata",
                        Map.of("number", number, "holder", owner.name().toLowerCase(java.util.Locale.ROOT)))
                : Map.of("key", key(), "value", text());
    }

    /** So many of one owner in one place. */
    static List<Plant> some(Owner owner, String namespace, boolean documents, int count, long seed) {
        List<Plant> plants = new ArrayList<>();
        Random random = new Random(seed * 1009 + owner.letter() * 31L + namespace.hashCode() + (documents ? 7 : 0));
        for (int number = 0; number < count; number++) {
            String witness = WITNESS + owner.letter() + "%012x".formatted(random.nextLong() & 0xffffffffffffL);
            // Some names are secrets too, and can be told from texts.
            String name = number % 8 == 7
                    ? "case-" + WITNESS + owner.letter() + NAMED + "%011x".formatted(random.nextLong() & 0xfffffffffffL)
                    : "report-" + number;
            String words = nearDuplicate(number) + " zq" + Integer.toString(random.nextInt(36 * 36 * 36 * 36), 36);
            plants.add(new Plant(owner, namespace, documents, number, name, words, witness));
        }
        return plants;
    }

    static String nearDuplicate(int number) {
        Random random = new Random(number);
        StringBuilder text = new StringBuilder("report " + number);
        for (int i = 0; i < 12; i++) {
            text.append(' ').append(word(random));
        }
        return text.toString();
    }

    static String word(Random random) {
        return WORDS[random.nextInt(WORDS.length)];
    }
}
