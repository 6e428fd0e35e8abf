package ambit.retrieval.index;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.Snapshot;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.EmbeddingFailure;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/**
 * One index of Lucene on the disk with the chunks of all tenants, unsealed, searched with a filter on the tenant. Its documents are those
 * of a namespace, and {@link Search} itself searches it, so that what differs is where the scope comes from, and the sealing. Beside that
 * there is the least that Lucene can do with the same query, {@link #bare}.
 */
public final class PlainIndex implements AutoCloseable {
    /** The metadatum of a chunk that says whose it is. */
    public static final String TENANT = "tenant";

    private static final double RANK = 60;
    private static final Blob NAME =
            Blob.of("plain".getBytes(StandardCharsets.US_ASCII)).sha256();

    private final Embedding embedding;
    private final FSDirectory directory;
    private final IndexWriter writer;
    private Optional<DirectoryReader> reader = Optional.empty();
    private Writers writers = new Writers();

    /** Opens the directory, or makes it. */
    public PlainIndex(Path path, Embedding embedding) throws IOException {
        this.embedding = embedding;
        this.directory = FSDirectory.open(path);
        this.writer = new IndexWriter(directory, new IndexWriterConfig(Fields.analyzer()));
    }

    /** Adds sources in one commit, with what a namespace keeps of a source. */
    public void add(Map<String, List<Chunk>> sources, Writing writing) throws IOException, EmbeddingFailure {
        List<Chunk> chunks = sources.values().stream().flatMap(List::stream).toList();
        List<float[]> vectors =
                embedding.embed(chunks.stream().map(Fields::body).toList());
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            documents.add(Fields.chunk(chunks.get(i), vectors.get(i)));
        }
        sources.forEach((name, all) -> documents.add(source(name, all, writing)));
        writer.addDocuments(documents);
        writer.commit();
    }

    private static Document source(String name, List<Chunk> chunks, Writing writing) {
        Blob digest = Snapshot.chunks(chunks.stream().map(Chunk::hash).toList());
        long size = chunks.stream().mapToLong(it -> it.text().length()).sum();
        Source entry = new Source(name, 1, digest, digest, chunks.size(), size);
        return Fields.source(name, entry.toBlob(), writing.toBlob());
    }

    /** Makes what was committed visible to searches. Not while one runs. */
    public void refresh() throws IOException {
        if (reader.isPresent()) {
            reader.get().close();
        }
        reader = Optional.of(DirectoryReader.open(directory));
        writers = new Writers();
    }

    /** What the retriever would answer; of all tenants where none is named. */
    public Search.Answer search(Query query, List<String> tenants) throws IOException, IndexFailure {
        DirectoryReader present = reader.orElseThrow();
        present.incRef();
        try (View view = new View(NAME, Optional.of(present), NAME, writers, () -> {})) {
            return Search.over(
                    embedding,
                    List.of(view),
                    Query.of(
                            query.text(),
                            query.k(),
                            query.mode(),
                            tenants.isEmpty() ? query.filter() : filter(tenants)));
        }
    }

    private static Optional<Json> filter(List<String> tenants) {
        List<Json> names = tenants.stream().<Json>map(Json.Str::new).toList();
        return Optional.of(new Json.Obj(Map.of(
                "type", new Json.Str(tenants.size() == 1 ? "eq" : "in"),
                "key", new Json.Str(TENANT),
                "value", tenants.size() == 1 ? names.getFirst() : new Json.Arr(names))));
    }

    /** Who added the documents of these hits, looked up where nothing is remembered. */
    public long writers(Search.Answer answer) throws IOException {
        Writers forgetful = new Writers();
        long known = 0;
        for (Search.Hit hit : answer.hits()) {
            known += forgetful.of(reader.orElseThrow(), hit.chunk().source()).isPresent() ? 1 : 0;
        }
        return known;
    }

    /** Lucene alone: the stored bytes of the chunks that were found, best first; of all tenants where none is named. */
    public List<BytesRef> bare(Query query, List<String> tenants) throws IOException, EmbeddingFailure, IndexFailure {
        IndexSearcher searcher = new IndexSearcher(reader.orElseThrow());
        searcher.setQueryCache(null);
        Optional<org.apache.lucene.search.Query> filter = tenants.isEmpty()
                ? Optional.empty()
                : Optional.of(Filter.parse(filter(tenants).orElseThrow()));
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
