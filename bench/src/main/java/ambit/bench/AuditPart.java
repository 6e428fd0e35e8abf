package ambit.bench;

import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Intact;
import ambit.authority.signing.SigningKey;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** What it takes to check a large log, and to prove and check one of its entries: by the classes that {@code ambit log} uses. */
final class AuditPart implements Part {

    private static final int LOOKS = 4;

    private final Path root;
    private final Path place;
    private final int entries;
    private final int checks;
    private final int proofs;

    /**
     * @param root the checkout, whose {@code ambit} command is measured too
     * @param place where the log and the export are made
     * @param entries of the log
     * @param checks how often all of it is read
     * @param proofs how often one entry is proved
     */
    AuditPart(Path root, Path place, int entries, int checks, int proofs) {
        this.root = root;
        this.place = place;
        this.entries = entries;
        this.checks = checks;
        this.proofs = proofs;
    }

    @Override
    public Result measure() throws Exception {
        try (TemporaryDirectory directory = TemporaryDirectory.in(place, "audit")) {
            SampleLog log = SampleLog.write(directory.path().resolve("log"), SigningKey.generate(), entries);
            ProofTimes times = new ProofTimes(log, proofs);
            List<Row> rows = new ArrayList<>(whole(log, times, directory.path().resolve("core.vkey")));
            rows.addAll(memory(log, times));
            rows.addAll(times.ofOne(directory.path().resolve("export")));
            return new Result(rows, List.of());
        }
    }

    /** What reads all of the log. */
    private List<Row> whole(SampleLog log, ProofTimes prover, Path keys) throws Exception {
        Files.writeString(keys, log.key().verifiers());
        Blob root = BareTree.root(log.directory());
        List<Samples> times = Turns.times(
                1,
                checks,
                List.of(
                        () -> verify(log, root, (_, _) -> {}),
                        () -> command(log, keys),
                        () -> prover.fromLog(entries / 2),
                        () -> requireSame(root, BareTree.root(log.directory()))));
        String bare = "bare SHA-256 of its leaves and nodes, 1 thread";
        String all = String.format(Locale.ROOT, "a log of %,d entries", entries);
        Samples least = times.get(3);
        return List.of(
                rate("entries verified of " + all + ", 1 thread", times.get(0), bare, least),
                rate("entries verified by `ambit log verify` of it, its start included", times.get(1), bare, least),
                Row.ofTimes(
                        "a proof of one entry made of the log itself, all of which is verified",
                        times.get(2),
                        "the log verified, nothing proved",
                        times.get(0)));
    }

    private Row rate(String what, Samples nanos, String baseline, Samples base) {
        return Row.ofRates(what, nanos.perSecond(entries), baseline, base.perSecond(entries));
    }

    private static void verify(SampleLog log, Blob root, BiConsumer<Long, Entry> visitor) throws IOException {
        LogVerifier.Result result =
                LogVerifier.read(log.directory(), log.key().key().publicKey(), visitor::accept);
        if (!(result instanceof Intact intact)) {
            throw new IOException("the log is not intact: " + result);
        }
        requireSame(root, intact.head().root());
    }

    private static void requireSame(Blob root, Blob other) throws IOException {
        if (!root.equals(other)) {
            throw new IOException("two readings of one log have different roots");
        }
    }

    private void command(SampleLog log, Path keys) throws IOException, InterruptedException {
        Programs.run(
                place,
                Map.of("AMBIT_NO_BUILD", "1"),
                place.resolve("audit.err"),
                List.of(
                        root.resolve("ambit").toString(),
                        "log",
                        "verify",
                        log.directory().toString(),
                        "--key",
                        keys.toString()));
    }

    /** The heap while the log is read, and of what can prove one of its entries. */
    private List<Row> memory(SampleLog log, ProofTimes prover) throws Exception {
        Blob root = BareTree.root(log.directory());
        List<Long> looks = new ArrayList<>();
        long before = Heap.used();
        verify(log, root, (index, _) -> {
            if ((index + 1) % (entries / LOOKS) == 0) {
                looks.add(Heap.used() - before);
            }
        });
        double most = Math.max(0, looks.stream().mapToLong(it -> it).max().orElseThrow());
        double proving = prover.heap(entries / 2);
        double size = log.bytes();
        String disk = "the log on the disk";
        return List.of(
                Row.ofBytes("heap that verification holds, at most (of " + LOOKS + " looks)", most, disk, size),
                Row.ofBytes("heap that a proof made of the log itself holds", proving, disk, size));
    }
}
