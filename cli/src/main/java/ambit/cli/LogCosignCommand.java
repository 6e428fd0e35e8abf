package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.cli.config.Witnesses;
import ambit.cli.cosigning.Cosigning;
import ambit.cli.cosigning.WitnessState;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import ambit.log.JournalException;
import ambit.log.note.VerifierKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Needs the log and the state directory, and nothing of the kernel. */
@Command(
        name = "cosign",
        description = "Have witnesses cosign the log's newest checkpoint, for 'verify', 'prove' and 'export'.",
        mixinStandardHelpOptions = true)
final class LogCosignCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Option(
            names = "--witness",
            paramLabel = "URL",
            description = "Where the witness is; those of ambit.yaml otherwise.")
    private Optional<String> witness = Optional.empty();

    @Option(
            names = "--witness-key",
            paramLabel = "VKEY",
            description = "What it cosigns with: all of these. Can be repeated.")
    private List<String> keys = List.of();

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    /** The supervisor's: asks whenever the log has grown, and ends when the supervisor does, who holds the other end of the input. */
    @Option(names = "--supervised", hidden = true)
    private boolean supervised;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Project project = log.main.project();
        Optional<Witnesses> configured = project.config(log.main.terminal()).witnesses();
        boolean named = witness.isPresent();
        try {
            Cosigning cosigning = cosigning(project, configured);
            if (supervised) {
                Supervised.endWithInput();
                cosigning.goOn();
                return ExitCode.OK;
            }
            switch (LogVerifier.verify(project.places().log(), archive, LogCommand.coreKey(project))) {
                case LogVerifier.Broken(String sentence) -> throw LogCommand.broken(sentence);
                case LogVerifier.Intact _ -> {}
            }
            return say(cosigning.askOnce(), named ? 1 : configured.orElseThrow().need());
        } catch (JournalException e) {
            throw Failure.kernel("not cosigned: " + e.getMessage(), "what was cosigned before stays");
        }
    }

    private Cosigning cosigning(Project project, Optional<Witnesses> configured) throws IOException {
        Terminal terminal = log.main.terminal();
        if (witness.isPresent() && !keys.isEmpty()) {
            List<VerifierKey> known =
                    keys.stream().map(LogCosignCommand::cosigner).toList();
            if (known.stream().anyMatch(it -> !it.name().equals(known.getFirst().name()))) {
                throw Failure.usage("the keys of one witness have one name", "ask each witness by itself");
            }
            URI url = HttpAddress.parse(witness.get());
            Witnesses.Asked asked = new Witnesses.Asked(url, known);
            Optional<Witnesses> same = configured.filter(it -> it.ask().contains(asked));
            return same.isPresent()
                    ? Cosigning.byConfigured(project.places(), same.get(), List.of(asked), archive, terminal)
                    : Cosigning.by(project.places(), asked, configured, archive, terminal);
        }
        if (witness.isPresent() || !keys.isEmpty()) {
            throw Failure.usage(
                    "--witness and --witness-key go together",
                    "or leave out both, and the witnesses of ambit.yaml are asked");
        }
        Witnesses all = configured.orElseThrow(() -> Failure.usage(
                "cosigned by which witness?",
                "--witness URL --witness-key VKEY, or 'log: {witnesses: {ask: […]}}' in ambit.yaml"));
        return Cosigning.byConfigured(project.places(), all, all.ask(), archive, terminal);
    }

    private static VerifierKey cosigner(String line) {
        VerifierKey key = WitnessCommand.vkey(line);
        if (key.type() == VerifierKey.ED25519) {
            throw Failure.usage(
                    "the key of " + key.name() + " signs notes and cosigns none",
                    "a witness has another one, which it prints when it starts");
        }
        return key;
    }

    /** Exit code 1 where one knows another log; 5 where none, or not enough, have cosigned. */
    private int say(List<Cosigning.Answer> answers, int need) {
        Terminal terminal = log.main.terminal();
        int cosigned = 0;
        boolean alarm = false;
        for (Cosigning.Answer it : answers) {
            if (it.problem().isEmpty()) {
                cosigned++;
                terminal.result(it.name() + " has cosigned the first " + Sentences.count(it.size(), "entry", "entries")
                        + (it.kept() ? "" : "; a checkpoint that more witnesses have cosigned stays"));
            } else {
                alarm |= it.anotherLog();
                terminal.error(
                        (it.anotherLog() ? "" : it.name() + " has not cosigned: ") + Terminal.plain(it.problem()),
                        it.anotherLog() ? WitnessState.ALARM_HINT : "what was cosigned before stays");
            }
        }
        return alarm ? ExitCode.AGENT_FAILED : cosigned >= need ? ExitCode.OK : ExitCode.KERNEL;
    }
}
