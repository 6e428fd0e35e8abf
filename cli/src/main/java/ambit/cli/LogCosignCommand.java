package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.Prover;
import ambit.audit.tlog.WitnessClient;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "cosign",
        description = "Have a witness cosign the log's newest checkpoint, for 'prove' and 'export'.",
        mixinStandardHelpOptions = true)
final class LogCosignCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Option(names = "--witness", required = true, paramLabel = "URL", description = "Where the witness is.")
    private String witness = "";

    @Option(
            names = "--witness-key",
            required = true,
            paramLabel = "VKEY",
            description = "What it cosigns with. Can be repeated.")
    private List<String> keys = List.of();

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    @Override
    public Integer call() throws IOException {
        Project project = log.main.project();
        CosignedCheckpoint kept = new CosignedCheckpoint(project.places());
        List<VerifierKey> witnesses = keys.stream().map(WitnessCommand::vkey).toList();
        URI url = HttpAddress.parse(witness);
        Blob key = LogCommand.coreKey(project);
        try {
            Note own = LogVerifier.checkpoint(project.places().log());
            // What others cosigned of the same checkpoint stays.
            Note newest = kept.note().filter(it -> it.text().equals(own.text())).orElse(own);
            Prover prover = Prover.of(project.places().log(), archive, key, newest, (_, _) -> false);
            kept.keep(new WitnessClient(url, witnesses).cosign(newest, prover));
            log.main
                    .terminal()
                    .result(witnesses.getFirst().name() + " has cosigned the first "
                            + Sentences.count(Checkpoint.of(newest).head().size(), "entry", "entries"));
            return ExitCode.OK;
        } catch (JournalException e) {
            throw Failure.kernel("not cosigned: " + e.getMessage(), "what was cosigned before stays");
        } catch (IOException e) {
            throw Failure.kernel("no answer from " + witness + ": " + e.getMessage(), "is the witness running?")
                    .because(e);
        }
    }
}
