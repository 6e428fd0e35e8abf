package ambit.audit;

import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.List;

/** Goes through a log's entries and learns from them who may have signed its checkpoint and those that somebody kept. Not thread-safe. */
final class Follower {
    /** A signed note and what it says. */
    private record Statement(Note note, Checkpoint checkpoint) {}

    private final Blob trusted;
    private final CoreKeys keys;
    private final Checkpoint present;
    private final List<Statement> statements = new ArrayList<>();
    private long epoch;

    /**
     * @param trusted a key of the core
     * @param kept earlier checkpoints, which the log must continue
     * @throws JournalException if they are not of the same log, or say more than the present one
     */
    Follower(Note present, Blob trusted, List<Note> kept) {
        this.trusted = trusted;
        this.present = Checkpoint.of(present);
        this.keys = new CoreKeys(this.present.origin());
        statements.add(new Statement(present, this.present));
        for (Note note : kept) {
            Checkpoint earlier = Checkpoint.of(note);
            if (!earlier.origin().equals(this.present.origin())) {
                throw new JournalException("the checkpoint that was kept is of the log " + earlier.origin()
                        + ", this is " + this.present.origin());
            }
            if (earlier.head().size() > this.present.head().size()) {
                throw new JournalException("the log was rolled back: its checkpoint is over "
                        + this.present.head().size() + " entries, and the one that was kept over "
                        + earlier.head().size());
            }
            statements.add(new Statement(note, earlier));
        }
    }

    Checkpoint checkpoint() {
        return present;
    }

    /** What the tree must be at these sizes. */
    List<Head> heads() {
        return statements.stream().map(it -> it.checkpoint.head()).toList();
    }

    /** Takes the next entry. */
    Entry take(long index, byte[] bytes) {
        Entry entry = Entry.decode(bytes);
        keys.take(index, entry);
        if (entry instanceof Entry.Revoked revoked) {
            epoch = revoked.epoch();
        }
        for (Statement it : statements) {
            if (it.checkpoint.head().size() == index + 1 && it.checkpoint.epoch() != epoch) {
                throw new JournalException("the checkpoint over " + (index + 1) + " entries names the revocation epoch "
                        + it.checkpoint.epoch() + ", and it was " + epoch);
            }
        }
        return entry;
    }

    /** Demands, after the last entry, that all checkpoints were signed with keys that were in force over as many entries. */
    void requireSigned() {
        for (Statement it : statements) {
            keys.requireSigned(it.note, trusted, it.checkpoint.head().size());
        }
    }
}
