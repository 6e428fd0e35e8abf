package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.cli.backup.DamagedBackup;
import ambit.cli.backup.Manifest;
import ambit.cli.backup.StoppedKernel;
import ambit.cli.config.Config;
import ambit.cli.config.Store;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "backup",
        description =
                "Copy all that lasts of a kernel that is down into one file: log, keys, secrets, memory, indexes, ambit.yaml.",
        mixinStandardHelpOptions = true)
final class BackupCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "FILE", description = "Where to; not there yet.")
    private Path target = Path.of("");

    @Option(names = "--passphrase", description = "Seal it by a passphrase.")
    private boolean sealed;

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        Path file = target.toAbsolutePath().normalize();
        requireFree(project, file);
        String store = config.store().map(Store::at).orElse("");
        try (StoppedKernel stopped = StoppedKernel.hold(project.places())) {
            project.places().requireWhole();
            long entries = entries(project);
            Optional<char[]> passphrase =
                    sealed ? Optional.of(new Passphrases(main.environment()).fresh(file)) : Optional.empty();
            Manifest made = stopped.backUp(project.file(), file, entries, store, passphrase);
            terminal.say(
                    "ambit: " + file + " has " + Sentences.count(made.items().size(), "file", "files") + " and "
                            + Sentences.count(entries, "log entry", "log entries") + ", and was read back");
        } catch (DamagedBackup e) {
            throw Failure.kernel(
                            "what was written " + e.getMessage(),
                            "the disk does not keep what it is given; nothing is left of it")
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage(
                            "the backup could not be written: " + e, "nothing is left of it; the state is as it was")
                    .because(e);
        }
        if (!store.isEmpty()) {
            terminal.warn(
                    "memory is in " + store + " and not in this file",
                    "run pg_dump on that database now, before 'ambit up', and keep both together");
        }
        if (!sealed) {
            terminal.warn("whoever reads this file has all keys and secrets in it", "--passphrase seals it");
        }
    }

    private static void requireFree(Project project, Path file) {
        if (Files.exists(file)) {
            throw Failure.usage(file + " is there already", "name a file that is not");
        }
        if (file.startsWith(project.places().state()) || !Files.isDirectory(file.resolveSibling(""))) {
            throw Failure.usage(
                    "a backup cannot be written to " + file,
                    "name a file in a directory that is there, outside the state");
        }
    }

    /** A log that does not verify is not worth a backup that looks like one. */
    private static long entries(Project project) {
        return switch (LogVerifier.verify(project.places().log(), LogCommand.coreKey(project))) {
            case LogVerifier.Intact intact -> intact.head().size();
            case LogVerifier.Broken(String sentence) -> throw LogCommand.broken(sentence);
        };
    }
}
