package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.ExportVerifier;
import ambit.audit.tlog.LogProof;
import ambit.audit.tlog.Prover;
import ambit.audit.tlog.TileSource;
import ambit.cli.config.Witnesses;
import ambit.cli.cosigning.CosignedCheckpoint;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "prove",
        description = "Write files that convince somebody offline that entries are in the log.",
        mixinStandardHelpOptions = true)
final class LogProveCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Parameters(
            paramLabel = "INDEX|PERMIT|TRANSACTION",
            arity = "1..*",
            description =
                    "An entry's index, a permit (its entry and its outcome's), or a transaction (all of its entries).")
    private List<String> ids = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to; entry-INDEX.tlog-proof otherwise.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--export",
            paramLabel = "DIR|URL",
            description = "Read an export, by index, instead of this project's log.")
    private String export = "";

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    @Override
    public Integer call() throws IOException {
        try {
            if (export.isEmpty()) {
                fromLog();
            } else {
                TileSource source = HttpAddress.looksLike(export)
                        ? TileSource.web(HttpAddress.parse(export))
                        : TileSource.directory(Path.of(export));
                for (String id : ids) {
                    write(proof(source, index(id)), ids.size() == 1);
                }
            }
        } catch (JournalException e) {
            throw Failure.kernel("nothing can be proved: " + e.getMessage(), "'ambit log verify' says more");
        }
        return ExitCode.OK;
    }

    private LogProof proof(TileSource source, long index) {
        try {
            return ExportVerifier.prove(source, index);
        } catch (IOException e) {
            throw Failure.kernel("cannot read the export " + export + ": " + e.getMessage(), "is it one?")
                    .because(e);
        }
    }

    private static String plain(String id) {
        return id.startsWith("#") ? id.substring(1) : id;
    }

    private static long index(String id) {
        if (!plain(id).matches("[0-9]{1,18}")) {
            throw Failure.usage("'" + id + "' is not an index", "an export is read by index");
        }
        return Long.parseLong(plain(id));
    }

    private void fromLog() throws IOException {
        Project project = log.main.project();
        LogCommand.coreKey(project);
        Note checkpoint = LogVerifier.checkpoint(project.places().log());
        Prover all = prover(project, checkpoint);
        List<Long> wanted = all.wanted();
        if (wanted.isEmpty()) {
            throw Failure.usage(
                    "the log knows nothing of " + String.join(", ", ids), "'ambit log' shows what there is");
        }
        long last = wanted.getLast();
        if (last >= Checkpoint.of(checkpoint).head().size()) {
            throw Failure.usage(
                    "no checkpoint is over #" + last + " yet",
                    "the core writes one when a transaction ends and when it stops ('ambit down')");
        }
        Note cosigned = new CosignedCheckpoint(project.places()).over(last, LogCommand.coreKey(project));
        warnBelowQuorum(project, cosigned, last);
        Prover prover = cosigned.equals(checkpoint) ? all : prover(project, cosigned);
        for (long index : wanted) {
            write(prover.prove(index), wanted.size() == 1);
        }
    }

    private void warnBelowQuorum(Project project, Note checkpoint, long last) {
        Terminal terminal = log.main.terminal();
        project.config(terminal)
                .witnesses()
                .map(Witnesses::quorum)
                .filter(it -> !it.reachedBy(checkpoint))
                .ifPresent(it -> terminal.warn(
                        "the proof of #" + last + " lacks a quorum: " + it.missing(it.cosigned(checkpoint)),
                        "'ambit log cosign' asks the witnesses now"));
    }

    private Prover prover(Project project, Note checkpoint) {
        WantedEntries wanted =
                new WantedEntries(ids.stream().map(LogProveCommand::plain).toList());
        return Prover.of(project.places().log(), archive, LogCommand.coreKey(project), checkpoint, wanted);
    }

    private void write(LogProof proof, boolean one) throws IOException {
        if (output.isPresent() && !one) {
            throw Failure.usage("--output is for one entry, and there are more", "leave it out");
        }
        Path file = output.orElse(Path.of("entry-" + proof.index() + ".tlog-proof"));
        try {
            Files.writeString(file, proof.toString());
        } catch (IOException e) {
            throw Failure.usage("cannot write " + file, "name another place with --output")
                    .because(e);
        }
        log.main.terminal().result(file.toString());
    }
}
