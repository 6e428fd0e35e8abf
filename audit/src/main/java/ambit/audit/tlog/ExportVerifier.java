package ambit.audit.tlog;

import ambit.audit.Follower;
import ambit.audit.LogTail;
import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.audit.LogVerifier.Result;
import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** Checks an export like {@link LogVerifier} checks a log, in a directory or on a web server: all of its entries, and all of its tiles. */
public final class ExportVerifier {
    private ExportVerifier() {}

    /**
     * Checks the export whoever wrote it.
     *
     * @param coreKey a key that the log's core has or had
     * @param kept signed notes that the log must continue
     */
    public static Result read(TileSource source, Blob coreKey, List<Note> kept, LogVerifier.BytesVisitor visitor) {
        try {
            Note note = Note.parse(source.read("checkpoint"));
            Follower follower = new Follower(note, coreKey, kept);
            Checkpoint checkpoint = follower.checkpoint();
            walk(
                    source,
                    checkpoint.head().size(),
                    (index, bytes) -> visitor.entry(index, bytes, follower.take(index, bytes)));
            TileTree tree = new TileTree(source, checkpoint.head().size());
            for (Head head : follower.heads()) {
                if (!tree.head(head.size()).equals(head)) {
                    throw new JournalException(
                            "the first " + head.size() + " entries are not those that the checkpoint was signed over");
                }
            }
            follower.requireSigned();
            return new Intact(
                    checkpoint.origin(), checkpoint.head(), checkpoint.head().size(), 0, 0, LogTail.Place.START);
        } catch (UncheckedIOException e) {
            return new Broken(String.valueOf(e.getMessage()));
        } catch (JournalException | IOException e) {
            return new Broken(String.valueOf(e.getMessage()));
        }
    }

    /** Visits all entries; every tile must be what they make it. */
    private static void walk(TileSource source, long size, ambit.log.Journal.Visitor visitor) throws IOException {
        TileWriter writer = new TileWriter((tile, bytes) -> compare(source, tile, bytes));
        for (long index = 0; index < size; index += Tile.FULL) {
            Tile tile = Tile.of(Tile.ENTRIES, index, size);
            List<byte[]> entries = Bundle.read(TileTree.read(source, tile), tile.width(), tile.path());
            for (int i = 0; i < entries.size(); i++) {
                visitor.entry(index + i, entries.get(i));
                writer.add(entries.get(i));
            }
        }
        writer.finish();
    }

    private static void compare(TileSource source, Tile tile, byte[] expected) {
        if (tile.level() == Tile.ENTRIES) {
            return;
        }
        try {
            byte[] found = TileTree.read(source, tile);
            if (found.length < expected.length || !Arrays.equals(Arrays.copyOf(found, expected.length), expected)) {
                throw new JournalException(tile.path() + " is not what the entries make it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** The proof of one entry, which reads as many tiles as the logarithm of the size says, and one bundle. */
    public static LogProof prove(TileSource source, long index) throws IOException {
        Note note = Note.parse(source.read("checkpoint"));
        long size = Checkpoint.of(note).head().size();
        if (index < 0 || index >= size) {
            throw new JournalException("the export ends at #" + (size - 1));
        }
        Tile tile = Tile.of(Tile.ENTRIES, index, size);
        List<byte[]> entries = Bundle.read(TileTree.read(source, tile), tile.width(), tile.path());
        byte[] entry = entries.get((int) (index % Tile.FULL));
        return new LogProof(index, Blob.of(entry), new TileTree(source, size).inclusion(index), note);
    }
}
