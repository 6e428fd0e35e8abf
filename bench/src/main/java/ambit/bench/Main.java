package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Measures, each time beside a baseline, and prints Markdown: {@code bench [--write] [--quick] [--huge] [PART …]}. Started by
 * {@code scripts/bench}, which says where the checkout is in the system property {@code ambit.root}.
 */
public final class Main {

    private static final List<String> PARTS = List.of(
            "start",
            "calls",
            "notes",
            "ingest",
            "memory",
            "journal",
            "recording",
            "entries",
            "store",
            "search",
            "timing",
            "quality",
            "costs",
            "audit",
            "decide",
            "core",
            "chains",
            "contexts",
            "signatures",
            "startup");
    private static final Set<String> WITH_KERNEL = Set.of("start", "calls", "notes", "ingest", "memory");
    private static final int USAGE = 2;
    private static final int FAILED = 1;

    private final Path root;
    private final Path place;
    private final Set<String> chosen;
    private final boolean quick;
    private final boolean huge;
    private final List<String> rows = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    private Main(Path root, Set<String> chosen, boolean quick, boolean huge) {
        this.root = root;
        this.place = root.resolve("target/bench");
        this.chosen = chosen;
        this.quick = quick;
        this.huge = huge;
    }

    public static void main(String[] args) {
        Set<String> chosen = new LinkedHashSet<>();
        boolean write = false;
        boolean quick = false;
        boolean huge = false;
        for (String arg : args) {
            switch (arg) {
                case "--write" -> write = true;
                case "--quick" -> quick = true;
                case "--huge" -> huge = true;
                default -> {
                    if (!PARTS.contains(arg)) {
                        System.err.println("ambit: error: bench has no part '" + arg + "'");
                        System.err.println("ambit: hint: " + String.join(" ", PARTS) + " --quick --huge --write");
                        System.exit(USAGE);
                    }
                    chosen.add(arg);
                }
            }
        }
        Path root =
                Path.of(System.getProperty("ambit.root", ".")).toAbsolutePath().normalize();
        try {
            Main bench = new Main(root, chosen.isEmpty() ? new LinkedHashSet<>(PARTS) : chosen, quick, huge);
            String result = bench.run();
            System.out.print(result);
            if (write) {
                bench.write(root.resolve("docs/benchmarks.md"), result);
            }
        } catch (Exception e) {
            System.err.println("ambit: error: " + e.getMessage());
            System.exit(FAILED);
        }
    }

    private String run() throws Exception {
        String machine = Machine.describe();
        if (chosen.stream().anyMatch(WITH_KERNEL::contains)) {
            withKernel();
        }
        Path log = place.resolve("log");
        Path jars = root.resolve("target/dist/core/lib");
        measure("journal", () -> new JournalPart(log, new TesseraPeer(root), times(20)).measure());
        measure("recording", () -> new RecordingPart(jars, log, times(5000)).measure());
        measure("entries", () -> new EntriesPart(jars, log, times(1000)).measure());
        measure("store", () -> new StorePart(log, times(500)).measure());
        measure("search", () -> new SearchPart(log, times(500), sizes()).measure());
        measure("timing", () -> new TimingPart(log, times(3000), TimingPart.OWN_CHUNKS, times(100_000)).measure());
        measure("quality", () -> new QualityPart(place.resolve("corpus"), log, times(300)).measure());
        measure("costs", () -> new CostPart(log, times(500)).measure());
        measure("audit", () -> new AuditPart(root, log, times(1_000_000), times(10), times(1000)).measure());
        Peers peers = new Peers(root);
        measure("decide", () -> new DecisionPart(jars, log, times(5000), times(20)).measure());
        measure("core", () -> new CorePart(log, peers, times(20_000)).measure());
        measure("chains", () -> new ChainPart(peers, times(2000)).measure());
        measure("contexts", () -> new ContextPart(log, times(2000)).measure());
        measure("startup", () -> new StartupPart(jars, log, times(20), huge).measure());
        measure("signatures", () -> new SignaturePart(times(1000)).measure());
        StringBuilder out = new StringBuilder(machine);
        out.append("\n- load after the run: ").append(Machine.load()[0]).append(" over 1 minute\n\n");
        out.append(Row.HEAD).append('\n');
        rows.forEach(row -> out.append(row).append('\n'));
        if (!remarks.isEmpty()) {
            out.append('\n');
        }
        remarks.forEach(remark -> out.append("- ").append(remark).append('\n'));
        return out.toString();
    }

    /** Chunks that are searched; the vectors of all but the first are made. */
    private List<Integer> sizes() {
        if (quick) {
            return List.of(1000, 10_000);
        }
        return huge ? List.of(1000, 100_000, 1_000_000) : List.of(1000, 30_000);
    }

    private void write(Path file, String result) throws IOException {
        boolean all = chosen.containsAll(PARTS);
        String heading = all ? "all parts" : String.join(" ", chosen);
        Files.writeString(file, Report.of(Files.readString(file), heading, all, result));
    }

    private void withKernel() throws Exception {
        Path examples = root.resolve("examples");
        boolean notes = chosen.contains("notes") && NotesPart.Servers.canStart(examples);
        if (chosen.contains("notes") && !notes) {
            remarks.add("The notes agent was left out: examples/.runtime is not there (`examples/setup` makes it).");
        }
        if (!notes) {
            withKernel(Optional.empty());
            return;
        }
        try (NotesPart.Servers servers = NotesPart.Servers.start(examples, place.resolve("notes"))) {
            withKernel(Optional.of(servers));
        }
    }

    private void withKernel(Optional<NotesPart.Servers> servers) throws Exception {
        String configuration = configuration(servers);
        try (Installation kernel = Installation.start(root, place.resolve("kernel"), configuration)) {
            measure("start", () -> new StartPart(kernel, times(40)).measure());
            measure("calls", () -> new CallPart(kernel, times(500)).measure());
            if (servers.isPresent()) {
                NotesPart part = new NotesPart(kernel, servers.get(), times(5));
                measure("notes", part);
            }
            measure("ingest", () -> new IngestPart(kernel, place, times(100), quick ? 1 : 3).measure());
            measure("memory", () -> new FootprintPart(kernel, 20).measure());
        }
    }

    private int times(int full) {
        return quick ? Math.max(2, full / 10) : full;
    }

    private void measure(String name, Part part) throws Exception {
        if (!chosen.contains(name)) {
            return;
        }
        System.err.println("ambit: measuring " + name);
        Part.Result result = part.measure();
        for (Row row : result.rows()) {
            rows.add(row.markdown());
        }
        remarks.addAll(result.remarks());
    }

    private static String configuration(Optional<NotesPart.Servers> servers) {
        return """
            tenant: bench
            principals:
              alice: {may-run: [caller%s]}
            tools:
              echo:
                driver: mcp
                run: [/usr/bin/python3, /opt/bench/echo_server.py]
                sees: {/opt/bench: files}
            %sagents:
              caller:
                run: [/usr/bin/python3, /opt/bench/client.py]
                sees: {/opt/bench: files}
                may-use:
                  echo.echo: {where: {text: any}}
                remembers: {own: 1 MiB}
                limits: {time: 10 min}
            %s%s\
            """.formatted(
                        servers.isPresent() ? ", notes" : "",
                        servers.map(NotesPart::tools).orElse(""),
                        servers.map(NotesPart::agent).orElse(""),
                        IngestPart.CONFIGURATION);
    }
}
