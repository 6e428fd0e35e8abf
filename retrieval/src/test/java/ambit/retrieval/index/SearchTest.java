package ambit.retrieval.index;

import static ambit.retrieval.index.Library.hash;
import static ambit.retrieval.index.Library.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.retrieval.embedding.MiniLm;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {
    @TempDir
    Path root;

    private static Optional<Json> filter(String json) throws Exception {
        return Optional.of(Json.parse(Blob.of(json.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void wordsFindWhatIsWrittenAndMeaningWhatIsMeant() throws Exception {
        try (MiniLm model = MiniLm.load(2);
                Library library = new Library(root, model);
                NamespaceIndex index = library.open("help")) {
            library.add(
                    index, "password.md", "If you forgot your credentials, ask for a reset link on the sign-in page.");
            library.add(index, "recipe.md", "Beat two eggs with sugar until the mixture is pale.");
            library.add(index, "error.md", "Error E4711 means that the valve X-900 is stuck.");
            assertThat(texts(library.search("I cannot log in to my account", index))
                            .getFirst())
                    .contains("credentials");
            assertThat(texts(library.search("E4711", index)).getFirst()).contains("E4711");
            assertThat(library.search(Query.of("E4711", 5, Query.Mode.WORDS, Optional.empty()), index)
                            .hits())
                    .hasSize(1);
            assertThat(library.search(Query.of("E4711", 5, Query.Mode.MEANING, Optional.empty()), index)
                            .hits())
                    .hasSize(3);
        }
    }

    @Test
    void severalNamespacesAreSearchedAsOne() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex left = library.open("left");
                NamespaceIndex right = library.open("right");
                NamespaceIndex empty = library.open("empty")) {
            library.add(left, "a", "a heron on the left bank");
            library.add(right, "b", "a heron on the right bank");
            Search.Answer answer = library.search("heron", left, empty, right);
            assertThat(answer.hits()).hasSize(2);
            assertThat(answer.snapshots()).hasSize(3).doesNotHaveDuplicates();
            for (Search.Hit hit : answer.hits()) {
                assertThat(hit.namespace()).isEqualTo(hit.chunk().text().contains("left") ? 0 : 2);
                assertThat(hit.hash()).isEqualTo(hit.chunk().hash());
            }
            assertThat(library.search("heron").hits()).isEmpty();
        }
    }

    @Test
    void filtersAreThoseOfVectorStores() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            for (int year = 2020; year < 2026; year++) {
                String source = year + ".md";
                Map<String, Json> metadata = Map.of(
                        "year", new Json.Int(year),
                        "kind", new Json.Str(year % 2 == 0 ? "report" : "letter"),
                        "open", new Json.Bool(year > 2023));
                staging.add(
                        source,
                        hash(source),
                        List.of(Library.chunk(source, 1, "the heron of " + year, metadata)),
                        false);
            }
            library.commit(staging);
            Map<String, Integer> expected = Map.ofEntries(
                    Map.entry("{\"type\":\"eq\",\"key\":\"kind\",\"value\":\"report\"}", 3),
                    Map.entry("{\"type\":\"ne\",\"key\":\"kind\",\"value\":\"report\"}", 3),
                    Map.entry("{\"type\":\"eq\",\"key\":\"open\",\"value\":true}", 2),
                    Map.entry("{\"type\":\"eq\",\"key\":\"year\",\"value\":\"2020\"}", 0),
                    Map.entry("{\"type\":\"in\",\"key\":\"year\",\"value\":[2020,2021,1999]}", 2),
                    Map.entry("{\"type\":\"nin\",\"key\":\"year\",\"value\":[2020,2021]}", 4),
                    Map.entry("{\"type\":\"gt\",\"key\":\"year\",\"value\":2023}", 2),
                    Map.entry("{\"type\":\"gte\",\"key\":\"year\",\"value\":2023}", 3),
                    Map.entry("{\"type\":\"lt\",\"key\":\"year\",\"value\":2021}", 1),
                    Map.entry("{\"type\":\"lte\",\"key\":\"year\",\"value\":9223372036854775807}", 6),
                    Map.entry("{\"type\":\"gt\",\"key\":\"year\",\"value\":9223372036854775807}", 0),
                    Map.entry("{\"type\":\"eq\",\"key\":\"source\",\"value\":\"2022.md\"}", 1),
                    Map.entry(
                            "{\"type\":\"and\",\"filters\":[{\"type\":\"eq\",\"key\":\"kind\",\"value\":\"letter\"},"
                                    + "{\"type\":\"gt\",\"key\":\"year\",\"value\":2021}]}",
                            2),
                    Map.entry(
                            "{\"type\":\"or\",\"filters\":[{\"type\":\"eq\",\"key\":\"year\",\"value\":2020},"
                                    + "{\"type\":\"eq\",\"key\":\"year\",\"value\":2025}]}",
                            2));
            for (Map.Entry<String, Integer> it : expected.entrySet()) {
                for (Query.Mode mode : Query.Mode.values()) {
                    Query query = Query.of("heron", 10, mode, filter(it.getKey()));
                    assertThat(library.search(query, index).hits())
                            .as("%s %s", mode, it.getKey())
                            .hasSize(it.getValue());
                }
            }
            for (String wrong : List.of(
                    "[]",
                    "{}",
                    "{\"type\":\"eq\",\"key\":\"a\"}",
                    "{\"type\":\"eq\",\"key\":\"a\",\"value\":1.5}",
                    "{\"type\":\"gt\",\"key\":\"a\",\"value\":\"b\"}",
                    "{\"type\":\"and\",\"filters\":[]}",
                    "{\"type\":\"like\",\"key\":\"a\",\"value\":\"b\"}",
                    "{\"type\":\"and\",\"filters\":[".repeat(9) + "1" + "]}".repeat(9))) {
                Query query = Query.of("heron", 10, Query.Mode.HYBRID, filter(wrong));
                assertThatThrownBy(() -> library.search(query, index))
                        .as(wrong)
                        .isInstanceOf(IndexFailure.class)
                        .hasMessageStartingWith("the filter of the search ");
            }
        }
    }

    @Test
    void aQueryOfAnyCharactersIsOnlyWords() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            library.add(index, "a", "the heron");
            for (String text :
                    List.of("*:*", "heron OR *", "(", "body:heron~", "\u0000", "\ud83d\ude00", "x".repeat(4096))) {
                library.search(text, index);
            }
            assertThatThrownBy(() -> Query.of(" ", 1, Query.Mode.HYBRID, Optional.empty()))
                    .isInstanceOf(IndexFailure.class);
            assertThatThrownBy(() -> Query.of("a", 101, Query.Mode.HYBRID, Optional.empty()))
                    .isInstanceOf(IndexFailure.class);
        }
    }
}
