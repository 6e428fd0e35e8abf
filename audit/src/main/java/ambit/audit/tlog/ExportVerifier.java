package ambit.audit.tlog;

import ambit.audit.Follower;
import ambit.audit.LogTail;
import ambit.audit.LogVerifier;
import ambit.audit.LogVerifier.Broken;
import ambit.audit.LogVerifier.Intact;
import ambit.audit.LogVerifier.Result;
import ambit.audit.Succession;
import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.log.note.Note;
import ambit.log.note.VerifierKey;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
        return checked(() -> {
            Follower follower = new Follower(Note.parse(source.read("checkpoint")), coreKey, kept);
            Checkpoint checkpoint = follower.checkpoint();
            walk(
                    source,
                    checkpoint.head().size(),
                    (index, bytes) -> visitor.entry(index, bytes, follower.take(index, bytes)));
            requireHeads(source, checkpoint.head().size(), follower.heads());
            follower.requireSigned();
            return intact(follower.note(), checkpoint, follower.succession());
        });
    }

    /**
     * Checks a log that need not be Ambit's: its hashes, tiles and signatures, and nothing of what its entries say.
     *
     * @param keys one of which must have signed each checkpoint; their name is the log's origin
     * @param kept signed notes that the log must continue
     */
    public static Result readOpaque(
            TileSource source, List<VerifierKey> keys, List<Note> kept, Journal.Visitor visitor) {
        return checked(() -> {
            List<Checkpoint> checkpoints = new ArrayList<>();
            Note note = Note.parse(source.read("checkpoint"));
            checkpoints.add(signed(note, keys));
            for (Note earlier : kept) {
                checkpoints.add(signed(earlier, keys));
            }
            Checkpoint newest = checkpoints.getFirst();
            for (Checkpoint earlier : checkpoints) {
                if (!earlier.origin().equals(newest.origin())
                        || earlier.head().size() > newest.head().size()) {
                    throw new JournalException("the checkpoint that was kept, of " + earlier.origin() + " over "
                            + earlier.head().size() + " entries, is none of " + newest.origin() + " before "
                            + newest.head().size());
                }
            }
            walk(source, newest.head().size(), visitor);
            requireHeads(
                    source,
                    newest.head().size(),
                    checkpoints.stream().map(Checkpoint::head).toList());
            return intact(note, newest, new Succession(newest.origin(), List.of()));
        });
    }

    private static Checkpoint signed(Note note, List<VerifierKey> keys) {
        Checkpoint checkpoint = Checkpoint.of(note);
        List<VerifierKey> own = keys.stream()
                .filter(it -> it.name().equals(checkpoint.origin()))
                .toList();
        if (note.verifiedBy(own).isEmpty()) {
            throw new JournalException(
                    "the checkpoint of " + checkpoint.origin() + " is not signed with a key of that name");
        }
        return checkpoint;
    }

    private static Intact intact(Note note, Checkpoint checkpoint, Succession succession) {
        Head head = checkpoint.head();
        return new Intact(checkpoint.origin(), head, head.size(), 0, 0, LogTail.Place.START, note, succession);
    }

    private static void requireHeads(TileSource source, long size, List<Head> heads) throws IOException {
        TileTree tree = new TileTree(source, size);
        for (Head head : heads) {
            if (!tree.head(head.size()).equals(head)) {
                throw new JournalException(
                        "the first " + head.size() + " entries are not those that the checkpoint was signed over");
            }
        }
    }

    /** Something that reads files which anybody may have written. */
    private interface Check {
        Result run() throws IOException;
    }

    private static Result checked(Check check) {
        try {
            return check.run();
        } catch (UncheckedIOException | JournalException | IOException e) {
            return new Broken(String.valueOf(e.getMessage()));
        }
    }

    /** Visits all entries; every tile must be what they make it. */
    private static void walk(TileSource source, long size, Journal.Visitor visitor) throws IOException {
        TileWriter writer = new TileWriter((tile, bytes) -> compare(source, tile, bytes));
        for (long index = 0; index < size; index += Tile.FULL) {
            Tile tile = Tile.of(Tile.ENTRIES, index, size);
            List<byte[]> entries = Bundle.read(TileTree.read(source, tile), tile.width(), tile.path());
            for (int i = 0; i < entries.size(); i++) {
                visitor.entry(index + i, entries.get(i));
                writer.add(index + i, entries.get(i));
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
