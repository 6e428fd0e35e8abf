package ambit.bench;

import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.OnFirstUse;
import ambit.retrieval.index.Query;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Searches by the retriever's classes: in namespaces with a sealed index each, beside one plain index that holds the chunks of all tenants
 * and is searched by the same code with a filter; and beside Lucene alone in that index, which answers stored bytes.
 */
final class SearchPart implements Part {
    private static final int REAL = 1000;
    private static final int THREADS = 2;

    private final Path place;
    private final int count;
    private final List<Integer> sizes;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * @param place where the indexes are made
     * @param sizes chunks of all tenants together
     */
    SearchPart(Path place, int count, List<Integer> sizes) {
        this.place = place;
        this.count = count;
        this.sizes = List.copyOf(sizes);
    }

    @Override
    public Result measure() throws Exception {
        for (int size : sizes) {
            try (TemporaryDirectory directory = TemporaryDirectory.in(place, "search");
                    Embedding embedding = size <= REAL ? OnFirstUse.miniLm(THREADS) : new MadeVectors();
                    Corpus corpus = Corpus.of(directory.path(), embedding, new MadeTexts(60), size)) {
                measure(corpus, size);
            }
        }
        return new Result(rows, remarks);
    }

    private void measure(Corpus corpus, int size) throws Exception {
        if (size > REAL) {
            rows.add(Row.ofRates(
                    String.format(Locale.ROOT, "%,d chunks indexed in ten namespaces, embedding apart", size),
                    corpus.sealed().perSecond(1),
                    "plain Lucene: one shared index, the same commits",
                    corpus.shared().perSecond(1)));
        }
        for (Query.Mode mode : Query.Mode.values()) {
            times(corpus, size, mode, 1);
        }
        times(corpus, size, Query.Mode.HYBRID, 3);
        rates(corpus);
    }

    private static String what(Query.Mode mode) {
        return switch (mode) {
            case WORDS -> "BM25";
            case MEANING -> "vectors";
            case HYBRID -> "hybrid";
        };
    }

    /** The first words of a chunk that the first tenant has, so that there is something to find in the smallest namespace. */
    private static Query query(Corpus corpus, int number, Query.Mode mode) throws Exception {
        String[] words = corpus.texts().text(number % corpus.each()).split(" ", 7);
        String text = String.join(" ", List.of(words).subList(0, 6));
        return Query.of(text, 10, mode, Optional.empty());
    }

    private void times(Corpus corpus, int size, Query.Mode mode, int mapped) throws Exception {
        List<String> names = Corpus.names(mapped);
        int[] next = new int[3];
        List<Samples> times = Turns.times(
                count / 2,
                count,
                List.of(
                        () -> require(corpus.namespaces()
                                .search(query(corpus, next[0]++, mode), names)
                                .hits()),
                        () -> require(corpus.plain()
                                .search(query(corpus, next[1]++, mode), names)
                                .hits()),
                        () -> require(corpus.plain().bare(query(corpus, next[2]++, mode), names))));
        String what = String.format(
                Locale.ROOT,
                "search, %s: %s of %,d chunks, ten tenants' %,d on the disk",
                what(mode),
                mapped == 1 ? "a mapped namespace" : mapped + " mapped namespaces",
                size / Corpus.TENANTS,
                size);
        String filter = mapped == 1 ? "filter on the tenant" : "filter on " + mapped + " tenants";
        rows.add(Row.ofTimes(
                what, times.get(0), "the same search in one shared plain index of all, " + filter, times.get(1)));
        rows.add(Row.ofTimes(what, times.get(0), "Lucene alone in that index, " + filter, times.get(2)));
        remarks.add(String.format(
                Locale.ROOT,
                "p99 of %s: %s; shared %s; Lucene alone %s.",
                what,
                Samples.time(times.get(0).p99()),
                Samples.time(times.get(1).p99()),
                Samples.time(times.get(2).p99())));
    }

    private static void require(List<?> found) {
        if (found.isEmpty()) {
            throw new IllegalStateException("a search found nothing");
        }
    }

    private void rates(Corpus corpus) throws Exception {
        List<String> names = Corpus.names(1);
        Rates.Numbered ours = n -> require(corpus.namespaces()
                .search(query(corpus, n, Query.Mode.HYBRID), names)
                .hits());
        Rates.Numbered theirs = n -> require(corpus.plain()
                .search(query(corpus, n, Query.Mode.HYBRID), names)
                .hits());
        List<Samples> rates =
                Rates.of(List.of(Collections.nCopies(THREADS, ours), Collections.nCopies(THREADS, theirs)));
        rows.add(Row.ofRates(
                String.format(Locale.ROOT, "the same, hybrid, a namespace, %d at a time", THREADS),
                rates.get(0),
                "the same search in one shared plain index of all, filter on the tenant, as many",
                rates.get(1)));
    }
}
