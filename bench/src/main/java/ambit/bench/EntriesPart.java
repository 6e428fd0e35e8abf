package ambit.bench;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.Export;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How many bytes a call leaves in the log and in an export of it, beside lines of JSON that say the same to who believes them. */
final class EntriesPart implements Part {

    /** What a record of the log has besides its entry: its length and the chain hash. */
    private static final int RECORD = 4 + 32;

    /** What an entry has before it in a bundle of an export: its length. */
    private static final int BUNDLED = 2;

    private static final String PLAIN = "a line of JSON in a plain file: ";

    private final Path jars;
    private final Path place;
    private final int count;

    /**
     * @param jars the directory of the core's jars
     * @param place where the log and the export are made
     */
    EntriesPart(Path jars, Path place, int count) {
        this.jars = jars;
        this.place = place;
        this.count = count;
    }

    /** A kind of entry: bytes of its records, and of the lines. */
    private record Kind(List<Integer> records, List<Integer> lines) {

        Kind() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(byte[] entry, String line) {
            records.add(RECORD + entry.length);
            lines.add(line.getBytes(StandardCharsets.UTF_8).length + 1);
        }

        Row row(String what, String line) {
            return Row.ofBytes(what, Samples.of(records), PLAIN + line, Samples.of(lines));
        }

        double record() {
            return Samples.of(records).p50();
        }

        double line() {
            return Samples.of(lines).p50();
        }
    }

    /** What a log has of the calls that were made. */
    private record Kinds(Kind allowed, Kind outcome, Kind denied) {

        Kinds() {
            this(new Kind(), new Kind(), new Kind());
        }

        void add(byte[] bytes, Entry entry) {
            switch (entry) {
                case Entry.Allowed it -> allowed.add(bytes, called(it.atMs(), it.transaction(), it.capability()));
                case Entry.Outcome it ->
                    outcome.add(
                            bytes,
                            "{\"at\":\"%s\",\"call\":\"%s\",\"status\":%d,\"bytes\":%d,\"millis\":%d}"
                                    .formatted(
                                            Instant.ofEpochMilli(it.atMs()),
                                            it.permit().toHex(),
                                            it.status(),
                                            it.bytes(),
                                            it.millis()));
                case Entry.Denied it -> denied.add(bytes, called(it.atMs(), it.transaction(), it.sentence()));
                default -> {}
            }
        }

        /** The baseline's line: when, who, what, with which parameters. */
        private static String called(long atMs, String transaction, String what) {
            return "{\"at\":\"%s\",\"transaction\":\"%s\",\"what\":\"%s\",\"params\":%s}"
                    .formatted(Instant.ofEpochMilli(atMs), transaction, what, Charter.PARAMETERS);
        }
    }

    @Override
    public Result measure() throws Exception {
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "entries")) {
            Path log;
            Blob key;
            Charter charter = new Charter();
            try (CoreServer core = CoreServer.start(jars, directory.path(), charter)) {
                call(core, charter);
                log = core.log();
                key = core.key();
            }
            return new Result(rows(log, key, directory.path().resolve("export")), List.of());
        }
    }

    private void call(CoreServer core, Charter charter) throws IOException {
        FrameChannel broker = core.broker();
        Receipts driver = core.receipts();
        Admitted context = DecisionPart.admitted(CoreServer.ask(broker, charter.admission(3600)));
        for (int i = 0; i < count; i++) {
            if (!(CoreServer.ask(broker, Charter.call(context, Charter.WRITE)) instanceof Permitted permitted)) {
                throw new IOException("the core permits it no more");
            }
            driver.succeeded(permitted);
            if (!(CoreServer.ask(broker, Charter.callOfNothing(context)) instanceof Denied)) {
                throw new IOException("the core does not deny it");
            }
        }
    }

    private List<Row> rows(Path log, Blob key, Path export) throws IOException {
        Kinds kinds = new Kinds();
        LogVerifier.Result result = LogVerifier.read(log, key, List.of(), (_, bytes, entry) -> kinds.add(bytes, entry));
        if (!(result instanceof LogVerifier.Intact intact)) {
            throw new IOException("the log is not intact: " + result);
        }
        new Export(export).update(log, key, Optional.empty());
        double checkpoint = (double) Files.size(log.resolve("checkpoint")) / count;
        double bundled = 2 * (BUNDLED - RECORD) + kinds.allowed.record() + kinds.outcome.record();
        double hashes = 2.0 * hashes(export) / intact.head().size();
        double call = kinds.allowed.record() + kinds.outcome.record();
        double lines = kinds.allowed.line() + kinds.outcome.line();
        String both = PLAIN + "one of the call, one of its outcome";
        return List.of(
                kinds.allowed.row("log: a call that is allowed", "time, transaction, tool, parameters"),
                kinds.outcome.row("log: its outcome", "time, call, status, size, duration"),
                kinds.denied.row("log: a call that is denied", "time, transaction, sentence, parameters"),
                Row.ofBytes("log: a `tool_call`, allowed and its outcome", call, both, lines),
                Row.ofBytes(
                        String.format(Locale.ROOT, "the same and its share of the checkpoint over %,d calls", count),
                        call + checkpoint,
                        both,
                        lines),
                Row.ofBytes(
                        "the same in an export: entries, hash tiles, share of the checkpoint",
                        bundled + hashes + checkpoint,
                        both,
                        lines));
    }

    /** Bytes of all tiles but those of entries. */
    private static long hashes(Path export) throws IOException {
        Path tiles = export.resolve("tile");
        return TemporaryDirectory.bytes(tiles) - TemporaryDirectory.bytes(tiles.resolve("entries"));
    }
}
