package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.authority.Forgetting;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.cli.backup.BackupFile;
import ambit.cli.backup.DamagedBackup;
import ambit.cli.backup.Manifest;
import ambit.cli.backup.Restoration;
import ambit.cli.backup.StoppedKernel;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.cli.supervisor.Witness;
import ambit.cli.text.Terminal;
import ambit.log.entry.Entry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "restore",
        description =
                "Put a backup back, after all of it was checked. What was there before is kept under another name.",
        mixinStandardHelpOptions = true)
final class RestoreCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "What 'ambit backup' wrote.")
    private Path file = Path.of("");

    @Option(names = "--finish", description = "End a restore that was broken off in its midst; needs no FILE.")
    private boolean finish;

    @Option(names = "--check", description = "Check all of it and put nothing back.")
    private boolean check;

    @Option(names = "--replace", description = "Also where there is a state; it is kept, under another name.")
    private boolean replace;

    @Option(
            names = "--accept-loss",
            description =
                    "Also where the log went on after the backup, or nobody can tell: every grant is revoked then.")
    private boolean acceptLoss;

    @Option(
            names = "--forgotten-in",
            paramLabel = "DIR",
            description = "A newer copy of the log's directory: whom it says was forgotten is not brought back.")
    private Optional<Path> newer = Optional.empty();

    @Override
    public void run() {
        Terminal terminal = main.terminal();
        Project project = main.projectIfAny().orElseGet(() -> Project.in(main.directory(), main.environment()));
        Places places = project.places();
        try {
            if (finish) {
                finish(project, terminal);
            } else {
                checkAndRestore(project, terminal);
            }
        } catch (DamagedBackup e) {
            throw Failure.unverified(file + " " + e.getMessage(), "nothing was put back; nothing was changed")
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage(
                            "the backup could not be put back: " + e,
                            Restoration.begun(places)
                                    ? "it was begun, and no kernel starts; mend this, then 'ambit restore --finish' ends it"
                                    : "the state is as it was")
                    .because(e);
        }
    }

    private void checkAndRestore(Project project, Terminal terminal) throws IOException {
        if (file.toString().isEmpty()) {
            throw Failure.usage("no FILE is named", "name what 'ambit backup' wrote");
        }
        char[][] known = new char[1][];
        Supplier<char[]> passphrase = () -> {
            known[0] = known[0] == null ? new Passphrases(main.environment()).of(file) : known[0];
            return known[0].clone();
        };
        BackupFile backup = new BackupFile(file);
        Manifest manifest = backup.read(passphrase, _ -> OutputStream.nullOutputStream());
        if (check) {
            terminal.say("ambit: " + file + " is whole: " + words(manifest));
            return;
        }
        project.places().requireWhole();
        boolean there = Restoration.replaces(project.places());
        if (there && !replace) {
            throw Failure.usage(
                    "there is a state in " + project.places().state() + " already",
                    "--replace keeps it under another name; nothing was changed");
        }
        try (StoppedKernel _ = StoppedKernel.hold(project.places())) {
            project.places().requireWhole();
            if (!there && Restoration.replaces(project.places())) {
                throw Failure.kernel("a state was made in " + project.places().state() + " meanwhile", "see by whom");
            }
            restore(project, backup, manifest, passphrase, terminal);
        }
    }

    private void finish(Project project, Terminal terminal) throws IOException {
        if (!Restoration.begun(project.places())) {
            throw Failure.usage(
                    "no restore was broken off in " + project.places().state(), "nothing was changed");
        }
        try (StoppedKernel _ = StoppedKernel.hold(project.places())) {
            end(project, terminal);
            terminal.say("ambit: the restore is finished");
        }
    }

    /** From here on it only goes forward. */
    private void end(Project project, Terminal terminal) throws IOException {
        Optional<Path> before = Restoration.finish(project.places(), project.file(), main.environment());
        before.ifPresent(it -> terminal.say("ambit: what was there before is in " + it));
        if (Files.exists(project.places().restored())) {
            terminal.say("ambit: the next start revokes every grant, and the log says why");
        }
    }

    private static String words(Manifest manifest) {
        return "made " + Instant.ofEpochMilli(manifest.atMs()) + ", "
                + Sentences.count(manifest.items().size(), "file", "files") + ", "
                + Sentences.count(manifest.entries(), "log entry", "log entries");
    }

    private void restore(
            Project project, BackupFile backup, Manifest manifest, Supplier<char[]> passphrase, Terminal terminal)
            throws IOException {
        Places places = project.places();
        Since since = since(places, manifest.entries(), terminal);
        Restoration fresh = Restoration.unpack(backup, places, passphrase);
        try {
            for (Forgetting word : since.forgotten()) {
                if (word.transaction().isEmpty()) {
                    fresh.forget(word);
                }
            }
            judge(manifest, fresh, Witness.of(places, fresh.keys(), main.environment()), since.entries());
            fresh.begin();
        } catch (IOException | RuntimeException e) {
            fresh.discard();
            throw e;
        }
        end(project, terminal);
        terminal.say("ambit: put back " + words(manifest));
        since.forgotten().stream()
                .filter(it -> !it.transaction().isEmpty())
                .forEach(it -> terminal.warn(
                        "transaction " + it.transaction() + " was forgotten after the backup, and is there again",
                        "'ambit memory forget " + it.transaction() + "'"));
        if (!manifest.store().isEmpty()) {
            terminal.warn(
                    "memory is in " + manifest.store() + " and was not put back",
                    "restore what pg_dump wrote at the time of the backup, before 'ambit up'");
        }
    }

    /** Refuses a backup that is older than what this machine has seen, or takes all grants from it where the loss is accepted. */
    private void judge(Manifest manifest, Restoration fresh, Witness witness, long here) throws IOException {
        OptionalLong outside = witness.size();
        OptionalLong seen = outside.isEmpty() ? outside : OptionalLong.of(Math.max(outside.getAsLong(), here));
        if (seen.isPresent() && seen.getAsLong() <= manifest.entries()) {
            return;
        }
        if (!acceptLoss) {
            throw Failure.usage(
                    (seen.isPresent()
                                    ? "the log had " + seen.getAsLong()
                                            + " entries at least when this machine last saw it"
                                    : "this machine has not seen this kernel's log, so nobody can tell what came after")
                            + ", and the backup has " + manifest.entries(),
                    "--accept-loss puts it back all the same, and revokes every grant, since counts and revocations after it are lost");
        }
        fresh.revokeAllGrants("restored a backup of " + Instant.ofEpochMilli(manifest.atMs())
                + ": what the log had after its " + manifest.entries() + " entries is lost");
    }

    /** @param entries how many the log that is here has */
    private record Since(List<Forgetting> forgotten, long entries) {}

    /** What the log that is here says after the backup; one that does not verify counts as far as it does. */
    private Since since(Places places, long from, Terminal terminal) throws IOException {
        Path log = newer.orElse(places.log());
        List<Forgetting> words = new ArrayList<>();
        long[] entries = {0};
        Path key =
                newer.isPresent() && Files.exists(places.coreKey()) ? places.coreKey() : log.resolveSibling("core.pub");
        if (Files.exists(log.resolve("entries")) && Files.exists(key)) {
            LogVerifier.Result result = LogVerifier.read(log, PublicKeyFile.read(key), (index, entry) -> {
                entries[0] = index + 1;
                if (index >= from && entry instanceof Entry.Forgotten it) {
                    words.add(it.forgetting());
                }
            });
            if (result instanceof LogVerifier.Broken(String sentence)) {
                terminal.warn(
                        "the log in " + log + " does not verify: " + sentence,
                        "whom it had forgotten after entry #" + (entries[0] - 1) + " comes back; forget them again");
            }
        } else if (newer.isPresent()) {
            throw Failure.usage(
                    "there is no log in " + log + ", or no core.pub beside it",
                    "name a directory that holds 'entries' and 'checkpoint'");
        }
        return new Since(words, entries[0]);
    }
}
