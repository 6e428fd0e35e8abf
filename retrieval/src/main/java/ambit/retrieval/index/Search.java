package ambit.retrieval.index;

import ambit.audit.scope.Chunk;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.EmbeddingFailure;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.util.BytesRef;

/**
 * A search over some namespaces as if there were no others: one reader over just their indexes, so that document frequencies, lengths,
 * neighbours, ranks and counts come from these alone. Two ranked lists, by words and by meaning, are fused by reciprocal rank (Cormack,
 * Clarke and Büttcher, 2009).
 */
public final class Search {
    /** The constant of the fusion. */
    private static final double RANK = 60;

    private static final int MAX_TERMS = 128;
    private static final int LEAST_DEPTH = 50;

    /**
     * A chunk that was found.
     *
     * @param namespace which of those searched it is from, counted from 0
     * @param score larger is better; comparable within one answer only
     * @param writing who added the document that it is from; empty for what was added before that was kept
     */
    public record Hit(int namespace, Chunk chunk, Blob hash, double score, Optional<Writing> writing) {}

    /**
     * What was found, best first.
     *
     * @param snapshots the state of each namespace
     */
    public record Answer(List<Blob> snapshots, List<Hit> hits) {}

    private final Embedding embedding;
    private final Query query;
    private final List<View> views;

    private Search(Embedding embedding, Query query, List<View> views) {
        this.embedding = embedding;
        this.query = query;
        this.views = views;
    }

    /** Looks in all of {@code namespaces}, at the state that each has now. */
    public static Answer run(Embedding embedding, List<NamespaceIndex> namespaces, Query query) throws IndexFailure {
        List<View> views = new ArrayList<>();
        try {
            for (NamespaceIndex namespace : namespaces) {
                views.add(namespace.view());
            }
            return over(embedding, views, query);
        } catch (IOException e) {
            throw NamespaceIndex.failure(
                    namespaces.isEmpty()
                            ? Blob.of(new byte[32])
                            : namespaces.getFirst().partition(),
                    e);
        } finally {
            views.forEach(View::close);
        }
    }

    /** The same over states that somebody holds; they stay open. */
    static Answer over(Embedding embedding, List<View> views, Query query) throws IOException, IndexFailure {
        return new Search(embedding, query, views).answer();
    }

    private Answer answer() throws IOException, IndexFailure {
        List<Blob> snapshots = views.stream().map(View::snapshot).toList();
        List<IndexReader> readers =
                views.stream().flatMap(view -> view.reader().stream()).toList();
        Optional<org.apache.lucene.search.Query> filter = query.filter().isPresent()
                ? Optional.of(Filter.parse(query.filter().get()))
                : Optional.empty();
        if (readers.isEmpty()) {
            return new Answer(snapshots, List.of());
        }
        if (readers.size() == 1) {
            return new Answer(snapshots, hits(searcher(readers.getFirst()), filter));
        }
        // the views close their readers themselves
        try (MultiReader all = new MultiReader(readers.toArray(IndexReader[]::new), false)) {
            return new Answer(snapshots, hits(searcher(all), filter));
        }
    }

    private static IndexSearcher searcher(IndexReader reader) {
        IndexSearcher searcher = new IndexSearcher(reader);
        // Lucene's is shared by all searches of the process
        searcher.setQueryCache(null);
        return searcher;
    }

    private List<Hit> hits(IndexSearcher searcher, Optional<org.apache.lucene.search.Query> filter)
            throws IOException, IndexFailure {
        int depth = Math.max(LEAST_DEPTH, 4 * query.k());
        Map<Integer, Double> scores = new HashMap<>();
        if (query.mode() != Query.Mode.MEANING) {
            rank(best(searcher, words(filter), depth), scores);
        }
        if (query.mode() != Query.Mode.WORDS) {
            rank(best(searcher, meaning(filter, depth), depth), scores);
        }
        StoredFields stored = searcher.storedFields();
        List<Found> found = new ArrayList<>();
        for (Map.Entry<Integer, Double> one : candidates(scores, query.k())) {
            found.add(found(one.getKey(), one.getValue(), stored));
        }
        // what has one score comes in an order that does not depend on when it was added
        found.sort(Comparator.comparingDouble(Found::score).reversed().thenComparing(Found::hash));
        List<Hit> hits = new ArrayList<>();
        for (Found one : found.subList(0, Math.min(query.k(), found.size()))) {
            hits.add(hit(one));
        }
        return hits;
    }

    /** How many there are in all is not asked for, so that what cannot be among the best is passed over. */
    private static ScoreDoc[] best(IndexSearcher searcher, org.apache.lucene.search.Query what, int depth)
            throws IOException {
        return searcher.search(what, new TopScoreDocCollectorManager(depth, depth)).scoreDocs;
    }

    /** The best {@code k}, and what has the score of the last of them: only those can be in the answer, and only those are read. */
    private static List<Map.Entry<Integer, Double>> candidates(Map<Integer, Double> scores, int k) {
        List<Map.Entry<Integer, Double>> best = scores.entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        int end = Math.min(k, best.size());
        while (end > 0
                && end < best.size()
                && best.get(end).getValue().equals(best.get(end - 1).getValue())) {
            end++;
        }
        return best.subList(0, end);
    }

    private static void rank(ScoreDoc[] list, Map<Integer, Double> scores) {
        for (int i = 0; i < list.length; i++) {
            scores.merge(list[i].doc, 1 / (RANK + i + 1), Double::sum);
        }
    }

    private org.apache.lucene.search.Query words(Optional<org.apache.lucene.search.Query> filter) throws IOException {
        BooleanQuery.Builder words = new BooleanQuery.Builder();
        for (String word : terms()) {
            words.add(new TermQuery(new Term(Fields.BODY, word)), Occur.SHOULD);
        }
        if (filter.isEmpty()) {
            return words.build();
        }
        return new BooleanQuery.Builder()
                .add(words.build(), Occur.MUST)
                .add(filter.get(), Occur.FILTER)
                .build();
    }

    private Set<String> terms() throws IOException {
        Set<String> terms = new LinkedHashSet<>();
        try (Analyzer analyzer = Fields.analyzer();
                TokenStream tokens = analyzer.tokenStream(Fields.BODY, query.text())) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (terms.size() < MAX_TERMS && tokens.incrementToken()) {
                terms.add(term.toString());
            }
        }
        return terms;
    }

    private org.apache.lucene.search.Query meaning(Optional<org.apache.lucene.search.Query> filter, int depth)
            throws IndexFailure {
        try {
            float[] vector = embedding.embed(List.of(query.text())).getFirst();
            return filter.isPresent()
                    ? new KnnFloatVectorQuery(Fields.VECTOR, vector, depth, filter.get())
                    : new KnnFloatVectorQuery(Fields.VECTOR, vector, depth);
        } catch (EmbeddingFailure e) {
            throw new IndexFailure(Denial.DRIVER_FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** A chunk's bytes, before it is known whether they are in the answer. */
    private record Found(int document, double score, Blob bytes, Blob hash) {}

    private static Found found(int document, double score, StoredFields stored) throws IOException {
        BytesRef bytes = stored.document(document).getBinaryValue(Fields.CHUNK);
        if (bytes == null) {
            throw new IOException("a chunk was found without its bytes");
        }
        Blob blob = Blob.of(java.util.Arrays.copyOfRange(bytes.bytes, bytes.offset, bytes.offset + bytes.length));
        return new Found(document, score, blob, blob.sha256());
    }

    private Hit hit(Found found) throws IOException {
        try {
            Chunk chunk = Chunk.parse(found.bytes());
            int namespace = namespace(found.document());
            Optional<Writing> writing = views.get(namespace).writing(chunk.source());
            return new Hit(namespace, chunk, found.hash(), found.score(), writing);
        } catch (MalformedException e) {
            throw new IOException("a chunk cannot be read: " + e.getMessage(), e);
        }
    }

    /** Which view's reader the document is in; those without an index have no place among the readers. */
    private int namespace(int document) {
        int base = 0;
        for (int i = 0; i < views.size(); i++) {
            int size = views.get(i).reader().map(IndexReader::maxDoc).orElse(0);
            if (document < base + size) {
                return i;
            }
            base += size;
        }
        throw new IllegalStateException("a document beyond all readers");
    }

    /** The sources of one namespace after a name, at most {@code limit} of them. */
    public static List<Kept> sources(NamespaceIndex namespace, String after, int limit) throws IndexFailure {
        try (View view = namespace.view()) {
            return view.sources(after, limit);
        }
    }
}
