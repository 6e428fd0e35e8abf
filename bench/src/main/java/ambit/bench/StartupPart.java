package ambit.bench;

import ambit.authority.signing.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How long a core takes from the start of its process until it listens, with so many entries in its log. */
final class StartupPart implements Part {

    private static final long MEGABYTE = 1_000_000;

    /** A log of which a start from a snapshot must leave most alone. */
    private static final int LARGE = 1_000_000;

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

    /** Starts with the same log. {@code read}: the bytes that the last of them read of all files. */
    private record Starts(Samples nanos, long read) {}

    /** One start. */
    private record Start(long nanos, long read) {}

    @Override
    public Result measure() throws IOException, InterruptedException {
        Starts empty;
        try (TemporaryDirectory state = TemporaryDirectory.in(directory, "startup")) {
            empty = starts(state.path());
        }
        List<Row> rows = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        for (int entries : huge ? new int[] {1_000, 100_000, 10_000_000} : new int[] {1_000, 100_000}) {
            try (TemporaryDirectory state = TemporaryDirectory.in(directory, "startup")) {
                long bytes = fill(state.path(), entries);
                Starts starts = starts(state.path());
                long read = Math.max(0, starts.read - empty.read);
                if (entries >= LARGE && read > bytes / 2) {
                    throw new IOException("the core read all of its log, and did not begin with its snapshot");
                }
                rows.add(Row.ofTimes(
                        String.format(Locale.ROOT, "start of the core with %,d entries in its log", entries),
                        starts.nanos,
                        "the same with an empty log",
                        empty.nanos));
                remarks.add(remark(entries, bytes, read));
            }
        }
        return new Result(rows, remarks);
    }

    private static String remark(int entries, long bytes, long read) {
        return String.format(
                Locale.ROOT,
                "A log of %,d entries has %,.1f MB, which is %,d bytes for each; a start reads %,.1f MB more than one with an empty log.",
                entries,
                (double) bytes / MEGABYTE,
                bytes / entries,
                (double) read / MEGABYTE);
    }

    private Starts starts(Path state) throws IOException, InterruptedException {
        // The first start makes keys that the others find.
        Start last = start(state);
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            last = start(state);
            nanos.add(last.nanos);
        }
        return new Starts(Samples.of(nanos), last.read);
    }

    private Start start(Path state) throws IOException, InterruptedException {
        try (TemporaryDirectory sockets = TemporaryDirectory.in(CoreServer.SOCKETS, "ambit-bench")) {
            long began = System.nanoTime();
            Process core = CoreServer.process(jars, sockets.path(), state);
            try {
                if (!"ready".equals(core.inputReader(StandardCharsets.UTF_8).readLine())) {
                    throw new IOException("the core did not start");
                }
                return new Start(System.nanoTime() - began, read(core));
            } finally {
                core.destroy();
                core.waitFor();
            }
        }
    }

    /** Bytes that a process has read so far, from the disk or from what the system has of it in memory. */
    private static long read(Process process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/io"))) {
            return lines.filter(it -> it.startsWith("rchar: "))
                    .mapToLong(it -> Long.parseLong(it.substring("rchar: ".length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Writes a log and the key of the core that it is of, and returns how large the log is. */
    private static long fill(Path state, int entries) throws IOException {
        SigningKey key = SigningKey.generate();
        Path file = Files.createFile(
                state.resolve("core.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, key.seed());
        return SampleLog.write(state.resolve("log"), key, entries).bytes();
    }
}
