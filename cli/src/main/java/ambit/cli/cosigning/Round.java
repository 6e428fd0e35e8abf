package ambit.cli.cosigning;

import ambit.cli.config.Witnesses;
import ambit.log.Checkpoint;
import ambit.log.note.Note;
import ambit.log.note.NoteLine;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One checkpoint that all witnesses are asked to cosign, so that a quorum is reached over the same one. Thread-safe. */
final class Round {
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

    /** The checkpoint with these and all cosignatures before. */
    synchronized Note add(Witnesses.Asked witness, List<NoteLine> cosignatures) {
        done.add(witness.name());
        cosigned = CosignedCheckpoint.merged(cosigned, cosignatures);
        return cosigned;
    }

    synchronized boolean has(Witnesses.Asked witness) {
        return done.contains(witness.name());
    }
}
