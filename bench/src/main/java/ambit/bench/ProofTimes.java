package ambit.bench;

import ambit.audit.LogVerifier;
import ambit.audit.tlog.Export;
import ambit.audit.tlog.ExportVerifier;
import ambit.audit.tlog.LogProof;
import ambit.audit.tlog.Prover;
import ambit.audit.tlog.TileSource;
import ambit.authority.signing.Signed;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Proofs of single entries of one log. */
final class ProofTimes {

    private static final int WARM_UP = 500;
    private static final int DIFFERENT = 256;

    /** About what is signed: a checkpoint's text. */
    private static final int SIGNED_BYTES = 100;

    private final SampleLog log;
    private final Blob core;
    private final int count;

    ProofTimes(SampleLog log, int count) {
        this.log = log;
        this.core = log.key().key().publicKey();
        this.count = count;
    }

    /** Reads all of the log for a proof, as {@code ambit log prove} does. */
    LogProof fromLog(long index) throws IOException {
        return prover(index).prove(index);
    }

    private Prover prover(long wanted) throws IOException {
        return Prover.of(log.directory(), core, LogVerifier.checkpoint(log.directory()), (index, _) -> index == wanted);
    }

    /** Bytes of the heap that it takes to have read the log for a proof. */
    long heap(long index) throws IOException {
        long before = Heap.used();
        Prover prover = prover(index);
        long after = Heap.used();
        prover.prove(index);
        return after - before;
    }

    /** A proof out of an export, and the check of it. */
    List<Row> ofOne(Path export) throws Exception {
        new Export(export).update(log.directory(), core, Optional.empty());
        TileSource tiles = TileSource.directory(export);
        List<Long> indexes =
                new Random(1).longs(DIFFERENT, 0, log.entries()).boxed().toList();
        Iterator<Long> proved = forever(indexes);
        Iterator<List<Path>> read = forever(
                indexes.stream().map(index -> filesOf(export, tiles, index)).toList());
        List<Samples> made = Turns.times(
                WARM_UP, count, List.of(() -> ExportVerifier.prove(tiles, proved.next()), () -> read(read.next())));
        return List.of(
                Row.ofTimes(
                        "a proof of one entry made of an export, its tiles in the page cache",
                        made.get(0),
                        "the same files read",
                        made.get(1)),
                checked(tiles, indexes));
    }

    private Row checked(TileSource tiles, List<Long> indexes) throws Exception {
        List<byte[]> files = new ArrayList<>();
        for (long index : indexes) {
            files.add(ExportVerifier.prove(tiles, index).toString().getBytes(StandardCharsets.UTF_8));
        }
        Iterator<byte[]> proofs = forever(files);
        List<VerifierKey> keys =
                log.key().verifiers().lines().map(VerifierKey::parse).toList();
        BareEd25519 ed25519 = new BareEd25519(SIGNED_BYTES);
        BareMlDsa mlDsa = new BareMlDsa(SIGNED_BYTES);
        List<Samples> times = Turns.times(
                WARM_UP, count, List.of(() -> LogProof.parse(proofs.next()).verify(keys, List.of()), () -> {
                    ed25519.verify();
                    mlDsa.verify();
                }));
        return Row.ofTimes(
                "a proof of one entry verified, from its bytes",
                times.get(0),
                "one bare Ed25519 (" + Signed.provider() + ") and one bare ML-DSA-44 verification",
                times.get(1));
    }

    private static <T> Iterator<T> forever(List<T> values) {
        return Stream.generate(() -> values).flatMap(List::stream).iterator();
    }

    /** The files that a proof is made from. */
    private static List<Path> filesOf(Path export, TileSource tiles, long index) {
        List<Path> files = new ArrayList<>();
        try {
            ExportVerifier.prove(
                    path -> {
                        files.add(export.resolve(path));
                        return tiles.read(path);
                    },
                    index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static void read(List<Path> files) throws IOException {
        for (Path file : files) {
            Files.readAllBytes(file);
        }
    }
}
