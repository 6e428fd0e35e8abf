package ambit.audit.tlog;

import ambit.audit.LogTail;
import ambit.audit.Succession;
import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.MerkleRange;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a log has grown up to a checkpoint, read from a foothold on: what is new costs, and not what was there. Signatures are not looked at, who is
 * shown this does that.
 *
 * @param consistency that the checkpoint continues the old size
 * @param reached the checkpoint's size, to go on from
 * @param words by which the core's keys followed each other in what was read, with those of keys that may take over next
 */
public record Growth(List<Blob> consistency, Foothold reached, Succession words) {
    public Growth {
        consistency = List.copyOf(consistency);
    }

    /**
     * Reads the log.
     *
     * @param archive where old parts of the log were moved to
     * @param from a foothold in it, at the old size or before
     * @param old the size from which the growth is to be proved
     * @throws JournalException if the log is not the one of the foothold, or not what the checkpoint says
     */
    public static Growth read(Path log, Optional<Path> archive, Foothold from, long old, Note checkpoint)
            throws IOException {
        Checkpoint goal = Checkpoint.of(checkpoint);
        if (from.size() > old || old > goal.head().size()) {
            throw new JournalException("a log of " + goal.head().size() + " entries has not grown from " + old);
        }
        try (LogTail tail = LogTail.open(log, archive, from.place())) {
            return new Reading(tail, from.tree(), goal).read(old);
        }
    }

    /** One pass over the log. */
    private static final class Reading {
        private final LogTail tail;
        private final MerkleRange tree;
        private final Checkpoint goal;
        private final List<Blob> words = new ArrayList<>();
        private final List<Entry.CoreKeyEndorsed> open = new ArrayList<>();

        Reading(LogTail tail, MerkleRange tree, Checkpoint goal) {
            this.tail = tail;
            this.tree = tree;
            this.goal = goal;
        }

        Growth read(long old) throws IOException {
            readTo(old, Map.of());
            Map<Long, Blob> before = subtrees(tree);
            List<Span> proof = Span.consistency(old, goal.head().size());
            Map<Span, MerkleRange> behind = new HashMap<>();
            proof.stream().filter(it -> it.from() >= old).forEach(it -> behind.put(it, new MerkleRange()));
            readTo(goal.head().size(), behind);
            open.forEach(it -> words.add(it.word()));
            Head head = tree.head();
            if (!head.equals(goal.head())) {
                throw new JournalException("the first " + head.size()
                        + " entries of the log are not those that its checkpoint was signed over");
            }
            List<Blob> consistency = proof.stream()
                    .map(it -> Optional.ofNullable(behind.get(it))
                            .map(range -> range.head().root())
                            .orElseGet(() -> Objects.requireNonNull(before.get(it.from()))))
                    .toList();
            return new Growth(
                    consistency, new Foothold(tail.place(), tree.frontier()), new Succession(goal.origin(), words));
        }

        private void readTo(long size, Map<Span, MerkleRange> ranges) throws IOException {
            if (tree.size() < size) {
                tail.read(tail.length(), (index, entry, leaf) -> {
                    byte[] hash = leaf.toArray();
                    tree.add(hash);
                    ranges.forEach((span, range) -> {
                        if (span.holds(index)) {
                            range.add(hash);
                        }
                    });
                    follow(entry);
                    return index + 1 < size;
                });
            }
            if (tree.size() < size) {
                throw new JournalException("the log has " + tree.size() + " entries, and its checkpoint is over "
                        + goal.head().size());
            }
        }

        /** Of several keys that were endorsed, the one that the core starts with next is the one that counts. */
        private void follow(Entry entry) {
            if (entry instanceof Entry.CoreKeyEndorsed endorsed) {
                open.add(endorsed);
            } else if (entry instanceof Entry.Boot boot) {
                open.stream()
                        .filter(it -> it.key().equals(boot.coreKey()))
                        .findFirst()
                        .ifPresent(it -> {
                            words.add(it.word());
                            open.clear();
                        });
            }
        }

        /** The perfect subtrees that the tree consists of, by the index of their first entries. */
        private static Map<Long, Blob> subtrees(MerkleRange tree) {
            Map<Long, Blob> subtrees = new HashMap<>();
            long end = tree.size();
            for (Blob root : tree.frontier()) {
                end -= Long.lowestOneBit(end);
                subtrees.put(end, root);
            }
            return subtrees;
        }
    }
}
