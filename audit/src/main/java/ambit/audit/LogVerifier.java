package ambit.audit;

import ambit.log.Checkpoint;
import ambit.log.FileStorage;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.Records;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

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
     */
    public record Intact(String origin, Head head, long signed, long torn) implements Result {}

    /** The first thing that is wrong, in one sentence. */
    public record Broken(String sentence) implements Result {}

    private LogVerifier() {}

    /** Checks the log in {@code directory}, which holds {@code entries} and {@code checkpoint}. */
    public static Result verify(Path directory, Blob corePublicKey) {
        return read(directory, corePublicKey, (_, _) -> {});
    }

    /** Checks the log and hands every entry to {@code visitor} on the way, before all of it is known to be intact. */
    public static Result read(Path directory, Blob corePublicKey, Visitor visitor) {
        return read(directory, corePublicKey, List.of(), (index, _, entry) -> visitor.entry(index, entry));
    }

    /**
     * The same with the bytes of the entries, for somebody who kept checkpoints of this log.
     *
     * @param kept signed notes that the log must continue
     */
    public static Result read(Path directory, Blob corePublicKey, List<Note> kept, BytesVisitor visitor) {
        try (FileChannel entries = FileChannel.open(directory.resolve("entries"), StandardOpenOption.READ)) {
            Optional<byte[]> note = FileStorage.readCheckpoint(directory);
            if (note.isEmpty()) {
                return new Broken("checkpoint is missing in " + directory);
            }
            Follower follower = new Follower(Note.parse(note.get()), corePublicKey, kept);
            Records records = new Records(
                    (position, into, offset, length) -> entries.read(ByteBuffer.wrap(into, offset, length), position),
                    follower.heads());
            records.walk(entries.size(), (index, bytes) -> visitor.entry(index, bytes, follower.take(index, bytes)));
            follower.requireSigned();
            Checkpoint checkpoint = follower.checkpoint();
            return new Intact(
                    checkpoint.origin(), records.head(), checkpoint.head().size(), records.torn());
        } catch (NoSuchFileException e) {
            return new Broken(e.getFile() + " does not exist");
        } catch (JournalException | IOException e) {
            return new Broken(directory + ": " + e.getMessage());
        }
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
