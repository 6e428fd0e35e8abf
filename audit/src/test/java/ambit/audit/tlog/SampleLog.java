package ambit.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.audit.LogVerifier;
import ambit.authority.signing.MlDsaKey;
import ambit.authority.signing.SigningKey;
import ambit.log.FileStorage;
import ambit.log.Journal;
import ambit.log.LogKey;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Logs as a core with one pair of keys writes them. */
final class SampleLog {
    static final String ORIGIN = "ambit.example/sample";
    final SigningKey key = SigningKey.generate();
    final MlDsaKey postQuantum = MlDsaKey.ofSeed(key.seed());

    Blob trusted() {
        return key.publicKey();
    }

    List<VerifierKey> verifiers() {
        return List.of(
                VerifierKey.ed25519(ORIGIN, key.publicKey()),
                new VerifierKey(ORIGIN, VerifierKey.ML_DSA, postQuantum.publicKey()));
    }

    /** The first {@code count} entries that this core writes. */
    List<byte[]> entries(int count) {
        List<byte[]> entries = new ArrayList<>();
        entries.add(Entry.encode(new Entry.Boot(1, ORIGIN, key.publicKey(), 0)));
        entries.add(Entry.encode(new Entry.PostQuantumKey(2, postQuantum.publicKey())));
        for (int i = 2; i < count; i++) {
            entries.add(event(1000 + i, "t" + i));
        }
        return entries.subList(0, count);
    }

    static byte[] event(long atMs, String transaction) {
        return Entry.encode(new Entry.Recovered(atMs, transaction, true));
    }

    /** A log of these entries, which the core signs; goes on with what is there. */
    Path write(Path directory, List<byte[]> entries) {
        LogKey keys = new LogKey(ORIGIN, key, Optional.of(postQuantum), List.of());
        try (Journal journal = Journal.open(FileStorage.open(directory), keys)) {
            for (byte[] entry : entries.subList((int) journal.size(), entries.size())) {
                journal.append(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }

    /** Goes on to the first {@code count} of these entries, and has a snapshot of them signed. */
    void snapshot(Path directory, List<byte[]> entries, int count) {
        write(directory, entries.subList(0, count));
        LogKey keys = new LogKey(ORIGIN, key, Optional.of(postQuantum), List.of());
        try (Journal journal = Journal.open(FileStorage.open(directory), keys)) {
            snapshot(journal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void snapshot(Journal journal) {
        journal.snapshot(new Journal.Fold() {
            @Override
            public void entry(long index, byte[] entry) {}

            @Override
            public List<byte[]> sum() {
                return List.of("what it adds up to".getBytes(UTF_8));
            }
        });
    }

    /** Has a log of one part in parts that begin at these entries. */
    static void split(Path log, int... beginnings) throws IOException {
        byte[] all = Files.readAllBytes(log.resolve("entries"));
        List<Integer> offsets = new ArrayList<>();
        for (int at = 0; at < all.length; at += 36 + ByteBuffer.wrap(all, at, 4).getInt()) {
            offsets.add(at);
        }
        int from = 0;
        for (int beginning : beginnings) {
            int to = offsets.get(beginning);
            Files.write(log.resolve("entries.%016d".formatted(from)), Arrays.copyOfRange(all, from, to));
            from = to;
        }
        Files.write(log.resolve("entries"), Arrays.copyOfRange(all, from, all.length));
    }

    /** The closed parts of a log, the oldest first. */
    static List<Path> parts(Path log) throws IOException {
        try (var files = Files.list(log)) {
            return files.filter(it -> it.getFileName().toString().matches("entries\\..*"))
                    .sorted()
                    .toList();
        }
    }

    /** Moves the oldest parts to an archive, but never the newest closed one. */
    static void archive(Path log, Path archive, int count) throws IOException {
        Files.createDirectories(archive);
        List<Path> parts = parts(log);
        for (Path part : parts.subList(0, Math.min(count, parts.size() - 1))) {
            try (var out = new GZIPOutputStream(Files.newOutputStream(archive.resolve(part.getFileName() + ".gz")))) {
                Files.copy(part, out);
            }
            Files.delete(part);
        }
    }

    static Note checkpoint(Path log) throws IOException {
        return LogVerifier.checkpoint(log);
    }

    static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }
}
