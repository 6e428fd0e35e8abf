package ambit.audit;

import ambit.log.Checkpoint;
import ambit.log.FileStorage;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.Records;
import ambit.log.Snapshot;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Checks a log without the core: its directory and the core's public key are enough, the present one or one that it had before. Changes
 * nothing, takes no lock.
 */
public final class LogVerifier {
    /** What a check found. */
    public sealed interface Result {}

    /**
     * Every entry is well-formed and chained, and the signed checkpoint covers the first {@code signed} of them.
     *
     * @param torn bytes of an incomplete last record, which a running core may just be writing
     * @param unseen entries at the beginning that were archived, and were not looked at
     * @param end after the last entry, for reading on; of an export, which is not read on, the start
     * @param checkpoint the signed note that was verified; whoever else is to have signed it is looked for in this one
     * @param succession the words by which the core's keys followed each other, as far as this log has them
     */
    public record Intact(
            String origin,
            Head head,
            long signed,
            long torn,
            long unseen,
            LogTail.Place end,
            Note checkpoint,
            Succession succession)
            implements Result {}

    /** The first thing that is wrong, in one sentence. */
    public record Broken(String sentence) implements Result {}

    private LogVerifier() {}

    /** Checks the log in {@code directory}, which holds {@code entries} and {@code checkpoint}. */
    public static Result verify(Path directory, Blob corePublicKey) {
        return verify(directory, Optional.empty(), corePublicKey);
    }

    /** The same together with the parts of it that were moved to {@code archive}. */
    public static Result verify(Path directory, Optional<Path> archive, Blob corePublicKey) {
        return read(directory, archive, corePublicKey, (_, _) -> {});
    }

    /** Checks the log and hands every entry to {@code visitor} on the way, before all of it is known to be intact. */
    public static Result read(Path directory, Blob corePublicKey, Visitor visitor) {
        return read(directory, Optional.empty(), corePublicKey, visitor);
    }

    /** The same together with the parts of it that were moved to {@code archive}. */
    public static Result read(Path directory, Optional<Path> archive, Blob corePublicKey, Visitor visitor) {
        return read(directory, archive, corePublicKey, List.of(), (index, _, entry) -> visitor.entry(index, entry));
    }

    /**
     * The same with the bytes of the entries, for somebody who kept checkpoints of this log.
     *
     * @param kept signed notes that the log must continue
     */
    public static Result read(Path directory, Blob corePublicKey, List<Note> kept, BytesVisitor visitor) {
        return read(directory, Optional.empty(), corePublicKey, kept, visitor);
    }

    /** All of these. */
    public static Result read(
            Path directory, Optional<Path> archive, Blob corePublicKey, List<Note> kept, BytesVisitor visitor) {
        try (LogParts parts = LogParts.open(directory, archive)) {
            Optional<byte[]> note = FileStorage.readCheckpoint(directory);
            if (note.isEmpty()) {
                return new Broken("checkpoint is missing in " + directory);
            }
            Follower follower = new Follower(Note.parse(note.get()), corePublicKey, kept);
            String origin = follower.checkpoint().origin();
            Succession archived = Succession.beside(directory, origin);
            long unseen = 0;
            Optional<Snapshot> snapshot = Optional.empty();
            if (parts.start() > 0) {
                byte[] file = snapshot(directory);
                Blob signer = SnapshotClaim.signer(file);
                Snapshot read = Snapshot.read(file, origin, List.of(signer), (_, _) -> {});
                snapshot = Optional.of(read);
                Set<Blob> trusted =
                        archived.and(wordsBefore(parts, read, origin)).follow(corePublicKey);
                follower.beginsLater(trusted);
                if (trusted.contains(signer)) {
                    unseen = toSnapshot(parts, read, follower, visitor);
                } else {
                    // By a key before the trusted one: the checkpoint says what the entries are, and nothing what led
                    // to them.
                    requireOver(follower.checkpoint(), read);
                    unseen = read.size();
                }
                follower.stands(read, signer);
            }
            Records records = new Records(parts, follower.heads(), snapshot);
            SnapshotClaim claim = unseen > 0 ? SnapshotClaim.NONE : SnapshotClaim.read(directory, origin);
            long end = parts.length();
            records.walk(end, (index, bytes) -> {
                visitor.entry(index, bytes, follower.take(index, bytes));
                claim.take(index + 1, records::head, bytes, follower.epoch());
            });
            follower.requireSigned();
            claim.requireTrue(parts, follower);
            Checkpoint checkpoint = follower.checkpoint();
            return new Intact(
                    checkpoint.origin(),
                    records.head(),
                    checkpoint.head().size(),
                    records.torn(),
                    unseen,
                    LogTail.endingAt(parts, records.head().size(), end - records.torn()),
                    follower.note(),
                    archived.and(follower.succession()));
        } catch (NoSuchFileException e) {
            return new Broken(e.getFile() + " does not exist");
        } catch (JournalException | IOException e) {
            return new Broken(directory + ": " + e.getMessage());
        }
    }

    /**
     * The log's newest checkpoint, whose signatures are still to be checked.
     *
     * @throws JournalException if there is none
     */
    public static Note checkpoint(Path directory) throws IOException {
        return FileStorage.readCheckpoint(directory)
                .map(Note::parse)
                .orElseThrow(() -> new JournalException("checkpoint is missing in " + directory));
    }

    /**
     * The offset in a log before which the core needs nothing to start: its snapshot stands for that. 0 if it has none that this key signed.
     *
     * @throws IOException if it cannot be read
     */
    public static long needlessBefore(Path directory, Blob corePublicKey) throws IOException {
        try {
            Optional<byte[]> note = FileStorage.readCheckpoint(directory);
            if (note.isEmpty()) {
                return 0;
            }
            String origin = Checkpoint.of(Note.parse(note.get())).origin();
            return Snapshot.read(snapshot(directory), origin, List.of(corePublicKey), (_, _) -> {})
                    .offset();
        } catch (JournalException e) {
            return 0;
        }
    }

    private static byte[] snapshot(Path directory) throws IOException {
        try {
            return Files.readAllBytes(directory.resolve("snapshot"));
        } catch (NoSuchFileException e) {
            throw new JournalException("its beginning was archived and no snapshot stands for it", e);
        }
    }

    private static void requireOver(Checkpoint checkpoint, Snapshot snapshot) {
        if (checkpoint.head().size() < snapshot.size()) {
            throw new JournalException("the snapshot is not signed with the core's key");
        }
    }

    /** What the entries before a snapshot that are still there say of the core's keys; each word is its own proof. */
    private static Succession wordsBefore(LogParts parts, Snapshot snapshot, String origin) throws IOException {
        List<Blob> words = new ArrayList<>();
        LogTail tail = LogTail.somewhere(parts);
        tail.skip(snapshot.offset(), 1);
        tail.read(snapshot.offset(), (_, entry, _) -> {
            if (entry instanceof Entry.CoreKeyEndorsed endorsed) {
                words.add(endorsed.word());
            }
            return true;
        });
        return new Succession(origin, words);
    }

    /**
     * Reads what is there from before a snapshot. The chain hash that its first record continues was archived, so that entry is not
     * believed; all that follow lead to the chain hash that the core has signed in the snapshot.
     *
     * @return how many entries are not believed
     */
    private static long toSnapshot(LogParts parts, Snapshot snapshot, Follower follower, BytesVisitor visitor)
            throws IOException {
        LogTail ahead = LogTail.somewhere(parts);
        ahead.skip(snapshot.offset(), Long.MAX_VALUE);
        if (ahead.place().offset() != snapshot.offset()
                || !ahead.place().chain().equals(snapshot.chain())) {
            throw new JournalException("what is left of the log does not lead to its snapshot");
        }
        long first = snapshot.size() - ahead.place().index();
        LogTail tail = LogTail.somewhere(parts);
        tail.skip(snapshot.offset(), 1);
        tail.read(snapshot.offset(), (place, entry, _) -> {
            byte[] bytes = Entry.encode(entry);
            visitor.entry(first + place, bytes, follower.take(first + place, bytes));
            return true;
        });
        return Math.min(first + 1, snapshot.size());
    }

    /** Takes the entries of a log in their order, with the bytes that are hashed. */
    @FunctionalInterface
    public interface BytesVisitor {
        void entry(long index, byte[] bytes, Entry entry);
    }

    /** Takes the entries of a log in their order. */
    @FunctionalInterface
    public interface Visitor {
        void entry(long index, Entry entry);
    }
}
