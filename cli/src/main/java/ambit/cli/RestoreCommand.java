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

    @Parameters(paramLabel = "FILE", description = "What 'ambit backup' wrote.")
    private Path file = Path.of("");

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
        char[][] known = new char[1][];
        Supplier<char[]> passphrase = () -> {
            known[0] = known[0] == null ? new Passphrases(main.environment()).of(file) : known[0];
            return known[0].clone();
        };
        try {
            BackupFile backup = new BackupFile(file);
            Manifest manifest = backup.read(passphrase, _ -> OutputStream.nullOutputStream());
            if (check) {
                terminal.say("ambit: " + file + " is whole: " + words(manifest));
                return;
            }
            restore(project, backup, manifest, passphrase, terminal);
        } catch (DamagedBackup e) {
            throw Failure.unverified(file + " " + e.getMessage(), "nothing was put back; nothing was changed")
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage("the backup could not be put back: " + e, "the state is as it was")
                    .because(e);
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
        boolean there = Files.exists(places.state());
        if (there && !replace) {
            throw Failure.usage(
                    "there is a state in " + places.state() + " already",
                    "--replace keeps it under another name; nothing was changed");
        }
        try (Held _ = there ? StoppedKernel.hold(places)::close : NOTHING) {
            Since since = since(places, manifest.entries(), terminal);
            List<Forgetting> words = since.forgotten();
            Restoration fresh = Restoration.unpack(backup, places, passphrase);
            Optional<Path> before;
            try {
                for (Forgetting word : words) {
                    if (word.transaction().isEmpty()) {
                        fresh.forget(word);
                    }
                }
                Witness witness = Witness.of(places, fresh.keys(), main.environment());
                before = takePlace(project, manifest, fresh, witness, since.entries(), terminal);
            } catch (IOException | Failure e) {
                fresh.discard();
                throw e;
            }
            terminal.say("ambit: put back " + words(manifest));
            before.ifPresent(it -> terminal.say("ambit: what was there before is in " + it));
            words.stream()
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
    }

    private static final Held NOTHING = () -> {};

    private interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private Optional<Path> takePlace(
            Project project, Manifest manifest, Restoration fresh, Witness witness, long here, Terminal terminal)
            throws IOException {
        OptionalLong outside = witness.size();
        OptionalLong seen = outside.isEmpty() ? outside : OptionalLong.of(Math.max(outside.getAsLong(), here));
        boolean newest = seen.isPresent() && seen.getAsLong() <= manifest.entries();
        if (!newest && !acceptLoss) {
            throw Failure.usage(
                    (seen.isPresent()
                                    ? "the log had " + seen.getAsLong()
                                            + " entries at least when this machine last saw it"
                                    : "this machine has not seen this kernel's log, so nobody can tell what came after")
                            + ", and the backup has " + manifest.entries(),
                    "--accept-loss puts it back all the same, and revokes every grant, since counts and revocations after it are lost");
        }
        if (!newest) {
            fresh.revokeAllGrants("restored a backup of " + Instant.ofEpochMilli(manifest.atMs())
                    + ": what the log had after its " + manifest.entries() + " entries is lost");
        }
        long nowMs = Instant.now().toEpochMilli();
        Optional<Path> before = fresh.takePlace(project.file(), nowMs);
        if (!newest) {
            // Last, so that whatever ends this earlier leaves a state that does not start.
            witness.setAside(nowMs);
            terminal.say("ambit: the next start revokes every grant, and the log says why");
        }
        return before;
    }

    /** @param entries how many the log that is here has */
    private record Since(List<Forgetting> forgotten, long entries) {}

    /** What the log that is here says after the backup; one that does not verify counts as far as it does. */
    private Since since(Places places, long from, Terminal terminal) throws IOException {
        Path log = newer.orElse(places.log());
        List<Forgetting> words = new ArrayList<>();
        long[] entries = {0};
        if (Files.exists(log.resolve("entries"))) {
            Path key = newer.isPresent() && Files.exists(places.coreKey())
                    ? places.coreKey()
                    : log.resolveSibling("core.pub");
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
            throw Failure.usage("there is no log in " + log, "name a directory that holds 'entries' and 'checkpoint'");
        }
        return new Since(words, entries[0]);
    }
}
