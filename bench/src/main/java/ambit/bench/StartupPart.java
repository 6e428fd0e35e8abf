package ambit.bench;

import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How long a core takes from the start of its process until it listens, with so many entries in its log. */
final class StartupPart implements Part {

    private static final int ALONG = 10_000;
    private static final int ACCOUNTS = 100;
    private static final long ONE_MS = 1_700_000_000_000L;

    private final Path jars;
    private final Path directory;
    private final int count;
    private final boolean huge;

    /** {@code huge} also takes a log of ten million entries, which fills gigabytes. */
    StartupPart(Path jars, Path directory, int count, boolean huge) {
        this.jars = jars;
        this.directory = directory;
        this.count = count;
        this.huge = huge;
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        Samples empty = starts(0, new ArrayList<>());
        List<Row> rows = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        for (int entries : huge ? new int[] {1_000, 100_000, 10_000_000} : new int[] {1_000, 100_000}) {
            rows.add(Row.ofTimes(
                    String.format(Locale.ROOT, "start of the core with %,d entries in its log", entries),
                    starts(entries, remarks),
                    "the same with an empty log",
                    empty));
        }
        return new Result(rows, remarks);
    }

    private Samples starts(int entries, List<String> remarks) throws IOException, InterruptedException {
        Path state = Files.createTempDirectory(Files.createDirectories(directory), "startup");
        try {
            if (entries > 0) {
                remarks.add(fill(state, entries));
            }
            // The first start may leave something behind that makes the others shorter.
            start(state);
            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                nanos.add(start(state));
            }
            return Samples.of(nanos);
        } finally {
            delete(state);
        }
    }

    private long start(Path state) throws IOException, InterruptedException {
        Path sockets = Files.createTempDirectory("ambit-bench");
        long began = System.nanoTime();
        Process core = CoreServer.process(jars, sockets, state);
        try {
            if (!"ready".equals(core.inputReader(StandardCharsets.UTF_8).readLine())) {
                throw new IOException("the core did not start");
            }
            return System.nanoTime() - began;
        } finally {
            core.destroy();
            core.waitFor();
            delete(sockets);
        }
    }

    /** Writes a log of calls of a hundred grants, as a core would have, and says how large it is. */
    private static String fill(Path state, int entries) throws IOException {
        SigningKey key = SigningKey.generate();
        Path file = Files.createFile(
                state.resolve("core.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, key.seed());
        Path log = state.resolve("log");
        try (Journal journal = Journal.open(FileStorage.open(log), new LogKey("ambit/bench", key))) {
            long last = -1;
            for (int i = 0; i < entries; i++) {
                last = journal.append(Entry.encode(i % 2 == 0 ? allowed(i) : outcome(i)));
                if (i % ALONG == 0) {
                    journal.awaitDurable(last);
                }
            }
            journal.awaitDurable(last);
        }
        try (Stream<Path> files = Files.walk(log)) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(it -> it.toFile().length())
                    .sum();
            return String.format(Locale.ROOT, "A log of %,d entries has %,d bytes for each.", entries, bytes / entries);
        }
    }

    private static Blob id(String kind, int i, int size) {
        byte[] hash =
                Blob.of((kind + i).getBytes(StandardCharsets.UTF_8)).sha256().toArray();
        return Blob.of(java.util.Arrays.copyOf(hash, size));
    }

    private static Entry allowed(int i) {
        int grant = i / 2 % ACCOUNTS;
        return new Entry.Allowed(
                ONE_MS + i,
                id("context", grant, 16),
                "transaction-" + grant,
                i,
                1,
                "files.read",
                id("parameters", i, 32),
                id("permit", i, 16),
                "files",
                true,
                List.of(new Entry.Debit(id("grant", grant, 32), 0, 1 + i / 2 / ACCOUNTS, -1)),
                List.of(),
                Blob.EMPTY);
    }

    private static Entry outcome(int i) {
        return new Entry.Outcome(ONE_MS + i, id("permit", i - 1, 16), 0, id("result", i, 32), 100, 3, List.of());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> left = Files.walk(directory)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
