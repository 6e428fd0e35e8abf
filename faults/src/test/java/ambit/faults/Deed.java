package ambit.faults;

import ambit.wire.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/** One transaction: what it writes, and what its caller was told of it so far. */
final class Deed {
    static final String OWN = "user/notes/";
    static final String SHARED = "tenant/shared/";
    static final String DOCUMENTS = "tenant/docs";
    static final int SHARED_KEYS = 6;

    private static final int MOST_ENTRIES = 7;
    private static final int MOST_CHARACTERS = 3_000;

    /** What its caller knows. */
    sealed interface Fate {
        /** It has not been asked to commit, or was told that it did not: nothing of it may be there. */
        record Nothing() implements Fate {}

        /** It was asked to commit, and nobody knows. */
        record Asked() implements Fate {}

        record Told(List<Verdict> verdicts) implements Fate {}
    }

    final int number;

    /** What it writes, by key. Keys of {@link #OWN} are its own, those of {@link #SHARED} are everybody's. */
    final Map<String, String> entries = new LinkedHashMap<>();

    /** Whether one refused entry drops all of them. */
    final boolean strict;

    final boolean ends;

    /** A word that stands in its document and nowhere else. */
    final Optional<String> word;

    private final AtomicReference<Fate> fate = new AtomicReference<>(new Fate.Nothing());
    private volatile String transaction = "";

    Deed(int number, Random random) {
        this.number = number;
        this.strict = random.nextInt(4) == 0;
        this.ends = random.nextInt(8) > 0;
        this.word = !strict && random.nextInt(3) == 0 ? Optional.of(word(number)) : Optional.empty();
        for (int i = 1 + random.nextInt(MOST_ENTRIES); i > 0; i--) {
            entries.put(OWN + "t" + number + "/" + i, value(i, random));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            entries.put(SHARED + "s" + random.nextInt(SHARED_KEYS), value(-i, random));
        }
    }

    private String value(int i, Random random) {
        StringBuilder text =
                new StringBuilder().append(number).append('/').append(i).append(' ');
        for (int more = random.nextInt(MOST_CHARACTERS); more > 0; more--) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    /** Letters only, so that nobody takes it apart. */
    private static String word(int number) {
        StringBuilder word = new StringBuilder("qx");
        for (char digit : Integer.toString(number).toCharArray()) {
            word.append((char) ('a' + digit - '0')).append('q');
        }
        return word.append("xq").toString();
    }

    String source() {
        return "doc-" + number;
    }

    String text() {
        return "The report of the case " + word.orElse("") + " says what was found, by whom, and what came of it.";
    }

    void begun(String name) {
        transaction = name;
    }

    /** Empty while nobody has heard that it began. */
    String transaction() {
        return transaction;
    }

    Fate fate() {
        return fate.get();
    }

    void asked() {
        fate.set(new Fate.Asked());
    }

    void refused() {
        fate.set(new Fate.Nothing());
    }

    /** An end that nothing was committed by has no verdicts. */
    void told(List<Verdict> verdicts) {
        fate.set(verdicts.isEmpty() ? new Fate.Nothing() : new Fate.Told(List.copyOf(verdicts)));
    }

    List<String> keys(String namespace) {
        return entries.keySet().stream()
                .filter(key -> key.startsWith(namespace))
                .toList();
    }
}
