package ambit.cli;

import ambit.audit.LogTail;
import ambit.audit.LogVerifier;
import ambit.authority.keyfile.PublicKeyFile;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.log.JournalException;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "log",
        description = "Show the audit log: every decision, in its order.",
        mixinStandardHelpOptions = true,
        subcommands = {
            LogVerifyCommand.class,
            LogProveCommand.class,
            LogExportCommand.class,
            LogCosignCommand.class,
            ShipCommand.class,
            ArchiveCommand.class,
            BodyCommand.class,
            ShredCommand.class
        })
final class LogCommand implements Callable<Integer> {

    private static final long LOOK_AGAIN_NANOS = 200_000_000;

    /** Thrown to end quietly when nobody reads any more. */
    private static final class Unread extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unread() {
            super("nobody reads", null, false, false);
        }
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Main main;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is added.")
    private boolean follow;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Only the last N of what is there.")
    private int limit = -1;

    @Option(names = "--json", description = "One JSON object on each line.")
    private boolean json;

    @Option(names = "--archive", paramLabel = "DIR", description = "Where old parts of the log were moved to.")
    private Optional<Path> archive = Optional.empty();

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogFilter filter;

    private final Subject.Reader subjects = new Subject.Reader();

    /** The last lines of what is there, where only those are wanted. */
    private final Deque<LogLine> last = new ArrayDeque<>();

    Main main() {
        return main;
    }

    @Override
    public Integer call() throws IOException {
        Project project = main.project();
        Blob key = coreKey(project);
        if (limit == 0 || limit < -1) {
            throw Failure.usage("--limit needs a number from 1", "such as -n 20");
        }
        BiPredicate<LogLine, Subject> wanted =
                filter.predicate(new KeyRing(project.places().keys()), Instant.now());
        try {
            LogTail.Place end = showAll(project.places().log(), key, wanted);
            if (follow) {
                follow(project.places().log(), end, wanted);
            }
        } catch (Unread _) {
            // As with any other command in a pipe.
        }
        return ExitCode.OK;
    }

    /** Shows what is there, as far as it is verified, and returns where it ends. */
    private LogTail.Place showAll(Path directory, Blob key, BiPredicate<LogLine, Subject> wanted) {
        LogVerifier.Result result = LogVerifier.read(directory, archive, key, (index, entry) -> {
            LogLine line = new LogLine(index, entry);
            if (!wanted.test(line, subjects.next(line))) {
                return;
            }
            if (limit < 0) {
                show(line);
                return;
            }
            last.addLast(line);
            if (last.size() > limit) {
                last.removeFirst();
            }
        });
        last.forEach(this::show);
        return switch (result) {
            case LogVerifier.Intact intact -> {
                if (intact.unseen() > 0) {
                    main.terminal().hint(archivedBefore(intact.unseen()));
                }
                yield intact.end();
            }
            case LogVerifier.Broken(String sentence) -> throw broken(sentence);
        };
    }

    private void follow(Path directory, LogTail.Place end, BiPredicate<LogLine, Subject> wanted) throws IOException {
        try (LogTail tail = LogTail.open(directory, end)) {
            while (!Thread.currentThread().isInterrupted()) {
                tail.read(tail.length(), (index, entry, _) -> {
                    LogLine line = new LogLine(index, entry);
                    if (wanted.test(line, subjects.next(line))) {
                        show(line);
                    }
                    return true;
                });
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        } catch (JournalException e) {
            throw broken(String.valueOf(e.getMessage()));
        }
    }

    private void show(LogLine line) {
        Terminal terminal = main.terminal();
        terminal.result(json ? JsonText.write(line.json()) : line.text(terminal));
        if (terminal.unread()) {
            throw new Unread();
        }
    }

    static String archivedBefore(long index) {
        return "what is before #" + index + " was archived; --archive DIR shows it, if it is there";
    }

    static Failure broken(String sentence) {
        return Failure.unverified("the log is not intact: " + sentence, "'ambit log verify' says the same");
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
}
