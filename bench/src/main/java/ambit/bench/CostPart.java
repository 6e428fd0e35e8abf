package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.audit.scope.HashTree;
import ambit.audit.scope.Scope;
import ambit.drivers.memory.ContextMemory;
import ambit.drivers.memory.MemoryDriver;
import ambit.drivers.memory.MemoryStore;
import ambit.drivers.memory.SqliteDatabase;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.OnFirstUse;
import ambit.retrieval.index.NamespaceIndex;
import ambit.retrieval.index.PlainIndex;
import ambit.retrieval.index.Query;
import ambit.retrieval.index.Search;
import ambit.wire.Blob;
import ambit.wire.CoreToDriver;
import ambit.wire.Limits;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What each of the retriever's promises costs apart: that indexes are sealed, that an answer is proved, that a namespace is mapped, that
 * texts are embedded.
 */
final class CostPart implements Part {
    private static final String ONE = "one";
    private static final int CHUNKS = 10_000;
    private static final int COMMIT = 2000;
    private static final int INGESTED = 64;

    private final Path place;
    private final int count;
    private final List<Row> rows = new ArrayList<>();

    /** @param place where the files are made */
    CostPart(Path place, int count) {
        this.place = place;
        this.count = count;
    }

    @Override
    public Result measure() throws Exception {
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "costs");
                MadeVectors vectors = new MadeVectors();
                Namespaces namespaces = new Namespaces(directory.path().resolve("sealed"), vectors);
                PlainIndex plain = new PlainIndex(directory.path().resolve("plain"), vectors)) {
            MadeTexts texts = new MadeTexts(60);
            for (int first = 0; first < CHUNKS; first += COMMIT) {
                Map<String, List<Chunk>> sources = Corpus.sources(texts, ONE, first, COMMIT);
                namespaces.add(ONE, sources);
                plain.add(sources, Namespaces.writing("t"));
            }
            plain.refresh();
            for (Query.Mode mode : Query.Mode.values()) {
                sealed(namespaces, plain, texts, mode);
            }
            proved(namespaces, plain, texts);
            indexes(namespaces, texts);
            ingested(directory.path());
            mapped(directory.path());
        }
        return new Result(
                rows,
                List.of(
                        "A context maps at most " + Limits.MAPPINGS + " namespaces, so none maps 100.",
                        "Ingestion is that of the library: chunks are embedded, staged, committed and searchable;"
                                + " taking documents apart in a boundary is not in it."));
    }

    private void sealed(Namespaces namespaces, PlainIndex plain, MadeTexts texts, Query.Mode mode) throws Exception {
        int[] next = new int[3];
        List<Samples> times = Turns.times(
                count,
                count,
                List.of(
                        () -> namespaces.search(query(texts, next[0]++, mode), List.of(ONE)),
                        () -> plain.search(query(texts, next[1]++, mode), List.of()),
                        () -> plain.bare(query(texts, next[2]++, mode), List.of())));
        String name = mode.name().toLowerCase(java.util.Locale.ROOT);
        rows.add(Row.ofTimes(
                "encryption: a search of 10,000 chunks, " + name + ", sealed index",
                times.get(0),
                "the same search of the same chunks in a plain index",
                times.get(1)));
        rows.add(Row.ofTimes(
                "chunks parsed and hashed, writers looked up: the search in the plain index, " + name,
                times.get(1),
                "Lucene alone in it: stored bytes",
                times.get(2)));
    }

    private static Query query(MadeTexts texts, int number, Query.Mode mode) throws Exception {
        return Query.of(texts.query(number), 10, mode, Optional.empty());
    }

    private void proved(Namespaces namespaces, PlainIndex plain, MadeTexts texts) throws Exception {
        Search.Answer answer = namespaces.search(query(texts, 1, Query.Mode.HYBRID), List.of(ONE));
        int[] next = new int[1];
        List<Samples> times = Turns.times(
                count,
                count,
                List.of(
                        () -> prove(answer),
                        () -> namespaces.search(query(texts, next[0]++, Query.Mode.HYBRID), List.of(ONE)),
                        () -> writers(plain, answer)));
        rows.add(Row.ofTimes(
                "proof: ten chunks hashed, the tree over scope and chunks, and a path for each",
                times.get(0),
                "the hybrid search itself",
                times.get(1)));
        rows.add(Row.ofTimes(
                "who added the documents of ten chunks, nothing remembered of an earlier search",
                times.get(2),
                "the hybrid search itself",
                times.get(1)));
    }

    private static void writers(PlainIndex plain, Search.Answer answer) throws Exception {
        if (plain.writers(answer) != answer.hits().size()) {
            throw new IllegalStateException("a chunk has no writer");
        }
    }

    private static void prove(Search.Answer answer) {
        Blob hash = Namespaces.hash("query");
        Scope.Namespace opened = new Scope.Namespace(
                ONE, Namespaces.hash(ONE), answer.snapshots().getFirst());
        List<HashTree.Found> found = answer.hits().stream()
                .map(hit -> new HashTree.Found(hit.namespace(), hit.chunk().hash()))
                .toList();
        HashTree tree = HashTree.of(new Scope(List.of(opened), hash, hash, found.size()), found);
        for (int i = 0; i <= found.size(); i++) {
            if (tree.path(i).isEmpty()) {
                throw new IllegalStateException("a chunk has no path");
            }
        }
    }

    /** Opens the indexes of namespaces and closes them again, as the first search of a context and its end do. */
    private void indexes(Namespaces namespaces, MadeTexts texts) throws Exception {
        for (int i = 0; i < Limits.MAPPINGS; i++) {
            namespaces.add("small-" + i, Corpus.sources(texts, ONE, i * 100L, 100));
        }
        namespaces.closeAll();
        int turns = Math.max(5, count / 10);
        List<Samples> times = Turns.times(
                turns,
                turns,
                List.of(
                        () -> open(namespaces, 1),
                        () -> open(namespaces, 10),
                        () -> open(namespaces, Limits.MAPPINGS)));
        for (int i : new int[] {1, 2}) {
            rows.add(Row.ofTimes(
                    "opening the indexes of " + (i == 1 ? 10 : Limits.MAPPINGS) + " namespaces, and closing them",
                    times.get(i),
                    "of one namespace",
                    times.get(0)));
        }
    }

    private static void open(Namespaces namespaces, int many) throws Exception {
        List<NamespaceIndex> open = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            open.add(namespaces.openAnew("small-" + i));
        }
        open.forEach(NamespaceIndex::close);
    }

    private void ingested(Path path) throws Exception {
        MadeTexts texts = new MadeTexts(150);
        try (Embedding model = OnFirstUse.miniLm(2);
                Namespaces namespaces = new Namespaces(path.resolve("ingested"), model);
                PlainIndex plain = new PlainIndex(path.resolve("ingested-plain"), model)) {
            int[] next = new int[3];
            int turns = Math.max(2, count / 50);
            List<Samples> times = Turns.times(
                    1,
                    turns,
                    List.of(
                            () -> namespaces.add(ONE, Corpus.sources(texts, ONE, 1000L * next[0]++, INGESTED)),
                            () -> plain.add(
                                    Corpus.sources(texts, ONE, 1000L * next[1]++, INGESTED), Namespaces.writing("t")),
                            () -> model.embed(texts.chunks(ONE, "made", 1000L * next[2]++, INGESTED).stream()
                                    .map(Chunk::text)
                                    .toList())));
            rows.add(Row.ofRates(
                    "chunks of 150 words ingested with MiniLM, 64 a transaction",
                    times.get(0).perSecond(INGESTED),
                    "plain Lucene, the same model and commits",
                    times.get(1).perSecond(INGESTED)));
            rows.add(Row.ofRates(
                    "chunks of 150 words ingested with MiniLM, 64 a transaction",
                    times.get(0).perSecond(INGESTED),
                    "embedding alone",
                    times.get(2).perSecond(INGESTED)));
        }
    }

    private void mapped(Path path) throws Exception {
        try (MemoryStore store = new MemoryStore(SqliteDatabase.open(path.resolve("memory.db")));
                MemoryDriver driver = new MemoryDriver(store, InstantSource.system())) {
            int[] contexts = new int[1];
            List<Samples> times = Turns.times(
                    count,
                    count,
                    List.of(
                            () -> map(driver, contexts[0]++, 1),
                            () -> map(driver, contexts[0]++, 10),
                            () -> map(driver, contexts[0]++, Limits.MAPPINGS)));
            for (int i : new int[] {1, 2}) {
                rows.add(Row.ofTimes(
                        "memory driver: a context with " + (i == 1 ? 10 : Limits.MAPPINGS)
                                + " namespaces mapped and taken back",
                        times.get(i),
                        "with one",
                        times.get(0)));
            }
        }
    }

    private static void map(MemoryDriver driver, int number, int many) throws Exception {
        List<CoreToDriver.MapEntry> entries = new ArrayList<>();
        List<CoreToDriver.Offer> offers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            Blob partition = Namespaces.hash("partition " + i);
            Blob key = Namespaces.hash("key " + i);
            offers.add(new CoreToDriver.Offer(partition, key));
            entries.add(new CoreToDriver.MapEntry("user/n" + i + "/", partition, key, 3, "", 1L << 40, List.of()));
        }
        List<Blob> _ = driver.keys(offers);
        byte[] context = Arrays.copyOf(Namespaces.hash("context " + number).toArray(), 16);
        ContextMemory memory = driver.map(new CoreToDriver.MapContext(
                Blob.of(context),
                "t-" + number,
                "bench",
                Namespaces.hash("principal"),
                Namespaces.hash("chain"),
                "bench",
                Namespaces.hash("bodies"),
                entries));
        driver.release(memory);
    }
}
