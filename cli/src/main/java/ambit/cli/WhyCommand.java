package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "why",
        description = "Say by what authority something happened: the chain from the tenant's root key to the call, "
                + "verified again from the log alone.",
        mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(
            paramLabel = "ID",
            description = "An index of the log (#12 or 12), a permit, a transaction, or a version of a memory entry "
                    + "(user/notes/colour@2).")
    private String id = "";

    @Option(
            names = "--as",
            paramLabel = "P",
            description = "Whose memory entry; needed where several have one of its name.")
    private Optional<String> as = Optional.empty();

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw it, for a browser.")
    private Optional<Path> drawing = Optional.empty();

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    @Override
    public Integer call() {
        Project project = main.project();
        KeyRing keys = new KeyRing(project.places().keys());
        WhyReader reader = new WhyReader(keys);
        Optional<WrittenEntry.Reader> written = Optional.of(EntryName.of(id))
                .filter(name -> name.version().isPresent())
                .map(name -> new WrittenEntry.Reader(name, as.map(keys::publicKey)));
        if (LogVerifier.read(project.places().log(), archive, LogCommand.coreKey(project), (index, entry) -> {
                    reader.take(index, entry);
                    written.ifPresent(it -> it.take(index, entry));
                })
                instanceof LogVerifier.Broken(String sentence)) {
            throw LogCommand.broken(sentence);
        }
        Optional<WrittenEntry> entry = written.map(it -> it.entry(keys));
        Why why = reader.why(entry.map(WrittenEntry::transaction).orElse(id));
        drawing.ifPresent(file -> draw(why, file));
        if (json) {
            main.terminal().result(JsonText.write(entry.map(it -> it.json(why)).orElseGet(() -> WhyJson.of(why))));
        } else if (drawing.isEmpty()) {
            WhyText.show(why, main.terminal());
            entry.ifPresent(it -> it.show(main.terminal()));
        }
        return why.sound() ? ExitCode.OK : ExitCode.AGENT_FAILED;
    }

    private void draw(Why why, Path file) {
        try {
            Files.writeString(file, WhyDrawing.of(why));
        } catch (IOException e) {
            throw Failure.usage("cannot write " + file + ": " + e.getMessage(), "")
                    .because(e);
        }
    }
}
