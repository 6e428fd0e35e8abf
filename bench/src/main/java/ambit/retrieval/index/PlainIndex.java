package ambit.retrieval.index;

import ambit.audit.scope.Chunk;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.EmbeddingFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/**
 * Plain Lucene: one index on the disk with the chunks of all tenants, unsealed, searched with a filter on the tenant. The fields, the
 * words and the fusion are those of {@link Search}, so that what differs is where the scope comes from.
 */
public final class PlainIndex implements AutoCloseable {
    private static final String TENANT = "tenant";
    private static final double RANK = 60;

    private final Embedding embedding;
    private final FSDirectory directory;
    private final IndexWriter writer;
    private Optional<DirectoryReader> reader = Optional.empty();

    /** Opens the directory, or makes it. */
    public PlainIndex(Path path, Embedding embedding) throws IOException {
        this.embedding = embedding;
        this.directory = FSDirectory.open(path);
        this.writer = new IndexWriter(directory, new IndexWriterConfig(Fields.analyzer()));
    }

    /** Adds a tenant's chunks in one commit. */
    public void add(String tenant, List<Chunk> chunks) throws IOException, EmbeddingFailure {
        List<float[]> vectors =
                embedding.embed(chunks.stream().map(Fields::body).toList());
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            Document document = Fields.chunk(chunks.get(i), vectors.get(i));
            document.add(new StringField(TENANT, tenant, Field.Store.NO));
            documents.add(document);
        }
        writer.addDocuments(documents);
        writer.commit();
    }

    /** Makes what was committed visible to searches. Not while one runs. */
    public void refresh() throws IOException {
        if (reader.isPresent()) {
            reader.get().close();
        }
        reader = Optional.of(DirectoryReader.open(directory));
    }

    /** The stored bytes of the chunks that were found, best first; of all tenants where none is named. */
    public List<BytesRef> search(Query query, List<String> tenants) throws IOException, EmbeddingFailure {
        IndexSearcher searcher = new IndexSearcher(reader.orElseThrow());
        searcher.setQueryCache(null);
        Optional<org.apache.lucene.search.Query> filter = filter(tenants);
        int depth = Math.max(50, 4 * query.k());
        Map<Integer, Double> scores = new HashMap<>();
        if (query.mode() != Query.Mode.MEANING) {
            rank(searcher.search(words(query.text(), filter), depth).scoreDocs, scores);
        }
        if (query.mode() != Query.Mode.WORDS) {
            float[] vector = embedding.embed(List.of(query.text())).getFirst();
            org.apache.lucene.search.Query near = filter.isPresent()
                    ? new KnnFloatVectorQuery(Fields.VECTOR, vector, depth, filter.get())
                    : new KnnFloatVectorQuery(Fields.VECTOR, vector, depth);
            rank(searcher.search(near, depth).scoreDocs, scores);
        }
        return stored(searcher.storedFields(), scores, query.k());
    }

    private static List<BytesRef> stored(StoredFields fields, Map<Integer, Double> scores, int k) throws IOException {
        List<Integer> best = scores.entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(k)
                .map(Map.Entry::getKey)
                .toList();
        List<BytesRef> found = new ArrayList<>();
        for (int document : best) {
            found.add(fields.document(document).getBinaryValue(Fields.CHUNK));
        }
        return found;
    }

    private static Optional<org.apache.lucene.search.Query> filter(List<String> tenants) {
        return switch (tenants.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(new TermQuery(new Term(TENANT, tenants.getFirst())));
            default ->
                Optional.of(new TermInSetQuery(
                        TENANT, tenants.stream().map(BytesRef::new).toList()));
        };
    }

    private static void rank(ScoreDoc[] list, Map<Integer, Double> scores) {
        for (int i = 0; i < list.length; i++) {
            scores.merge(list[i].doc, 1 / (RANK + i + 1), Double::sum);
        }
    }

    private static org.apache.lucene.search.Query words(String text, Optional<org.apache.lucene.search.Query> filter)
            throws IOException {
        BooleanQuery.Builder words = new BooleanQuery.Builder();
        try (Analyzer analyzer = Fields.analyzer();
                TokenStream tokens = analyzer.tokenStream(Fields.BODY, text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            java.util.Set<String> terms = new java.util.LinkedHashSet<>();
            while (tokens.incrementToken()) {
                terms.add(term.toString());
            }
            terms.forEach(it -> words.add(new TermQuery(new Term(Fields.BODY, it)), Occur.SHOULD));
        }
        return filter.isEmpty()
                ? words.build()
                : new BooleanQuery.Builder()
                        .add(words.build(), Occur.MUST)
                        .add(filter.get(), Occur.FILTER)
                        .build();
    }

    @Override
    public void close() throws IOException {
        if (reader.isPresent()) {
            reader.get().close();
        }
        writer.close();
        directory.close();
    }
}
