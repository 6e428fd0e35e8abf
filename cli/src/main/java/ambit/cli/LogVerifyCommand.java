package ambit.cli;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.ExportVerifier;
import ambit.audit.tlog.LogProof;
import ambit.audit.tlog.TileSource;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
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
            description = "A witness that must have cosigned the checkpoint. Can be repeated.")
    private List<String> witnesses = List.of();

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
            TileSource source = web ? TileSource.web(HttpAddress.parse(target)) : TileSource.directory(path);
            Path file = key.orElseGet(() -> log.main.project().places().coreKey());
            if (opaque) {
                String origin = origin(source);
                return report(
                        ExportVerifier.readOpaque(source, new CoreKeyFile(file).keys(origin), kept, (_, _) -> {}),
                        () -> Note.parse(source.read("checkpoint")));
            }
            return report(
                    ExportVerifier.read(source, new CoreKeyFile(file).key(), kept, (_, _, _) -> {}),
                    () -> Note.parse(source.read("checkpoint")));
        }
        Path entries = target.isEmpty() ? log.main.project().places().log() : path;
        Path file = key.orElseGet(() -> entries.resolveSibling("core.pub"));
        return report(
                LogVerifier.read(entries, archive, new CoreKeyFile(file).key(), kept, (_, _, _) -> {}),
                () -> LogVerifier.checkpoint(entries));
    }

    private static String origin(TileSource source) {
        try {
            return Checkpoint.of(Note.parse(source.read("checkpoint"))).origin();
        } catch (IOException | JournalException e) {
            return "";
        }
    }

    /** Reads a checkpoint. */
    private interface Reading {
        Note read() throws IOException;
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

    private int report(LogVerifier.Result result, Reading reading) throws IOException {
        return switch (result) {
            case LogVerifier.Intact intact -> {
                try {
                    List<String> cosigned =
                            cosigned(witnesses.isEmpty() ? Optional.empty() : Optional.of(reading.read()));
                    Terminal terminal = log.main.terminal();
                    terminal.result(json ? JsonText.write(object(intact)) : words(intact) + String.join("", cosigned));
                    yield ExitCode.OK;
                } catch (JournalException e) {
                    yield broken("log", String.valueOf(e.getMessage()));
                }
            }
            case LogVerifier.Broken(String sentence) -> broken("log", sentence);
        };
    }

    private int broken(String what, String sentence) {
        Terminal terminal = log.main.terminal();
        if (json) {
            terminal.result(JsonText.write(JsonText.object("intact", false, "problem", sentence)));
        } else {
            terminal.error(
                    "the " + what + " is not intact: " + sentence,
                    what.equals("log") ? "trust nothing after this place" : "it proves nothing");
        }
        return ExitCode.AGENT_FAILED;
    }

    /** A line about each witness that must have cosigned. */
    private List<String> cosigned(Optional<Note> note) {
        List<String> lines = new ArrayList<>();
        for (String text : witnesses) {
            VerifierKey witness = WitnessCommand.vkey(text);
            Note checkpoint = note.orElseThrow();
            if (checkpoint.verifiedBy(List.of(witness)).isEmpty()) {
                throw new JournalException("the witness " + witness.name() + " has not cosigned the checkpoint");
            }
            NoteLine line = checkpoint.signatures().stream()
                    .filter(it -> it.isOf(witness))
                    .findFirst()
                    .orElseThrow();
            lines.add("\ncosigned by " + witness.name()
                    + (witness.type() == VerifierKey.ED25519 ? "" : " at " + Instant.ofEpochSecond(line.time())));
        }
        return lines;
    }

    private int proof(Path file) throws IOException {
        try {
            byte[] bytes = small(file, LogProof.MAX);
            LogProof proof = entry.isPresent() ? LogProof.parse(bytes, entryOf(entry.get())) : LogProof.parse(bytes);
            String origin = Checkpoint.of(proof.checkpoint()).origin();
            Path keys = key.orElseGet(() -> log.main.project().places().coreKey());
            LogProof.Proved proved = proof.verify(
                    new CoreKeyFile(keys).keys(origin),
                    witnesses.stream().map(WitnessCommand::vkey).toList());
            List<String> cosigned = cosigned(Optional.of(proof.checkpoint()));
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
                        "entry", line.json())));
            } else {
                terminal.result(line.text(terminal) + "\nis entry #" + proof.index() + " of "
                        + proved.checkpoint().head().size() + " in the log "
                        + proved.checkpoint().origin()
                        + ", signed by its core" + String.join("", cosigned));
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

    private int opaque(LogProof proof, LogProof.Proved proved, List<String> cosigned) {
        Terminal terminal = log.main.terminal();
        Checkpoint checkpoint = proved.checkpoint();
        terminal.result(
                json
                        ? JsonText.write(JsonText.object(
                                "intact", true,
                                "origin", checkpoint.origin(),
                                "index", proof.index(),
                                "size", checkpoint.head().size(),
                                "root", checkpoint.head().root().toHex()))
                        : entry.orElseThrow() + "\nis entry #" + proof.index() + " of "
                                + checkpoint.head().size() + " in the log " + checkpoint.origin()
                                + ", signed by its key" + String.join("", cosigned));
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

    private static ambit.wire.Json object(LogVerifier.Intact it) {
        return JsonText.object(
                "intact", true,
                "origin", it.origin(),
                "entries", it.head().size(),
                "signed", it.signed(),
                "root", it.head().root().toHex(),
                "tornBytes", it.torn(),
                "unseen", it.unseen());
    }
}
