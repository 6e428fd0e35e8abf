package ambit.audit;

import ambit.log.Checkpoint;
import ambit.log.FileStorage;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.Records;
import ambit.log.Segments;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
        try (Segments entries = Segments.open(directory)) {
            Optional<byte[]> note = FileStorage.readCheckpoint(directory);
            if (note.isEmpty()) {
                return new Broken("checkpoint is missing in " + directory);
            }
            Checkpoint unverified = Checkpoint.unverified(note.get());
            Head signed = unverified.head();
            CoreKeys keys = new CoreKeys(unverified.origin());
            Records records = new Records(entries, List.of(signed));
            records.walk(entries.length(), (index, bytes) -> {
                Entry entry = Entry.decode(bytes);
                keys.take(index, entry);
                visitor.entry(index, entry);
            });
            Checkpoint.open(note.get(), unverified.origin(), keys.accepted(corePublicKey, signed.size()));
            return new Intact(unverified.origin(), records.head(), signed.size(), records.torn());
        } catch (NoSuchFileException e) {
            return new Broken(e.getFile() + " does not exist");
        } catch (JournalException | IOException e) {
            return new Broken(directory + ": " + e.getMessage());
        }
    }

    /** Takes the entries of a log in their order. */
    @FunctionalInterface
    public interface Visitor {
        void entry(long index, Entry entry);
    }
}
