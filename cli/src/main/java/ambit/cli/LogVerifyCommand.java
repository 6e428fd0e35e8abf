package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.ExportVerifier;
import ambit.audit.tlog.LogProof;
import ambit.audit.tlog.Quorum;
import ambit.audit.tlog.TileSource;
import ambit.cli.config.Witnesses;
import ambit.cli.cosigning.CosignedCheckpoint;
import ambit.cli.cosigning.WitnessState;
import ambit.cli.cosigning.WitnessStates;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Needs a log, an export or a proof, and the core's public key; nothing of the kernel. */
@Command(
        name = "verify",
        description = "Verify a log, an export of it or a proof offline: nothing was changed, dropped or reordered.",
        mixinStandardHelpOptions = true)
final class LogVerifyCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LogCommand log;

    @Parameters(
            paramLabel = "DIR|URL|FILE",
            arity = "0..1",
            description =
                    "A log's directory, an export's directory or URL, or a .tlog-proof; this project's log otherwise.")
    private String target = "";

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The core's public key (core.pub or core.vkey); the one beside the log otherwise.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--since",
            paramLabel = "FILE",
            description = "A checkpoint that was kept: the log must continue it. Can be repeated.")
    private List<Path> since = List.of();

    @Option(
            names = "--witness-key",
            paramLabel = "VKEY",
            description =
                    "A witness that must have cosigned the checkpoint. Can be repeated: keys of one name are one witness's. Those of ambit.yaml otherwise.")
    private List<String> witnesses = List.of();

    @Option(
            names = "--quorum",
            paramLabel = "N",
            description = "How many of the witnesses must have; all of them otherwise.")
    private Optional<Integer> need = Optional.empty();

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "Where old parts of the log were moved to; without it the rest is verified.")
    private Optional<Path> archive = Optional.empty();

    @Option(
            names = "--entry",
            paramLabel = "FILE",
            description =
                    "Of a .tlog-proof: the bytes of the entry that it is to be of, if it is of another log than Ambit's.")
    private Optional<Path> entry = Optional.empty();

    @Option(
            names = "--opaque",
            description =
                    "Of an export: it is another log than Ambit's. Checks hashes, tiles and signatures, not what entries say.")
    private boolean opaque;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        boolean web = HttpAddress.looksLike(target);
        Path path = (target.isEmpty() || web ? log.main.directory() : Path.of(target))
                .toAbsolutePath()
                .normalize();
        if (!web && !Files.exists(path)) {
            throw Failure.usage(path + " does not exist", "name a log, an export or a .tlog-proof");
        }
        if (!target.isEmpty() && !web && Files.isRegularFile(path)) {
            return proof(path);
        }
        List<Note> kept = new ArrayList<>();
        for (Path file : since) {
            kept.add(note(file));
        }
        if (web || Files.isDirectory(path.resolve("tile"))) {
            return export(web ? TileSource.web(HttpAddress.parse(target)) : TileSource.directory(path), kept);
        }
        return target.isEmpty() || isOwn(path) ? own(kept) : log(path, kept);
    }

    /** Whether the project's own log is named by its directory. */
    private boolean isOwn(Path path) throws IOException {
        Optional<Project> project = log.main.projectIfAny();
        return project.isPresent()
                && Files.exists(project.get().places().log())
                && Files.isSameFile(path, project.get().places().log());
    }

    private int export(TileSource source, List<Note> kept) throws IOException {
        Path file = key.orElseGet(() -> log.main.project().places().coreKey());
        Optional<Quorum> quorum = quorum(key.isEmpty());
        LogVerifier.Result result = opaque
                ? ExportVerifier.readOpaque(source, new CoreKeyFile(file).keys(origin(source)), kept, (_, _) -> {})
                : ExportVerifier.read(source, new CoreKeyFile(file).key(), kept, (_, _, _) -> {});
        return report(result, quorum, it -> Optional.of(it.checkpoint()));
    }

    /** A log in some directory, of which nobody keeps what is cosigned. */
    private int log(Path entries, List<Note> kept) throws IOException {
        Path file = key.orElseGet(() -> entries.resolveSibling("core.pub"));
        LogVerifier.Result result =
                LogVerifier.read(entries, archive, new CoreKeyFile(file).key(), kept, (_, _, _) -> {});
        return report(result, quorum(false), it -> Optional.of(it.checkpoint()));
    }

    /** The project's log, which must continue what its witnesses have cosigned. */
    private int own(List<Note> kept) throws IOException {
        Project project = log.main.project();
        Optional<Quorum> quorum = quorum(true);
        Optional<Note> cosigned = quorum.isEmpty() ? Optional.empty() : cosigned(project);
        cosigned.ifPresent(kept::add);
        Path entries = project.places().log();
        Path file = key.orElseGet(() -> project.places().coreKey());
        LogVerifier.Result result =
                LogVerifier.read(entries, archive, new CoreKeyFile(file).key(), kept, (_, _, _) -> {});
        if (result instanceof LogVerifier.Intact && quorum.isPresent()) {
            WitnessStates.Known known = WitnessAlarms.all(project);
            Optional<WitnessState> alarm = WitnessAlarms.of(known).stream().findFirst();
            if (alarm.isPresent()) {
                return broken("log", alarm.get().alarm(), WitnessState.ALARM_HINT);
            }
            if (!known.damaged().isEmpty()) {
                String sentence = known.damaged().getFirst();
                return failed(sentence, sentence, "nobody can tell whether it knows another log");
            }
        }
        return report(result, quorum, _ -> cosigned);
    }

    private Optional<Note> cosigned(Project project) throws IOException {
        try {
            return new CosignedCheckpoint(project.places()).note();
        } catch (JournalException e) {
            throw Failure.unverified(
                    "what witnesses have cosigned cannot be read: " + e.getMessage(),
                    "move the file away, and 'ambit log cosign' asks them again");
        }
    }

    /** What is asked of witnesses: by the options, or else by {@code ambit.yaml} if this is about the project's own log. */
    private Optional<Quorum> quorum(boolean own) {
        if (witnesses.isEmpty()) {
            if (need.isPresent()) {
                throw Failure.usage("--quorum of which witnesses?", "name each with --witness-key");
            }
            return own
                    ? log.main.project().config(log.main.terminal()).witnesses().map(Witnesses::quorum)
                    : Optional.empty();
        }
        List<Quorum.Member> members =
                Quorum.members(witnesses.stream().map(WitnessCommand::vkey).toList());
        int number = need.orElse(members.size());
        if (number < 1 || number > members.size()) {
            throw Failure.usage(
                    "a quorum of " + number + " cannot be reached by "
                            + Sentences.count(members.size(), "witness", "witnesses"),
                    "--quorum is from 1 to the number of witnesses that are named with --witness-key");
        }
        if (members.stream()
                        .flatMap(it -> it.keys().stream())
                        .map(VerifierKey::key)
                        .distinct()
                        .count()
                < members.stream().mapToLong(it -> it.keys().size()).sum()) {
            throw Failure.usage(
                    "a key stands twice among those of the witnesses", "each counts once for the quorum: name it once");
        }
        return Optional.of(new Quorum(members, number));
    }

    private static String origin(TileSource source) {
        try {
            return Checkpoint.of(Note.parse(source.read("checkpoint"))).origin();
        } catch (IOException | JournalException e) {
            return "";
        }
    }

    private static Note note(Path file) {
        try {
            return Note.parse(small(file, Note.MAX));
        } catch (IOException | JournalException e) {
            throw Failure.usage("cannot read a checkpoint from " + file, "it is a copy of a file named 'checkpoint'")
                    .because(e);
        }
    }

    private static byte[] small(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most + 1);
        }
    }

    /**
     * Says what was found.
     *
     * @param checkpoint the one that witnesses are to have cosigned, if there is one: never one that was not verified
     */
    private int report(
            LogVerifier.Result result,
            Optional<Quorum> quorum,
            Function<LogVerifier.Intact, Optional<Note>> checkpoint) {
        return switch (result) {
            case LogVerifier.Intact intact -> {
                try {
                    List<Quorum.Cosigned> cosigned = quorum.isEmpty()
                            ? List.of()
                            : checkpoint
                                    .apply(intact)
                                    .map(quorum.get()::cosigned)
                                    .orElse(List.of());
                    yield lacks("log", quorum, cosigned).orElseGet(() -> intact(intact, cosigned));
                } catch (JournalException e) {
                    yield broken("log", String.valueOf(e.getMessage()));
                }
            }
            case LogVerifier.Broken(String sentence) -> broken("log", sentence);
        };
    }

    private int intact(LogVerifier.Intact intact, List<Quorum.Cosigned> cosigned) {
        log.main
                .terminal()
                .result(
                        json
                                ? JsonText.write(object(intact, cosigned))
                                : words(intact) + words(cosigned) + notYet(intact, cosigned));
        return ExitCode.OK;
    }

    /** Says so, if these are too few. */
    private Optional<Integer> lacks(String what, Optional<Quorum> quorum, List<Quorum.Cosigned> cosigned) {
        return quorum.filter(it -> cosigned.size() < it.need())
                .map(it -> "the " + what + " lacks a quorum: " + it.missing(cosigned))
                .map(sentence -> failed(
                        sentence,
                        sentence,
                        "it is the word of its core alone; 'ambit log cosign' asks the witnesses, where the log is"));
    }

    private int broken(String what, String sentence) {
        return broken(what, sentence, what.equals("log") ? "trust nothing after this place" : "it proves nothing");
    }

    private int broken(String what, String sentence, String hint) {
        return failed("the " + what + " is not intact: " + sentence, sentence, hint);
    }

    private int failed(String sentence, String problem, String hint) {
        Terminal terminal = log.main.terminal();
        if (json) {
            terminal.result(JsonText.write(JsonText.object("intact", false, "problem", problem)));
        } else {
            // It may hold what a witness or a web server says.
            terminal.error(Terminal.plain(sentence), hint);
        }
        return ExitCode.AGENT_FAILED;
    }

    /** A line about each witness. */
    private static String words(List<Quorum.Cosigned> cosigned) {
        return cosigned.stream()
                .map(it -> "\nthe first " + Sentences.count(it.size(), "entry", "entries") + " cosigned by " + it.name()
                        + (it.atS() == 0 ? "" : " at " + Instant.ofEpochSecond(it.atS())))
                .collect(Collectors.joining());
    }

    private static String notYet(LogVerifier.Intact intact, List<Quorum.Cosigned> cosigned) {
        long rest = cosigned.stream()
                .findFirst()
                .map(it -> intact.head().size() - it.size())
                .orElse(0L);
        return rest == 0 ? "" : "\n" + Sentences.count(rest, "entry", "entries") + " after them not cosigned yet";
    }

    private int proof(Path file) throws IOException {
        try {
            byte[] bytes = small(file, LogProof.MAX);
            LogProof proof = entry.isPresent() ? LogProof.parse(bytes, entryOf(entry.get())) : LogProof.parse(bytes);
            String origin = Checkpoint.of(proof.checkpoint()).origin();
            Path keys = key.orElseGet(() -> log.main.project().places().coreKey());
            Optional<Quorum> quorum = quorum(key.isEmpty());
            LogProof.Proved proved = proof.verify(new CoreKeyFile(keys).keys(origin), List.of());
            List<Quorum.Cosigned> cosigned =
                    quorum.map(it -> it.cosigned(proof.checkpoint())).orElse(List.of());
            Optional<Integer> lacking = lacks("proof", quorum, cosigned);
            if (lacking.isPresent()) {
                return lacking.get();
            }
            if (entry.isPresent()) {
                return opaque(proof, proved, cosigned);
            }
            LogLine line = new LogLine(proof.index(), Entry.decode(proof.entry().toArray()));
            Terminal terminal = log.main.terminal();
            if (json) {
                terminal.result(JsonText.write(JsonText.object(
                        "intact", true,
                        "origin", proved.checkpoint().origin(),
                        "index", proof.index(),
                        "size", proved.checkpoint().head().size(),
                        "root", proved.checkpoint().head().root().toHex(),
                        "cosigned", objects(cosigned),
                        "entry", line.json())));
            } else {
                terminal.result(line.text(terminal) + "\nis entry #" + proof.index() + " of "
                        + proved.checkpoint().head().size() + " in the log "
                        + proved.checkpoint().origin()
                        + ", signed by its core" + words(cosigned));
            }
            return ExitCode.OK;
        } catch (JournalException e) {
            return broken("proof", String.valueOf(e.getMessage()));
        }
    }

    private static Blob entryOf(Path file) {
        try {
            return Blob.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw Failure.usage("cannot read the entry from " + file, "it is the file with exactly its bytes")
                    .because(e);
        }
    }

    private int opaque(LogProof proof, LogProof.Proved proved, List<Quorum.Cosigned> cosigned) {
        Terminal terminal = log.main.terminal();
        Checkpoint checkpoint = proved.checkpoint();
        terminal.result(
                json
                        ? JsonText.write(JsonText.object(
                                "intact", true,
                                "origin", checkpoint.origin(),
                                "index", proof.index(),
                                "size", checkpoint.head().size(),
                                "root", checkpoint.head().root().toHex(),
                                "cosigned", objects(cosigned)))
                        : entry.orElseThrow() + "\nis entry #" + proof.index() + " of "
                                + checkpoint.head().size() + " in the log " + checkpoint.origin()
                                + ", signed by its key" + words(cosigned));
        return ExitCode.OK;
    }

    private String words(LogVerifier.Intact it) {
        String after = it.head().size() > it.signed()
                ? ", " + (it.head().size() - it.signed()) + " more since the last checkpoint"
                : "";
        String from = it.unseen() == 0
                ? ""
                : " from #" + it.unseen()
                        + " on, and leads to the core's snapshot; what is before was archived and not looked at";
        return "the log is intact" + from + ": " + Sentences.count(it.head().size(), "entry", "entries") + ", "
                + it.signed()
                + (opaque ? " of them signed" : " of them signed by the core") + after + "\nroot "
                + it.head().root().toHex();
    }

    private static ambit.wire.Json object(LogVerifier.Intact it, List<Quorum.Cosigned> cosigned) {
        return JsonText.object(
                "intact", true,
                "origin", it.origin(),
                "entries", it.head().size(),
                "signed", it.signed(),
                "root", it.head().root().toHex(),
                "tornBytes", it.torn(),
                "unseen", it.unseen(),
                "cosigned", objects(cosigned));
    }

    private static List<ambit.wire.Json> objects(List<Quorum.Cosigned> cosigned) {
        return cosigned.stream()
                .map(it -> JsonText.object("name", it.name(), "entries", it.size(), "atS", it.atS()))
                .toList();
    }
}
