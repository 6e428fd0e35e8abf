package ambit.retrieval.index;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generated attempts of one tenant to learn of another one's documents: by their canaries, by near duplicates of its own, by filters, and
 * by whether its own answers change when they change. The control is one shared index with a filter by tenant.
 */
class LeakTest {
    private static final int ATTEMPTS = 10_000;
    private static final int CONTROLS = 1_000;
    private static final String[] WORDS =
            "heron reed river bank water stone bridge boat net fish morning fog rope mill wheel ferry otter"
                    .split(" ", -1);

    @TempDir
    Path root;

    /** Near duplicates: the same sentences for both tenants but for the canary in the other's. */
    private static String text(int i, String canary) {
        Random random = new Random(i);
        StringBuilder text = new StringBuilder("report " + i);
        for (int n = 0; n < 12; n++) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return canary.isEmpty() ? text.toString() : text + " " + canary + "-" + i;
    }

    private static void fill(Library library, NamespaceIndex index, String tenant, String canary, int count)
            throws IndexFailure {
        Staging staging = library.stage(index);
        for (int i = 0; i < count; i++) {
            String source = tenant + "/" + i;
            Map<String, Json> metadata = Map.of("tenant", new Json.Str(tenant), "number", new Json.Int(i));
            String text = text(i, canary);
            staging.add(source, Library.hash(text), List.of(Library.chunk(source, 1, text, metadata)), false);
        }
        library.commit(staging);
    }

    private static Query attempt(Random random, boolean ofShared) throws Exception {
        int i = random.nextInt(300);
        String text = switch (random.nextInt(6)) {
            case 0 -> "zephyrine";
            case 1 -> "zephyrine-" + i;
            case 2 -> text(i, "zephyrine");
            case 3 -> text(i, "");
            case 4 -> WORDS[random.nextInt(WORDS.length)] + " zephyr " + WORDS[random.nextInt(WORDS.length)];
            default -> "report " + i;
        };
        String filter = switch (ofShared ? 4 : random.nextInt(5)) {
            case 0 -> "{\"type\":\"eq\",\"key\":\"tenant\",\"value\":\"other\"}";
            case 1 -> "{\"type\":\"eq\",\"key\":\"source\",\"value\":\"other/" + i + "\"}";
            case 2 -> "{\"type\":\"gte\",\"key\":\"number\",\"value\":" + i + "}";
            case 3 -> "{\"type\":\"ne\",\"key\":\"tenant\",\"value\":\"own\"}";
            default -> ofShared ? "{\"type\":\"eq\",\"key\":\"tenant\",\"value\":\"own\"}" : "";
        };
        Optional<Json> parsed = filter.isEmpty()
                ? Optional.empty()
                : Optional.of(Json.parse(Blob.of(filter.getBytes(StandardCharsets.UTF_8))));
        Query.Mode mode = List.of(Query.Mode.values()).get(random.nextInt(3));
        return Query.of(text, random.nextInt(5) == 0 ? 100 : 1 + random.nextInt(20), mode, parsed);
    }

    @Test
    void noAttemptFindsACanaryOrChangesWithTheOthersDocuments() throws Exception {
        int canaries = 0;
        int changed = 0;
        try (Library alone = new Library(root.resolve("alone"));
                Library beside = new Library(root.resolve("beside"));
                NamespaceIndex mine = alone.open("own");
                NamespaceIndex own = beside.open("own");
                NamespaceIndex other = beside.open("other")) {
            fill(alone, mine, "own", "", 200);
            fill(beside, other, "other", "zephyrine", 300);
            fill(beside, own, "own", "", 200);
            Random random = new Random(42);
            for (int i = 0; i < ATTEMPTS; i++) {
                Query query = attempt(random, false);
                Search.Answer answer = beside.search(query, own);
                canaries += (int) Library.texts(answer).stream()
                        .filter(text -> text.contains("zephyrine"))
                        .count();
                changed += answer.equals(alone.search(query, mine)) ? 0 : 1;
            }
        }
        assertThat(canaries).isZero();
        assertThat(changed).isZero();
    }

    /** What the same attempts see where tenants share an index and are told apart by a filter. */
    @Test
    void inASharedIndexAnswersChangeWithTheOthersDocuments() throws Exception {
        int changed = 0;
        try (Library alone = new Library(root.resolve("alone"));
                Library shared = new Library(root.resolve("shared"));
                NamespaceIndex mine = alone.open("all");
                NamespaceIndex all = shared.open("all")) {
            fill(alone, mine, "own", "", 200);
            fill(shared, all, "other", "zephyrine heron", 300);
            fill(shared, all, "own", "", 200);
            Random random = new Random(42);
            for (int i = 0; i < CONTROLS; i++) {
                Query query = attempt(random, true);
                List<Search.Hit> with = shared.search(query, all).hits();
                changed += with.equals(alone.search(query, mine).hits()) ? 0 : 1;
            }
        }
        System.out.println(
                "shared index: " + changed + " of " + CONTROLS + " answers depend on the other tenant's documents");
        assertThat(changed).isGreaterThan(CONTROLS / 10);
    }
}
