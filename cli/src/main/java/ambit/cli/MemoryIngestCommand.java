package ambit.cli;

import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Distribution;
import ambit.cli.text.Terminal;
import ambit.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ingest",
        description = {
            "Take documents apart and add them to a namespace that retriever.search looks in.",
            "Text, Markdown, HTML, PDF, DOCX, source code and JSON lines, told by the ending of the name. What is there"
                    + " already is left alone, what has changed is replaced. Documents are read in a boundary without network and"
                    + " files, and added in transactions of a few dozen: after an interruption, call it again."
        },
        mixinStandardHelpOptions = true)
final class MemoryIngestCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MemoryCommand memory;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Files, and directories with all that is below them.")
    private List<Path> paths = List.of();

    @Option(names = "--into", paramLabel = "NAMESPACE", required = true, description = "Such as tenant/handbook.")
    private String namespace = "";

    @Option(names = "--delete", description = "Remove what was added from these directories and is not there any more.")
    private boolean delete;

    @Option(
            names = "--metadata",
            paramLabel = "NAME=VALUE",
            description = "Said of every chunk, and a search can filter by it; whole numbers and true, false are such.")
    private Map<String, String> metadata = new LinkedHashMap<>();

    @Override
    public Integer call() {
        SortedMap<String, Path> files = files();
        Map<String, Json> attributes = new TreeMap<>();
        metadata.forEach((name, value) -> attributes.put(name, attribute(value)));
        Terminal terminal = memory.main().terminal();
        try (DocumentReader reader =
                        DocumentReader.open(Distribution.find(memory.main().environment()));
                Ingest ingest = new Ingest(memory, terminal, reader, namespace, attributes)) {
            ingest.begin();
            int done = 0;
            for (Map.Entry<String, Path> file : files.entrySet()) {
                ingest.file(file.getKey(), file.getValue());
                ingest.progress(++done, files.size());
            }
            if (delete) {
                ingest.removeOthers(prefixes(), files.keySet());
            }
            return ingest.finish() ? ExitCode.OK : ExitCode.AGENT_FAILED;
        }
    }

    private static Json attribute(String value) {
        if (value.equals("true") || value.equals("false")) {
            return new Json.Bool(value.equals("true"));
        }
        return value.matches("-?(0|[1-9][0-9]{0,17})") ? new Json.Int(Long.parseLong(value)) : new Json.Str(value);
    }

    private List<String> prefixes() {
        return paths.stream()
                .filter(Files::isDirectory)
                .map(path -> name(path) + "/")
                .toList();
    }

    private static String name(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        return last == null ? "root" : last.toString();
    }

    /** By the name that each gets as a source: below a directory its path from that directory on. Links are not followed. */
    private SortedMap<String, Path> files() {
        SortedMap<String, Path> files = new TreeMap<>();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw Failure.usage("there is no " + path, "");
            }
            for (Path file : below(path)) {
                String name = Files.isDirectory(path) ? name(path) + "/" + path.relativize(file) : name(file);
                Path other = files.put(name, file);
                if (other != null && !other.equals(file)) {
                    throw Failure.usage(
                            "both " + other + " and " + file + " would be the source '" + name + "'",
                            "ingest the directory that holds both");
                }
            }
        }
        return files;
    }

    private static List<Path> below(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(path)) {
            all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> Stream.iterate(file, it -> !it.equals(path), Path::getParent)
                            .noneMatch(part -> part.getFileName().toString().startsWith(".")))
                    .forEach(files::add);
        } catch (IOException e) {
            throw Failure.usage(path + " cannot be read: " + e.getMessage(), "").because(e);
        }
        return files;
    }
}
