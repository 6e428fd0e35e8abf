package ambit.bench;

import ambit.audit.scope.Chunk;
import ambit.retrieval.index.PlainIndex;
import ambit.retrieval.index.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Whether the time of a search tells that somebody else has many chunks: the same namespace, byte for byte, beside an empty foreign one
 * and beside a large one, in one process on one disk. The control is a shared index with a filter, where it does.
 */
final class TimingPart implements Part {
    private static final String OWN = "own";
    private static final String FOREIGN = "foreign";
    /** Chunks of the own namespace, where the whole is measured. */
    static final int OWN_CHUNKS = 2000;

    private static final int COMMIT = 2000;
    private static final long NUMBERS_OF_OTHERS = 10_000_000;

    private final Path place;
    private final int count;
    private final int own;
    private final int foreign;
    private final MadeTexts texts;
    private final MadeVectors vectors = new MadeVectors();

    /**
     * @param place where the indexes are made
     * @param count samples of each
     * @param own chunks of the own namespace
     * @param foreign chunks of the foreign one
     */
    TimingPart(Path place, int count, int own, int foreign) throws IOException {
        this.place = place;
        this.count = count;
        this.own = own;
        this.foreign = foreign;
        this.texts = new MadeTexts(60);
    }

    /** @param isolated,shared how the times with a large foreign corpus differ from those with none */
    record Found(Difference noise, Difference isolated, Difference shared, List<Samples> times) {}

    @Override
    public Result measure() throws Exception {
        List<Row> rows = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "timing");
                Sides sides = new Sides(directory.path())) {
            for (Query.Mode mode : Query.Mode.values()) {
                Found found = compare(sides, mode);
                String name = mode.name().toLowerCase(Locale.ROOT);
                rows.add(Row.ofTimes(
                        String.format(Locale.ROOT, "search (%s), a foreign namespace of %,d chunks", name, foreign),
                        found.times.get(2),
                        "the same, an empty foreign namespace",
                        found.times.get(0)));
                rows.add(Row.ofTimes(
                        String.format(
                                Locale.ROOT, "control: shared index with a filter (%s), %,d foreign", name, foreign),
                        found.times.get(4),
                        "the same, nothing foreign in it",
                        found.times.get(3)));
                remarks.add("Timing, " + name + ", namespaces: " + found.isolated.sentence() + ".");
                remarks.add("Timing, " + name + ", two empty ones (what noise does): " + found.noise.sentence() + ".");
                remarks.add("Timing, " + name + ", control: " + found.shared.sentence() + ".");
            }
        }
        return new Result(rows, remarks);
    }

    /** The same by the vectors alone, where the control shows most; for a test. */
    Found meaning() throws Exception {
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "timing");
                Sides sides = new Sides(directory.path())) {
            return compare(sides, Query.Mode.MEANING);
        }
    }

    /** Three installations of which the own namespace is the same, and two shared indexes. */
    private final class Sides implements AutoCloseable {
        private final List<Namespaces> installations = new ArrayList<>();
        private final List<PlainIndex> plain = new ArrayList<>();

        Sides(Path path) throws Exception {
            Map<String, List<Chunk>> mine = Corpus.sources(texts, OWN, 0, own);
            try (Namespaces first = new Namespaces(path.resolve("0"), vectors)) {
                first.add(OWN, mine);
            }
            copy(path.resolve("0"), path.resolve("1"));
            copy(path.resolve("0"), path.resolve("2"));
            for (int i = 0; i < 3; i++) {
                installations.add(new Namespaces(path.resolve(Integer.toString(i)), vectors));
            }
            for (String name : List.of("alone", "shared")) {
                PlainIndex index = new PlainIndex(path.resolve(name), vectors);
                index.add(mine, Namespaces.writing("t"));
                plain.add(index);
            }
            for (int first = 0; first < foreign; first += COMMIT) {
                Map<String, List<Chunk>> sources =
                        Corpus.sources(texts, FOREIGN, NUMBERS_OF_OTHERS + first, Math.min(COMMIT, foreign - first));
                installations.get(2).add(FOREIGN, sources);
                plain.get(1).add(sources, Namespaces.writing("t"));
            }
            for (Namespaces one : installations) {
                one.open(FOREIGN);
            }
            for (PlainIndex one : plain) {
                one.refresh();
            }
        }

        /** A search on one of the five. */
        void search(int side, Query query) throws Exception {
            if (side < 3) {
                installations.get(side).search(query, List.of(OWN));
            } else {
                plain.get(side - 3).search(query, List.of(OWN));
            }
        }

        @Override
        public void close() throws IOException {
            installations.forEach(Namespaces::close);
            for (PlainIndex one : plain) {
                one.close();
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : all.toList()) {
                Path target = to.resolve(from.relativize(one).toString());
                if (Files.isDirectory(one)) {
                    Files.createDirectories(target);
                } else if (!one.getFileName().toString().equals("lock")) {
                    Files.copy(one, target);
                }
            }
        }
    }

    /** Each query on all five, in an order drawn anew, so that no side is always the one whose words are in the caches. */
    private Found compare(Sides sides, Query.Mode mode) throws Exception {
        double[][] times = new double[5][count];
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        Random random = new Random(7);
        int warmUp = Math.max(300, count / 2);
        for (int turn = -warmUp; turn < count; turn++) {
            Query query = Query.of(texts.query(turn + 1_000_000L), 10, mode, Optional.empty());
            Collections.shuffle(order, random);
            for (int side : order) {
                long began = System.nanoTime();
                sides.search(side, query);
                if (turn >= 0) {
                    times[side][turn] = System.nanoTime() - began;
                }
            }
        }
        return new Found(
                Difference.of(times[0], times[1]),
                Difference.of(times[0], times[2]),
                Difference.of(times[3], times[4]),
                Stream.of(times).map(Samples::of).toList());
    }
}
