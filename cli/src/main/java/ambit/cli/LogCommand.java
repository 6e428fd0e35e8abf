package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "log",
        description = "Show the audit log: every decision, in its order.",
        mixinStandardHelpOptions = true,
        subcommands = {LogCommand.Verify.class, BodyCommand.class, ShredCommand.class})
final class LogCommand implements Callable<Integer> {

    private static final long LOOK_AGAIN_NANOS = 200_000_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is added.")
    private boolean follow;

    @Option(names = "--transaction", paramLabel = "T", description = "Only this transaction (or what begins like it).")
    private String transaction = "";

    @Option(names = "--denied", description = "Only refusals.")
    private boolean denied;

    @Option(names = "--json", description = "One JSON object on each line.")
    private boolean json;

    /** The transaction of each permit, because an outcome names its permit only. */
    private final Map<Blob, String> permits = new HashMap<>();

    private long shown = -1;

    Main main() {
        return main;
    }

    @Override
    public Integer call() throws IOException {
        Project project = main.project();
        Path directory = project.places().log();
        Blob key = coreKey(project);
        Terminal terminal = main.terminal();
        long size = -1;
        do {
            long now = Files.size(directory.resolve("entries"));
            if (now != size) {
                size = now;
                show(directory, key, terminal);
            }
            if (follow) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        } while (follow && !Thread.currentThread().isInterrupted());
        return ExitCode.OK;
    }

    /** The key that the project's log is verified with. */
    static Blob coreKey(Project project) {
        if (!Files.exists(project.places().log().resolve("entries"))) {
            throw Failure.usage("there is no log yet", "the first 'ambit run' or 'ambit up' begins it");
        }
        try {
            return PublicKeyFile.read(project.places().coreKey());
        } catch (IOException e) {
            throw Failure.usage("cannot read the core's public key", "who started the kernel may read it")
                    .because(e);
        }
    }

    private void show(Path directory, Blob key, Terminal terminal) {
        LogVerifier.Result result = LogVerifier.read(directory, key, (index, entry) -> {
            if (index > shown) {
                shown = index;
                line(new LogLine(index, entry), terminal);
            }
        });
        if (result instanceof LogVerifier.Broken(String sentence)) {
            throw Failure.kernel("the log is not intact: " + sentence, "'ambit log verify' says the same");
        }
    }

    private void line(LogLine line, Terminal terminal) {
        if (line.entry() instanceof Entry.Allowed allowed) {
            permits.put(allowed.permit(), allowed.transaction());
        }
        Optional<String> of = line.entry() instanceof Entry.Outcome outcome
                ? Optional.ofNullable(permits.get(outcome.permit()))
                : line.transaction();
        boolean wanted =
                (transaction.isEmpty() || of.orElse("").startsWith(transaction)) && (!denied || line.isDenied());
        if (wanted) {
            terminal.result(json ? JsonText.write(line.json()) : line.text(terminal));
        }
    }

    /** Needs the log's directory and the core's public key, and nothing of the kernel. */
    @Command(
            name = "verify",
            description = "Verify a log offline: nothing was changed, dropped or reordered.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {

        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private LogCommand log;

        @Parameters(paramLabel = "DIR", arity = "0..1", description = "The log's directory; this project's otherwise.")
        private Optional<Path> directory = Optional.empty();

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "The core's public key; the one beside the log otherwise.")
        private Optional<Path> key = Optional.empty();

        @Option(names = "--json", description = "One JSON document on standard output.")
        private boolean json;

        @Override
        public Integer call() {
            Path entries = directory
                    .orElseGet(() -> log.main.project().places().log())
                    .toAbsolutePath()
                    .normalize();
            Path keyFile = key.orElseGet(() -> entries.resolveSibling("core.pub"));
            LogVerifier.Result result = LogVerifier.verify(entries, keyOf(keyFile));
            Terminal terminal = log.main.terminal();
            return switch (result) {
                case LogVerifier.Intact intact -> {
                    terminal.result(json ? JsonText.write(object(intact)) : words(intact));
                    yield ExitCode.OK;
                }
                case LogVerifier.Broken(String sentence) -> {
                    if (json) {
                        terminal.result(JsonText.write(JsonText.object("intact", false, "problem", sentence)));
                    } else {
                        terminal.error("the log is not intact: " + sentence, "trust nothing after this place");
                    }
                    yield ExitCode.AGENT_FAILED;
                }
            };
        }

        private static Blob keyOf(Path file) {
            try {
                return PublicKeyFile.read(file);
            } catch (IOException e) {
                throw Failure.usage("cannot read the core's public key from " + file, "name it with --key")
                        .because(e);
            }
        }

        private static String words(LogVerifier.Intact it) {
            String after = it.head().size() > it.signed()
                    ? ", " + (it.head().size() - it.signed()) + " more since the last checkpoint"
                    : "";
            return "the log is intact: " + Sentences.count(it.head().size(), "entry", "entries") + ", " + it.signed()
                    + " of them signed by the core" + after + "\nroot "
                    + it.head().root().toHex();
        }

        private static ambit.wire.Json object(LogVerifier.Intact it) {
            return JsonText.object(
                    "intact", true,
                    "origin", it.origin(),
                    "entries", it.head().size(),
                    "signed", it.signed(),
                    "root", it.head().root().toHex(),
                    "tornBytes", it.torn());
        }
    }
}
