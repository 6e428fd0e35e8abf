package ambit.audit;

import ambit.log.Checkpoint;
import ambit.log.Head;
import ambit.log.JournalException;
import ambit.log.Snapshot;
import ambit.log.entry.Entry;
import ambit.log.note.Note;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Goes through a log's entries and learns from them who may have signed its checkpoint and those that somebody kept. Not thread-safe. */
public final class Follower {
    /** A signed note and what it says. */
    private record Statement(Note note, Checkpoint checkpoint) {}

    private Set<Blob> trusted;
    private final CoreKeys keys;
    private final Checkpoint present;
    private final List<Statement> statements = new ArrayList<>();
    private long epoch;
    private boolean known = true;

    /**
     * @param trusted a key of the core
     * @param kept earlier checkpoints, which the log must continue
     * @throws JournalException if they are not of the same log, or say more than the present one
     */
    public Follower(Note present, Blob trusted, List<Note> kept) {
        this.trusted = Set.of(trusted);
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

    /** The newest one. */
    public Checkpoint checkpoint() {
        return present;
    }

    /** The newest one with its signatures. */
    public Note note() {
        return statements.getFirst().note;
    }

    /** What the tree must be at these sizes. */
    public List<Head> heads() {
        return statements.stream().map(it -> it.checkpoint.head()).toList();
    }

    /**
     * What came before the entries that follow was archived: until {@link #stands} nothing is known of the epoch.
     *
     * @param keys that are as good as the trusted one, which the archived entries say
     */
    void beginsLater(Set<Blob> keys) {
        trusted = keys;
        known = false;
        this.keys.beginsLater();
    }

    /**
     * The entries that follow continue this snapshot.
     *
     * @param signer whose it is
     * @throws JournalException if a checkpoint that was kept is over less, so that nothing here can tell whether the log continues it
     */
    void stands(Snapshot snapshot, Blob signer) {
        for (Statement it : statements.subList(1, statements.size())) {
            if (it.checkpoint.head().size() < snapshot.size()) {
                throw new JournalException("entries that the checkpoint that was kept is over ("
                        + it.checkpoint.head().size() + ") were archived; it can be compared where the archive is");
            }
        }
        keys.requireInForce(signer, snapshot.size());
        epoch = snapshot.epoch();
        known = true;
    }

    /** The epoch after the entries so far. */
    long epoch() {
        return epoch;
    }

    /** Whether the core had this key when the log had so many entries. */
    boolean hadKey(Blob key, long size) {
        return keys.inForce(key, size);
    }

    /** The words by which the core's keys followed each other, as far as they matter to the newest checkpoint. */
    public Succession succession() {
        return keys.succession(present.head().size());
    }

    /** Takes the next entry. */
    public Entry take(long index, byte[] bytes) {
        Entry entry = Entry.decode(bytes);
        keys.take(index, entry);
        if (entry instanceof Entry.Revoked revoked) {
            epoch = revoked.epoch();
        }
        for (Statement it : statements) {
            if (known && it.checkpoint.head().size() == index + 1 && it.checkpoint.epoch() != epoch) {
                throw new JournalException("the checkpoint over " + (index + 1) + " entries names the revocation epoch "
                        + it.checkpoint.epoch() + ", and it was " + epoch);
            }
        }
        return entry;
    }

    /**
     * Demands, after the last entry, that all checkpoints were signed with keys that were in force over as many entries: the newest with one that is
     * trusted. Those that were kept say nothing that the newest does not, as their entries are among its own, and may be by a key of before.
     */
    public void requireSigned() {
        keys.requireSigned(statements.getFirst().note, trusted, present.head().size());
        for (Statement it : statements.subList(1, statements.size())) {
            keys.requireSignedThen(it.note, trusted, it.checkpoint.head().size());
        }
    }
}
