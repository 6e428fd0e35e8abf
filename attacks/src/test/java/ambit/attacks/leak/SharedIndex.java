package ambit.attacks.leak;

import ambit.retrieval.embedding.Embedding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.queryparser.flexible.precedence.PrecedenceQueryParser;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One index of everybody's documents. Who asks is a part of the filter. */
final class SharedIndex implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST = 100;

    private final Directory directory;
    private final IndexWriter writer;
    private final Embedding embedding;
    private final Map<String, float[]> vectors = new HashMap<>();
    private DirectoryReader reader;

    SharedIndex(Path path, Embedding embedding) throws IOException {
        this.embedding = embedding;
        directory = FSDirectory.open(path);
        writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()));
        writer.commit();
        reader = DirectoryReader.open(writer);
    }

    void add(Plant plant, String tenant, String user) throws Exception {
        Document document = new Document();
        document.add(new StringField("tenant", tenant, Field.Store.YES));
        document.add(new StringField("user", user, Field.Store.YES));
        document.add(new StringField("namespace", plant.namespace(), Field.Store.YES));
        document.add(new StringField("source", plant.name(), Field.Store.YES));
        document.add(
                new StringField("holder", plant.owner().name().toLowerCase(java.util.Locale.ROOT), Field.Store.YES));
        document.add(new StringField("number", "%05d".formatted(plant.number()), Field.Store.YES));
        document.add(new TextField("text", plant.text(), Field.Store.YES));
        document.add(new KnnFloatVectorField("vector", vector(plant.text()), VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
    }

    void commit() throws IOException {
        writer.forceMerge(1);
        writer.commit();
        reader.close();
        reader = DirectoryReader.open(writer);
    }

    private float[] vector(String text) throws Exception {
        float[] known = vectors.get(text);
        if (known == null) {
            known = embedding.embed(List.of(text)).getFirst();
            vectors.put(text, known);
        }
        return known;
    }

    /** Ranks everything, and shows what of the first of it is in the caller's scope. */
    String search(Asked.Search search, String tenant, String user) throws Exception {
        int k = Math.clamp(Long.parseLong(search.k()), 1, MOST);
        IndexSearcher searcher = new IndexSearcher(reader);
        String scope =
                "tenant:" + tenant + " AND (user:" + user + " OR user:all)" + namespaces(search) + filter(search);
        Query filter = new PrecedenceQueryParser(new KeywordAnalyzer()).parse(scope, "text");
        Query words = new QueryParser("text", new StandardAnalyzer()).parse(QueryParser.escape(search.query()));
        Query nearest = new KnnFloatVectorQuery("vector", vector(search.query()), k);
        Map<Integer, Double> scores = new LinkedHashMap<>();
        if (!search.mode().equals("meaning")) {
            Query query = new BooleanQuery.Builder()
                    .add(words, BooleanClause.Occur.MUST)
                    .add(filter, BooleanClause.Occur.FILTER)
                    .build();
            for (ScoreDoc each : searcher.search(query, k).scoreDocs) {
                scores.put(each.doc, (double) each.score);
            }
        }
        if (!search.mode().equals("words")) {
            // What is nearest is looked for first, and then looked at.
            Query query = new BooleanQuery.Builder()
                    .add(nearest, BooleanClause.Occur.MUST)
                    .add(filter, BooleanClause.Occur.FILTER)
                    .build();
            for (ScoreDoc each : searcher.search(query, k).scoreDocs) {
                scores.merge(each.doc, (double) each.score, Double::sum);
            }
        }
        return page(searcher, scores, searcher.count(words));
    }

    private static String namespaces(Asked.Search search) {
        return search.namespaces().isEmpty()
                ? ""
                : " AND namespace:(" + String.join(" ", search.namespaces()).replace("/", "\\/") + ")";
    }

    private static String page(IndexSearcher searcher, Map<Integer, Double> scores, int matched) throws IOException {
        StringBuilder page = new StringBuilder();
        for (Map.Entry<Integer, Double> each : scores.entrySet()) {
            Document found = searcher.storedFields().document(each.getKey());
            page.append("%.6f %s %s%n".formatted(each.getValue(), found.get("source"), found.get("text")));
        }
        return page.append(scores.size())
                .append(" shown of about ")
                .append(matched)
                .toString();
    }

    private static String filter(Asked.Search search) {
        return search.filter().isEmpty() ? "" : " AND " + expression(JSON.readTree(search.filter()));
    }

    private static String expression(JsonNode filter) {
        String type = filter.get("type").asString();
        if (type.equals("or") || type.equals("and")) {
            List<String> parts = new ArrayList<>();
            filter.get("filters").forEach(it -> parts.add(expression(it)));
            return "(" + String.join(" " + type.toUpperCase(java.util.Locale.ROOT) + " ", parts) + ")";
        }
        String key = filter.get("key").asString();
        JsonNode value = filter.get("value");
        return switch (type) {
            case "ne", "nin" -> "(*:* AND NOT " + key + ":(" + value(value) + "))";
            case "gte" -> key + ":[%05d TO *]".formatted(value.asInt());
            default -> key + ":(" + value(value) + ")";
        };
    }

    private static String value(JsonNode value) {
        List<String> values = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(it -> values.add(it.asString()));
        } else {
            values.add(value.asString());
        }
        return String.join(" OR ", values);
    }

    @Override
    public void close() throws IOException {
        reader.close();
        writer.close();
        directory.close();
    }
}
