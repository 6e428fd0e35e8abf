package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.EmbeddingFailure;
import ambit.retrieval.embedding.OnFirstUse;
import ambit.retrieval.index.PlainIndex;
import ambit.retrieval.index.Query;
import ambit.retrieval.index.Search;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.util.BytesRef;

/**
 * Known-item retrieval over what packages ship: does a manual page come back for its summary, which is not in the index, and a noun for
 * its definition, which is not either? Ambit's retriever with its model, beside plain Lucene and an exact search over the same vectors.
 */
final class QualityPart implements Part {
    private static final List<String> CORPORA = List.of("manual-pages", "wordnet");
    private static final String NAMESPACE = "corpus";
    private static final int DEPTH = 10;
    private static final int CHUNKS = 30;
    private static final int BATCH = 64;

    private final Path corpora;
    private final Path place;
    private final int queries;

    /**
     * @param corpora where {@code bench/corpus/setup} has put them
     * @param place where the indexes are made
     * @param queries how many are asked of each corpus, at most
     */
    QualityPart(Path corpora, Path place, int queries) {
        this.corpora = corpora;
        this.place = place;
        this.queries = queries;
    }

    /** A line of a file: a source and a text. */
    private record Line(String source, String text) {
        static List<Line> read(Path file) throws IOException {
            return Files.readAllLines(file).stream()
                    .map(line -> line.split("\t", 2))
                    .map(parts -> new Line(parts[0], parts[1]))
                    .toList();
        }
    }

    /** A way to search: the sources of the best chunks, best first. */
    @FunctionalInterface
    private interface Ranking {
        List<String> sources(String query) throws Exception;
    }

    /**
     * @param recall share of the queries whose item is among the first ten
     * @param gain nDCG@10
     */
    private record Score(double recall, double gain) {}

    /** Each text is embedded once. */
    private record Remembering(Embedding model, Map<String, float[]> known) implements Embedding {
        @Override
        public String name() {
            return model.name();
        }

        @Override
        public int dimensions() {
            return model.dimensions();
        }

        @Override
        public List<float[]> embed(List<String> texts) throws EmbeddingFailure {
            List<String> unknown = texts.stream()
                    .filter(text -> !known.containsKey(text))
                    .distinct()
                    .toList();
            for (int i = 0; i < unknown.size(); i += BATCH) {
                List<String> some = unknown.subList(i, Math.min(unknown.size(), i + BATCH));
                List<float[]> vectors = model.embed(some);
                for (int n = 0; n < some.size(); n++) {
                    known.put(some.get(n), vectors.get(n));
                }
            }
            return texts.stream()
                    .map(text -> java.util.Objects.requireNonNull(known.get(text)))
                    .toList();
        }

        @Override
        public void close() {
            model.close();
        }
    }

    @Override
    public Result measure() throws Exception {
        if (!Files.exists(corpora.resolve(CORPORA.getFirst() + ".documents"))) {
            return new Result(
                    List.of(), List.of("Quality was left out: the corpora are not there (`bench/corpus/setup`)."));
        }
        List<Row> rows = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        try (Embedding embedding = new Remembering(OnFirstUse.miniLm(2), new ConcurrentHashMap<>())) {
            for (String name : CORPORA) {
                measure(name, embedding, rows, remarks);
            }
        }
        return new Result(rows, remarks);
    }

    private void measure(String name, Embedding embedding, List<Row> rows, List<String> remarks) throws Exception {
        List<Line> documents = Line.read(corpora.resolve(name + ".documents"));
        List<Line> asked = Line.read(corpora.resolve(name + ".queries"));
        List<Line> some = asked.subList(0, Math.min(queries, asked.size()));
        Map<String, List<Chunk>> sources = chunks(documents);
        List<Chunk> all = sources.values().stream().flatMap(List::stream).toList();
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "quality");
                Namespaces namespaces = new Namespaces(directory.path().resolve("sealed"), embedding);
                PlainIndex plain = new PlainIndex(directory.path().resolve("plain"), embedding)) {
            namespaces.add(NAMESPACE, sources);
            plain.add(sources, Namespaces.writing("t"));
            plain.refresh();
            Score bm25 = score(some, query -> of(plain.bare(query(query, Query.Mode.WORDS), List.of())));
            Score exact = score(some, query -> exact(embedding, all, query));
            for (Query.Mode mode : Query.Mode.values()) {
                Score ours = score(some, query -> of(namespaces.search(query(query, mode), List.of(NAMESPACE))));
                boolean byVectors = mode == Query.Mode.MEANING;
                String baseline = byVectors ? "exact search of all vectors" : "plain Lucene, BM25";
                String what =
                        String.format(Locale.ROOT, "%s, %s", name, mode.name().toLowerCase(Locale.ROOT));
                Score base = byVectors ? exact : bm25;
                rows.add(row(what + ": recall@10", ours.recall, baseline, base.recall));
                rows.add(row(what + ": nDCG@10", ours.gain, baseline, base.gain));
            }
        }
        remarks.add(String.format(
                Locale.ROOT,
                "%s: %,d sources in %,d chunks, %d queries.",
                name,
                sources.size(),
                all.size(),
                some.size()));
    }

    private static Row row(String what, double ours, String baseline, double base) {
        return new Row(what, share(ours), "-", baseline, share(base), "-", ours / base);
    }

    private static String share(double share) {
        return String.format(Locale.ROOT, "%.3f", share);
    }

    private static Query query(String text, Query.Mode mode) throws Exception {
        return Query.of(text, CHUNKS, mode, Optional.empty());
    }

    private static Map<String, List<Chunk>> chunks(List<Line> documents) {
        Map<String, List<Chunk>> sources = new LinkedHashMap<>();
        for (Line line : documents) {
            List<Chunk> chunks = sources.computeIfAbsent(line.source, _ -> new ArrayList<>());
            int number = chunks.size() + 1;
            Chunk.Position position = new Chunk.Position("piece", number, number);
            chunks.add(new Chunk(line.source, List.of(), position, new TreeMap<>(), line.text));
        }
        return sources;
    }

    private static List<String> of(Search.Answer answer) {
        return answer.hits().stream().map(hit -> hit.chunk().source()).toList();
    }

    private static List<String> of(List<BytesRef> found) throws Exception {
        List<String> sources = new ArrayList<>();
        for (BytesRef one : found) {
            Blob bytes = Blob.of(java.util.Arrays.copyOfRange(one.bytes, one.offset, one.offset + one.length));
            sources.add(Chunk.parse(bytes).source());
        }
        return sources;
    }

    private static List<String> exact(Embedding embedding, List<Chunk> all, String query) throws Exception {
        float[] vector = embedding.embed(List.of(query)).getFirst();
        List<float[]> vectors = embedding.embed(all.stream().map(Chunk::text).toList());
        double[] near = new double[all.size()];
        for (int i = 0; i < near.length; i++) {
            for (int d = 0; d < vector.length; d++) {
                near[i] += vector[d] * vectors.get(i)[d];
            }
        }
        return java.util.stream.IntStream.range(0, near.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -near[i]))
                .limit(CHUNKS)
                .map(i -> all.get(i).source())
                .toList();
    }

    /** With one item that is sought, the ideal gain is 1. */
    private static Score score(List<Line> queries, Ranking ranking) throws Exception {
        double recall = 0;
        double gain = 0;
        for (Line query : queries) {
            List<String> best =
                    ranking.sources(query.text).stream().distinct().limit(DEPTH).toList();
            int at = best.indexOf(query.source);
            recall += at >= 0 ? 1 : 0;
            gain += at >= 0 ? Math.log(2) / Math.log(at + 2) : 0;
        }
        return new Score(recall / queries.size(), gain / queries.size());
    }
}
