package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.retrieval.document.Documents;
import ambit.retrieval.document.Format;
import ambit.retrieval.document.Piece;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.embedding.OnFirstUse;
import ambit.retrieval.index.PlainIndex;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Documents taken in on the whole way, as {@code ambit memory ingest} does it: read in a boundary, called chunk by chunk through broker,
 * core and log, embedded, staged, committed. Beside that the same chunks, embedded by the same model and put into plain Lucene by one
 * process.
 */
final class IngestPart implements Part {
    private static final String NAMESPACE = "tenant/documents";
    private static final int THREADS = 2;
    private static final int WORDS = 150;

    /** What {@code ambit.yaml} says of it. */
    static final String CONFIGURATION = """
        memory:
          may: [alice]
          remembers:
            %s: [read-write, search]
        """.formatted(NAMESPACE);

    private final Installation installation;
    private final Path place;
    private final int documents;
    private final int turns;

    /**
     * @param place where the plain index is made
     * @param documents how many are taken in at a time, after some that warm up
     */
    IngestPart(Installation installation, Path place, int documents, int turns) {
        this.installation = installation;
        this.place = place;
        this.documents = documents;
        this.turns = turns;
    }

    @Override
    public Result measure() throws Exception {
        MadeTexts texts = new MadeTexts(WORDS);
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        int chunks = 0;
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "ingest");
                Embedding model = OnFirstUse.miniLm(THREADS);
                PlainIndex plain = new PlainIndex(directory.path(), model)) {
            for (int turn = 0; turn <= turns; turn++) {
                Path files = installation.directory().resolve("documents-" + turn);
                Map<String, List<Chunk>> sources = write(files, texts, turn);
                chunks = sources.values().stream().mapToInt(List::size).sum();
                long began = System.nanoTime();
                installation.ambit("memory", "ingest", "--as", "alice", files.toString(), "--into", NAMESPACE);
                long between = System.nanoTime();
                plain.add(sources, Namespaces.writing("t"));
                if (turn > 0) {
                    ours.add(chunks * 1e9 / (between - began));
                    theirs.add(chunks * 1e9 / (System.nanoTime() - between));
                }
            }
        }
        Row row = Row.ofRates(
                "`ambit memory ingest`: chunks of " + documents + " documents, the command's own start included",
                Samples.of(ours),
                "the same chunks in one process: MiniLM, plain Lucene, one commit",
                Samples.of(theirs));
        return new Result(
                List.of(row),
                List.of("Ingested on the whole way: " + documents + " Markdown documents, " + chunks + " chunks, "
                        + turns + " times."));
    }

    /** Writes documents, and answers the chunks that they are taken apart into. */
    private Map<String, List<Chunk>> write(Path files, MadeTexts texts, int turn) throws Exception {
        Files.createDirectories(files);
        Map<String, List<Chunk>> sources = new LinkedHashMap<>();
        for (int i = 0; i < documents; i++) {
            long number = 2L * (turn * 10_000L + i);
            String text = "# Report %d%n%n%s%n%n## Details%n%n%s%n"
                    .formatted(number, texts.text(number), texts.text(number + 1));
            String source = "documents-" + turn + "/" + i + ".md";
            Files.writeString(files.resolve(i + ".md"), text);
            List<Chunk> chunks = new ArrayList<>();
            for (Piece piece : Documents.pieces(Format.MARKDOWN, text.getBytes(StandardCharsets.UTF_8))) {
                chunks.add(piece.chunk(source, Map.of()));
            }
            sources.put(source, chunks);
        }
        return sources;
    }
}
