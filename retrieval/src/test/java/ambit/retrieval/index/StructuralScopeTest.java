package ambit.retrieval.index;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A namespace that is not searched has no influence on an answer at all; in one shared index with a filter it has. */
class StructuralScopeTest {
    private static final String CANARY = "zephyrine";

    @TempDir
    Path root;

    private static List<String> documents(String tenant, int count) {
        Random random = new Random(tenant.hashCode());
        String[] words =
                "heron reed river bank water stone bridge boat net fish morning fog rope mill wheel".split(" ", -1);
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder("report " + i);
            for (int n = 0; n < 12; n++) {
                text.append(' ').append(words[random.nextInt(words.length)]);
            }
            documents.add(text.toString());
        }
        return documents;
    }

    private static void fill(
            Library library, NamespaceIndex index, String tenant, String extra, Map<String, Json> metadata)
            throws IndexFailure {
        Staging staging = library.stage(index);
        int i = 0;
        for (String text : documents(tenant, 200)) {
            String source = tenant + "/" + i++;
            staging.add(
                    source, Library.hash(text), List.of(Library.chunk(source, 1, text + " " + extra, metadata)), false);
        }
        library.commit(staging);
    }

    private static List<Query> queries() throws IndexFailure {
        List<Query> queries = new ArrayList<>();
        for (Query.Mode mode : Query.Mode.values()) {
            for (String text : List.of(
                    CANARY, CANARY + " heron", "river fog", "report 7", "heron reed zephyr", "nothing of this")) {
                queries.add(Query.of(text, 100, mode, Optional.empty()));
            }
        }
        return queries;
    }

    @Test
    void answersAreTheSameWithAndWithoutAForeignNamespace() throws Exception {
        List<Search.Answer> alone = new ArrayList<>();
        List<Search.Answer> beside = new ArrayList<>();
        try (Library library = new Library(root.resolve("alone"));
                NamespaceIndex own = library.open("own")) {
            fill(library, own, "own", "", Map.of());
            for (Query query : queries()) {
                alone.add(library.search(query, own));
            }
        }
        try (Library library = new Library(root.resolve("beside"));
                NamespaceIndex own = library.open("own");
                NamespaceIndex foreign = library.open("foreign")) {
            fill(library, foreign, "foreign", CANARY, Map.of());
            fill(library, own, "own", "", Map.of());
            fill(library, foreign, "foreign too", CANARY + " heron", Map.of());
            for (Query query : queries()) {
                Search.Answer answer = library.search(query, own);
                beside.add(answer);
                assertThat(Library.texts(answer)).noneMatch(text -> text.contains(CANARY));
            }
            assertThat(library.search(CANARY, foreign).hits()).isNotEmpty();
            assertThat(Library.texts(library.search(CANARY, own, foreign))).anyMatch(text -> text.contains(CANARY));
        }
        assertThat(beside).isEqualTo(alone);
    }

    /** The control: what others do. */
    @Test
    void oneSharedIndexWithAFilterTellsOfTheOthersByItsScores() throws Exception {
        Json mine = new Json.Obj(
                Map.of("type", new Json.Str("eq"), "key", new Json.Str("tenant"), "value", new Json.Str("own")));
        Query query = Query.of("heron report 7", 10, Query.Mode.WORDS, Optional.of(mine));
        List<List<Float>> scores = new ArrayList<>();
        for (boolean shared : new boolean[] {false, true}) {
            try (Library library = new Library(root.resolve("shared-" + shared));
                    NamespaceIndex index = library.open("all")) {
                fill(library, index, "own", "", Map.of("tenant", new Json.Str("own")));
                if (shared) {
                    fill(library, index, "foreign", CANARY + " heron", Map.of("tenant", new Json.Str("foreign")));
                }
                assertThat(library.search(query, index).hits()).hasSize(10);
                scores.add(RawScores.of(index, "heron"));
            }
        }
        assertThat(scores.get(1)).isNotEqualTo(scores.get(0));
    }
}
