package ambit.cli.cosigning;

import ambit.cli.config.Witnesses;
import ambit.log.Checkpoint;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One checkpoint that all witnesses are asked to cosign, so that a quorum is reached over the same one. Thread-safe. */
final class Round {
    /** Writes down what is cosigned. */
    @FunctionalInterface
    interface Keeping {
        /** Returns whether it is kept. */
        boolean keep(Note cosigned) throws IOException;
    }

    private final Note checkpoint;
    private final Set<String> done;
    private Note cosigned;

    /**
     * Of a checkpoint as the core signed it.
     *
     * @param cosigned the same checkpoint with what is cosigned of it already
     * @param done the names of the witnesses that have
     */
    Round(Note checkpoint, Note cosigned, Set<String> done) {
        this.checkpoint = checkpoint;
        this.cosigned = cosigned;
        this.done = new HashSet<>(done);
    }

    Note checkpoint() {
        return checkpoint;
    }

    long size() {
        return Checkpoint.of(checkpoint).head().size();
    }

    /**
     * Has the checkpoint kept with these and all cosignatures before. Where that fails, the witness has not cosigned, and the others' cosignatures stay
     * without these.
     *
     * @return whether it is kept
     */
    synchronized boolean add(Witnesses.Asked witness, List<NoteLine> cosignatures, Keeping keeping) throws IOException {
        Note merged = CosignedCheckpoint.merged(cosigned, cosignatures);
        boolean kept = keeping.keep(merged);
        cosigned = merged;
        done.add(witness.name());
        return kept;
    }

    synchronized boolean has(Witnesses.Asked witness) {
        return done.contains(witness.name());
    }
}
