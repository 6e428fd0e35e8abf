package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.cli.config.Witnesses;
import ambit.cli.cosigning.CosignedCheckpoint;
import ambit.cli.cosigning.WitnessState;
import ambit.cli.cosigning.WitnessStates;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.retention.Archive;
import ambit.cli.retention.Part;
import ambit.cli.shipping.Cursors;
import ambit.cli.text.Terminal;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Needs the log's directory and the core's public key, and nothing of the kernel, which may run. */
@Command(
        name = "archive",
        description =
                "Move old parts of the log to another directory, compressed. What is left stays verifiable, and all of it "
                        + "with --archive.",
        mixinStandardHelpOptions = true)
final class ArchiveCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Age age;

    private static final class Age {
        @Option(names = "--before", paramLabel = "TIME", description = "What is older: " + Moment.EXPECTED + ".")
        private Optional<String> before = Optional.empty();

        @Option(names = "--keep", paramLabel = "TIME", description = "What is older than this long, such as 90d.")
        private Optional<String> keep = Optional.empty();

        Instant cutoff(Instant now) {
            String text = before.or(() -> keep).orElse("");
            return Moment.parse(text, now, ZoneId.systemDefault())
                    .orElseThrow(() -> Failure.usage("'" + text + "' is no time", Moment.EXPECTED));
        }
    }

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "Where to; made if it is not there.")
    private Path to = Path.of("");

    @Override
    public Integer call() throws IOException {
        Instant cutoff = age.cutoff(Instant.now());
        Project project = log.main().project();
        Path directory = project.places().log();
        Blob key = LogCommand.coreKey(project);
        Terminal terminal = log.main().terminal();
        Files.createDirectories(to);
        Archive archive = new Archive(directory, to.toAbsolutePath());
        switch (LogVerifier.verify(directory, Optional.of(to), key)) {
            case LogVerifier.Broken(String sentence) -> throw LogCommand.broken(sentence);
            // What says which keys followed which may be in what is moved.
            case LogVerifier.Intact intact -> intact.succession().keep(directory);
        }
        List<Part> old = archive.movable(LogVerifier.needlessBefore(directory, key), cutoff, passedOn(project));
        long bytes = 0;
        for (Part part : old) {
            archive.move(part);
            bytes += part.size();
        }
        terminal.say(
                old.isEmpty()
                        ? "ambit: nothing is old enough, and in a part of the log that is complete, covered by a snapshot, shipped and cosigned"
                        : "ambit: archived " + Sentences.count(old.size(), "part", "parts") + ", " + bytes
                                + " bytes, entries #" + old.getFirst().first() + " to #"
                                + old.getLast().last() + ", in " + to);
        return ExitCode.OK;
    }

    /**
     * The index up to which every destination has been shipped to, and every witness of {@code ambit.yaml} has cosigned; of the checkpoint that is kept
     * for it too, with which the log can be compared only where its entries are.
     */
    private long passedOn(Project project) throws IOException {
        LongStream shipped = new Cursors(project.places().shipping())
                .all().stream().mapToLong(it -> it.cursor().place().index());
        Optional<Witnesses> witnesses = project.config(log.main().terminal()).witnesses();
        long cosigned = witnesses.isEmpty() ? Long.MAX_VALUE : cosigned(project, witnesses.get());
        return Math.min(cosigned, shipped.min().orElse(Long.MAX_VALUE));
    }

    private static long cosigned(Project project, Witnesses witnesses) throws IOException {
        try {
            long least = new CosignedCheckpoint(project.places())
                    .note()
                    .map(it -> Checkpoint.of(it).head().size())
                    .orElse(0L);
            WitnessStates states = new WitnessStates(project.places().witnesses());
            for (Witnesses.Asked asked : witnesses.ask()) {
                least = Math.min(
                        least, states.find(asked).map(WitnessState::size).orElse(0L));
            }
            return least;
        } catch (JournalException | IOException e) {
            throw Failure.usage("cannot tell what was cosigned: " + e.getMessage(), "nothing was archived")
                    .because(e);
        }
    }
}
