package ambit.audit.tlog;

import ambit.audit.LogVerifier;
import ambit.log.Checkpoint;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/** A log that was read and found intact, in memory as its tiles and some of its entries. */
public final class Prover {
    private final Note checkpoint;
    private final TileTree tree;
    private final Map<Long, Blob> entries;

    private Prover(Note checkpoint, TileTree tree, Map<Long, Blob> entries) {
        this.checkpoint = checkpoint;
        this.tree = tree;
        this.entries = entries;
    }

    /**
     * Reads the log in a directory up to a checkpoint of it.
     *
     * @param wanted which entries will be proved
     * @throws JournalException if the log is not intact, or not one that the checkpoint is of
     */
    public static Prover of(Path log, Blob coreKey, Note checkpoint, BiPredicate<Long, Entry> wanted) {
        return of(log, Optional.empty(), coreKey, checkpoint, wanted);
    }

    /** The same together with the parts of it that were moved to {@code archive}. All entries must be there. */
    public static Prover of(
            Path log, Optional<Path> archive, Blob coreKey, Note checkpoint, BiPredicate<Long, Entry> wanted) {
        long size = Checkpoint.of(checkpoint).head().size();
        TileWriter.Kept tiles = new TileWriter.Kept();
        Map<Long, Blob> entries = new HashMap<>();
        LogVerifier.Result result =
                LogVerifier.read(log, archive, coreKey, List.of(checkpoint), (index, bytes, entry) -> {
                    if (index < size) {
                        tiles.add(index, bytes);
                    }
                    if (wanted.test(index, entry)) {
                        entries.put(index, Blob.of(bytes));
                    }
                });
        return switch (result) {
            case LogVerifier.Broken(String sentence) -> throw new JournalException(sentence);
            case LogVerifier.Intact intact ->
                new Prover(intact.succession().under(checkpoint), new TileTree(tiles.source(), size), entries);
        };
    }

    /** The indexes of the entries that were wanted, whether or not the checkpoint is over them, in their order. */
    public List<Long> wanted() {
        return entries.keySet().stream().sorted().toList();
    }

    /** The proof of one of the entries that were wanted and that the checkpoint is over. */
    public LogProof prove(long index) throws IOException {
        Blob entry = entries.get(index);
        if (entry == null) {
            throw new JournalException("there is no #" + index);
        }
        return new LogProof(index, entry, tree.inclusion(index), checkpoint);
    }

    /** That the checkpoint continues the first {@code old} entries. */
    public List<Blob> consistency(long old) throws IOException {
        return tree.consistency(old);
    }
}
