package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.retrieval.embedding.Embedding;
import ambit.retrieval.index.PlainIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The chunks of ten tenants, in ten namespaces and in one shared plain index of the same documents, written in commits as large as those
 * of ingestion.
 *
 * @param each chunks of one tenant
 * @param sealed nanoseconds a chunk, for each commit of a namespace
 * @param shared the same of the shared index
 */
record Corpus(Namespaces namespaces, PlainIndex plain, MadeTexts texts, int each, Samples sealed, Samples shared)
        implements AutoCloseable {
    static final int TENANTS = 10;
    private static final int COMMIT = 2000;
    private static final int SOURCE = 50;

    static Corpus of(Path place, Embedding embedding, MadeTexts texts, int chunks) throws Exception {
        Namespaces namespaces = new Namespaces(place.resolve("sealed"), embedding);
        PlainIndex plain = new PlainIndex(place.resolve("plain"), embedding);
        List<Double> sealed = new ArrayList<>();
        List<Double> shared = new ArrayList<>();
        int each = chunks / TENANTS;
        for (int first = 0; first < each; first += COMMIT) {
            int many = Math.min(COMMIT, each - first);
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                Map<String, List<Chunk>> sources = sources(texts, name(tenant), (long) tenant * each + first, many);
                long began = System.nanoTime();
                namespaces.add(name(tenant), sources);
                long between = System.nanoTime();
                plain.add(sources, Namespaces.writing("t"));
                sealed.add((between - began) / (double) many);
                shared.add((System.nanoTime() - between) / (double) many);
            }
        }
        plain.refresh();
        return new Corpus(namespaces, plain, texts, each, Samples.of(sealed), Samples.of(shared));
    }

    /** A tenant's sources, of some chunks each. */
    static Map<String, List<Chunk>> sources(MadeTexts texts, String tenant, long first, int many) {
        Map<String, List<Chunk>> sources = new LinkedHashMap<>();
        for (int i = 0; i < many; i += SOURCE) {
            String source = "made/" + (first + i);
            sources.put(source, texts.chunks(tenant, source, first + i, Math.min(SOURCE, many - i)));
        }
        return sources;
    }

    static String name(int tenant) {
        return "tenant-" + tenant;
    }

    static List<String> names(int many) {
        return IntStream.range(0, many).mapToObj(Corpus::name).toList();
    }

    @Override
    public void close() throws IOException {
        namespaces.close();
        plain.close();
    }
}
