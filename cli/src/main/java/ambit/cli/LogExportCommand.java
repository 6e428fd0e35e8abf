package ambit.cli;

import ambit.audit.tlog.Export;
import ambit.audit.tlog.Quorum;
import ambit.cli.config.Witnesses;
import ambit.cli.cosigning.CosignedCheckpoint;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "export",
        description = "Write the log as files that any web server can serve (C2SP tlog-tiles), or go on with that.",
        mixinStandardHelpOptions = true)
final class LogExportCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Parameters(paramLabel = "DIR", description = "Where to; made if it is not there.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path directory;

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    @Override
    public Integer call() {
        Project project = log.main.project();
        Blob key = LogCommand.coreKey(project);
        Optional<Quorum> quorum =
                project.config(log.main.terminal()).witnesses().map(Witnesses::quorum);
        try {
            Optional<Note> cosigned = new CosignedCheckpoint(project.places()).by(key);
            Export.Exported exported = new Export(directory.toAbsolutePath().normalize())
                    .update(project.places().log(), archive, key, cosigned);
            log.main
                    .terminal()
                    .result(Sentences.count(exported.size(), "entry", "entries") + " in " + directory + ", "
                            + (exported.size() - exported.before()) + " of them new");
            quorum.ifPresent(it -> warnBelowQuorum(it, cosigned, exported));
            return ExitCode.OK;
        } catch (JournalException e) {
            throw Failure.kernel(
                    "nothing was exported: " + e.getMessage(),
                    "if old parts were archived, name the archive with --archive; if the log is not the same one any more, keep this export");
        } catch (IOException e) {
            throw Failure.kernel(
                            "cannot export to " + directory + ": " + e.getMessage(),
                            "what was exported before is as it was")
                    .because(e);
        }
    }

    private void warnBelowQuorum(Quorum quorum, Optional<Note> cosigned, Export.Exported exported) {
        List<Quorum.Cosigned> by = cosigned.filter(
                        it -> Checkpoint.of(it).head().size() == exported.size())
                .map(quorum::cosigned)
                .orElse(List.of());
        if (by.size() < quorum.need()) {
            log.main
                    .terminal()
                    .warn(
                            "the export lacks a quorum: " + quorum.missing(by),
                            "'ambit log cosign' asks the witnesses now; then export again");
        }
    }
}
